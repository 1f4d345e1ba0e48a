"""Instances of `make bench`: started, measured, and believed only where they answer as they should."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.support.upstream import Upstream, answer_json
from tools.bench.errors import InstanceFailedError
from tools.bench.instance import Instance
from tools.bench.node import SOURCE, NodeInstance

HANDLERS = """
import http.client

def answer(event, _):
    return {"statusCode": event["status"]}

def ask(event, _):
    connection = http.client.HTTPConnection("127.0.0.1", event["port"])
    for credential in ("AWS4-HMAC-SHA256 Credential=testing", "Bearer testing"):
        connection.request("POST", "/", "{}", {"Authorization": credential})
        connection.getresponse().read()
    connection.close()
    return {"statusCode": 200}

def work(event, _):
    return {"batchItemFailures": [{"itemIdentifier": each} for each in event["failing"]]}
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    (tmp_path / "handlers.py").write_text(HANDLERS, encoding="utf-8")
    return tmp_path


def _instance(folder: Path, *handlers: str) -> Instance:
    return Instance(sys.executable, (folder,), handlers, {})


def test_handlers_take_turns_once_they_are_warm(folder: Path) -> None:
    """A block tells of each of them, after a start that cost time, CPU and memory."""
    sample = _instance(folder, "handlers.answer", "handlers.answer").run({"status": 201}, 201, blocks=3, requests=2)
    assert [len(block) for block in sample.warm] == [2, 2, 2]
    assert 0 < sample.imported <= sample.cpu
    assert sample.elapsed > 0
    assert sample.memory > 0


def test_another_status_is_no_measurement(folder: Path) -> None:
    """A handler that refuses is not measured as a fast one."""
    with pytest.raises(InstanceFailedError, match=r"handlers\.answer answered \[401\], not 201"):
        _instance(folder, "handlers.answer").run({"status": 401}, 201)


def test_a_worker_answers_with_what_it_could_not_do(folder: Path) -> None:
    """Nothing, or it is not measured."""
    worker = _instance(folder, "handlers.work")
    assert worker.run({"failing": []}, 0).warm == []
    with pytest.raises(InstanceFailedError, match=r"answered \[1\], not 0"):
        worker.run({"failing": ["one"]}, 0)


def test_signed_requests_are_calls_of_aws(folder: Path) -> None:
    """By whichever client; what else is asked over the network counts as a connection only."""
    with Upstream(lambda *_: answer_json(200, {})) as server:
        event = {"port": int(server.url.rpartition(":")[2])}
        sample = _instance(folder, "handlers.ask").run(event, 200, blocks=1, requests=2, watch=True)
    assert sample.first == {"calls": 1, "connections": sample.first["connections"]}
    assert sample.first["connections"] >= 1
    assert sample.later["calls"] == 4


def test_a_handler_in_node_is_measured_alike(tmp_path: Path) -> None:
    """By the same members, on the same clock."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node was not found")
    shutil.copy(SOURCE / "child.mjs", tmp_path)
    handlers = "export const answer = async ({ status }) => ({ statusCode: status });"
    (tmp_path / "handlers.mjs").write_text(handlers, encoding="utf-8")

    sample = NodeInstance(node, tmp_path, "handlers.answer", {}).run({"status": 201}, 201, blocks=2, requests=3)
    assert [len(block) for block in sample.warm] == [1, 1]
    assert 0 < sample.imported <= sample.cpu
    assert 0 < sample.elapsed < 60
    assert sample.memory > 0
