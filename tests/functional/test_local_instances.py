"""Functions as processes: what they are given, and what is left of a request when one goes down."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local.instances import HandlerError, Instance, InstanceLostError, Pool

HANDLER = """
import os, sys, time
from pathlib import Path

modules_at_start = sorted(sys.modules)
last = {}

def handle(event, context):
    match event["do"]:
        case "echo":
            last["event"] = event
            time.sleep(0.002)
            return {"said": last["event"]["say"], "pid": os.getpid()}
        case "environment":
            return dict(os.environ)
        case "modules":
            return modules_at_start
        case "context":
            return [
                context.aws_request_id,
                context.function_name,
                context.memory_limit_in_mb,
                context.invoked_function_arn,
                context.get_remaining_time_in_millis(),
            ]
        case "raise":
            raise LookupError("a secret")
        case "die":
            os._exit(3)
        case "hang":
            time.sleep(60)
        case "print":
            print("a line")
        case "nonsense":
            return object()
"""

VARIABLES = {
    "_HANDLER": "fake_function.handle",
    "AWS_LAMBDA_FUNCTION_NAME": "fake",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_REGION": "eu-central-1",
    "PYTHONUNBUFFERED": "1",
}

MakePool = Callable[..., Pool]


@pytest.fixture(name="log")
def _log(tmp_path: Path) -> Path:
    return tmp_path / "functions.log"


@pytest.fixture(name="make_pool")
def _make_pool(tmp_path: Path, log: Path) -> Iterator[MakePool]:
    (tmp_path / "fake_function.py").write_text(HANDLER)
    with log.open("ab") as stream, ExitStack() as cleanup:

        def make_pool(size: int = 1, timeout: float = 20, **variables: str) -> Pool:
            environment = VARIABLES | {"PYTHONPATH": str(tmp_path)} | variables
            pool = Pool(lambda: Instance(environment, stream.fileno()), size, timeout)
            cleanup.callback(pool.close)
            pool.wait_until_ready()
            return pool

        yield make_pool


def _do(pool: Pool, what: str, **more: Any) -> Any:  # noqa: ANN401 - whatever the handler returned
    return pool.invoke({"do": what, **more}, "r-1")


def test_environment_is_the_functions_own(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function sees its variables and none of the developer's."""
    monkeypatch.setenv("HOME_OF_THE_DEVELOPER", "yes")
    pool = make_pool(TABLE_NAME="t")

    environment = _do(pool, "environment")

    assert environment["TABLE_NAME"] == "t"
    assert "HOME_OF_THE_DEVELOPER" not in environment


def test_handler_finds_nothing_imported_that_lambda_lacks(make_pool: MakePool) -> None:
    """What is imported before the handler is the standard library and the runtime itself."""
    imported = {name.partition(".")[0] for name in _do(make_pool(), "modules")}

    assert imported.isdisjoint({"boto3", "botocore", "moto", "waitress", "yaml", "pydantic", "vocespace"})


def test_context_is_that_of_lambda(make_pool: MakePool) -> None:
    """The context has the request id, the function, and a timeout that runs."""
    *told, remaining = _do(make_pool(timeout=10), "context")

    assert told == ["r-1", "fake", "512", "arn:aws:lambda:eu-central-1:123456789012:function:fake"]
    assert 5_000 < remaining <= 10_000


def test_concurrent_events_do_not_mix(make_pool: MakePool) -> None:
    """Module state that a handler keeps for one event is never seen by another, and all instances work."""
    pool = make_pool(size=3)

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda number: _do(pool, "echo", say=number), range(400)))

    assert [answer["said"] for answer in answers] == list(range(400))
    assert {answer["pid"] for answer in answers} == set(pool.pids())


@pytest.mark.parametrize(("what", "error"), [("raise", "LookupError"), ("nonsense", "TypeError")])
def test_handler_that_raises_costs_only_its_own_event(make_pool: MakePool, log: Path, what: str, error: str) -> None:
    """The gateway learns the type, the log the way, nobody the message; the instance goes on."""
    pool = make_pool()
    before = pool.pids()

    with pytest.raises(HandlerError, match=f"^{error}$"):
        _do(pool, what)

    assert _do(pool, "echo", say="next")["said"] == "next"
    assert pool.pids() == before
    assert error in log.read_text()
    assert "a secret" not in log.read_text()


def test_instance_that_dies_is_replaced(make_pool: MakePool) -> None:
    """Its event is lost, the next one finds a new process."""
    pool = make_pool()
    before = pool.pids()

    with pytest.raises(InstanceLostError):
        _do(pool, "die")

    assert _do(pool, "echo", say="next")["said"] == "next"
    assert pool.pids() != before
    assert len(pool.pids()) == 1


def test_instance_killed_while_idle_is_replaced(make_pool: MakePool) -> None:
    """An instance that somebody else killed costs one event at most."""
    pool = make_pool()
    os.kill(pool.pids()[0], signal.SIGKILL)

    with pytest.raises(InstanceLostError):
        _do(pool, "echo", say="lost")

    assert _do(pool, "echo", say="next")["said"] == "next"


def test_event_over_the_timeout_is_cut_off(make_pool: MakePool) -> None:
    """A hanging handler is ended by the function's timeout, as Lambda does it."""
    pool = make_pool(timeout=0.2)
    started = time.monotonic()

    with pytest.raises(InstanceLostError):
        _do(pool, "hang")

    assert time.monotonic() - started < 5
    assert _do(pool, "echo", say="next")["said"] == "next"


def test_closing_sets_free_whoever_waits(make_pool: MakePool) -> None:
    """A request on its way does not keep the gateway from ending, and no process is left."""
    pool = make_pool()
    pids = pool.pids()
    outcome: list[type[Exception]] = []

    def wait() -> None:
        try:
            _do(pool, "hang")
        except InstanceLostError as error:
            outcome.append(type(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    pool.close()
    waiting.join(5)

    assert outcome == [InstanceLostError]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_handler_that_cannot_be_imported_is_told_at_the_start(make_pool: MakePool, log: Path) -> None:
    """A broken import is found before the first request, with its reason in the log."""
    with pytest.raises(InstanceLostError):
        make_pool(_HANDLER="no_such_module.handle")

    assert "No module named 'no_such_module'" in log.read_text()


def test_what_a_handler_prints_goes_to_the_log(make_pool: MakePool, log: Path) -> None:
    """Log lines and metrics of the functions end in one file."""
    _do(make_pool(), "print")

    assert log.read_text() == "a line\n"
