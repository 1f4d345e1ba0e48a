"""sweep_meetings: what is overdue is told again, and the operator sees how much that was."""

from __future__ import annotations

import json

import boto3
import pytest

from tests.support.aws_faults import fail
from tests.support.booked import HOUR, QUEUE, SETTINGS, booked, write
from tests.support.clock import NOW
from tests.support.events import load_event
from tests.support.world import TABLE, World
from vocespace.background import WorkFailedError
from vocespace.due_times import DueTimes
from vocespace.table import Table

NAME = "sweep_meetings"


@pytest.fixture(autouse=True)
def _queue(world: World) -> None:
    boto3.client("sqs").create_queue(QueueName=QUEUE)
    world.configure(MEETING_EVENTS_QUEUE_URL=SETTINGS.meeting_events_queue_url)


def sweep(world: World, capsys: pytest.CaptureFixture[str]) -> tuple[int, int]:
    """What the schedule does, and what it tells: how much was lost, and void."""
    capsys.readouterr()
    assert world.invoke(NAME, load_event(NAME, "schedule")) is None
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (told,) = (line for line in lines if line.get("message") == "moments swept")
    (counted,) = (line["MeetingMomentsLost"] for line in lines if "MeetingMomentsLost" in line)
    assert counted == [told["lost"]]
    return told["lost"], told["void"]


def test_what_was_lost_is_told_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A reminder whose schedule never fired; and what is of a former version goes."""
    table = Table(TABLE)
    due_times = DueTimes(table, SETTINGS, world.clock)
    write(table, due_times, None, booked(NOW + HOUR))
    world.clock.advance(600)
    (former,) = due_times.overdue()
    assert sweep(world, capsys) == (1, 0)
    ((body),) = [json.loads(each["body"]) for each in world.queued(QUEUE)]
    assert body == former.to_wire()

    write(table, due_times, booked(NOW + HOUR), booked(NOW + 9 * HOUR, version=2))
    table.write_together(due_times.entry(former))

    assert sweep(world, capsys) == (0, 1)
    assert sweep(world, capsys) == (0, 0)
    assert world.queued(QUEUE) == []


def test_without_a_table_the_run_has_failed(world: World) -> None:
    """Somebody is told by the alarm for errors."""
    fail("Query", 500, "InternalServerError")

    with pytest.raises(WorkFailedError, match="InternalServerError"):
        world.invoke(NAME, load_event(NAME, "schedule"))
