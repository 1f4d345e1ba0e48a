"""The time of `make run`: a file says how far ahead it is, and moto goes by it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import moto
import pytest
from moto.events import models as moto_events
from moto.sqs import models as moto_sqs

from local import moved_time
from local.queues import Queue, create_queue
from tests.support.clock import FakeClock
from vocespace.clock import ShiftedClock

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


@pytest.fixture(name="file")
def _file(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Path:
    for models in (moto_sqs, moto_events):
        for name in ("unix_time", "unix_time_millis"):
            monkeypatch.setitem(vars(models), name, vars(models).get(name))
    file = moved_time.start(tmp_path)
    moved_time.lead_moto(ShiftedClock(clock, file))
    return file


@pytest.fixture(name="queue")
def _queue() -> Iterator[Queue]:
    with moto.mock_aws():
        client: SQSClient = boto3.client("sqs")
        yield create_queue(client, "moments", {"VisibilityTimeout": 60})


def test_a_run_begins_with_the_machines_time(tmp_path: Path) -> None:
    """Whatever an earlier one has left; only the owner can move it."""
    moved_time.path_in(tmp_path).write_text("86400")

    file = moved_time.start(tmp_path)

    assert file == moved_time.path_in(tmp_path)
    assert file.read_text() == "0\n"
    assert stat.S_IMODE(moved_time.start(tmp_path / "..").stat().st_mode) == 0o600


def test_what_a_queue_holds_back_comes_when_time_is_moved(file: Path, queue: Queue) -> None:
    """Not before it is due by the moved time, whatever the machine's clock says."""
    queue.client.send_message(QueueUrl=queue.url, MessageBody="later", DelaySeconds=600)

    assert queue.receive(1) == []
    file.write_text("599")
    assert queue.receive(1) == []
    file.write_text("601")
    assert [message["Body"] for message in queue.receive(1)] == ["later"]


def test_what_was_taken_is_seen_again_when_time_is_moved(file: Path, queue: Queue) -> None:
    """After its visibility timeout."""
    queue.send("again")

    assert len(queue.receive(1)) == 1
    assert queue.receive(1) == []
    file.write_text("61")
    assert len(queue.receive(1)) == 1


def test_messages_say_when_they_were_sent_by_the_moved_time(file: Path, queue: Queue, clock: FakeClock) -> None:
    """As everything else here does."""
    file.write_text("3600")
    queue.send("now")

    (message,) = queue.receive(1)

    assert int(message["Attributes"]["SentTimestamp"]) == (clock.time() + 3600) * 1000
