"""The command line as an operator runs it, against the world in memory."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from tests.support.clock import FakeClock
from tests.support.leaks import leaks_in
from tests.support.world import ENVIRONMENT, TABLE, World
from vocespace_cli import app, deployment, run
from vocespace_cli.deployment import Deployment

BASE_URL = "https://api.example"

_NAME = "Zhang San"
_RESULTS: dict[tuple[str, ...], set[str]] = {
    ("platforms", "add"): {"an API key"},
    ("keys", "add"): {"an API key"},
    ("token", "issue"): {"a token"},
}
"""What these commands are there to print. Nothing else may be printed by any, and none of it on standard error."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command answers
        """Standard output, which is one JSON document and nothing else."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error of a command with --json; nothing else is said then, neither here nor there."""
        assert self.out == ""
        members: dict[str, Any] = json.loads(self.err)["error"]
        return members

    @property
    def fields(self) -> dict[str, str]:
        """The fields at fault, and why."""
        return {each["field"]: each["reason"] for each in self.error["errors"]}


class Cli:
    """Runs `vocespace`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.variables = dict(ENVIRONMENT)
        self.base_url = BASE_URL
        self.is_local = False

    def __call__(self, *arguments: str, stdin: str = "") -> Result:
        """Runs a command, and searches all that it prints for what it should not."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        # Not by capsys: the search of the suite's output knows no command whose result is a key or a token.
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = app.main(arguments)
        result = Result(code, out.getvalue(), err.getvalue())
        shown = result.out.replace(_NAME, "") if arguments[:2] == ("token", "inspect") else result.out
        assert set(leaks_in(shown)) <= _RESULTS.get(arguments[:2], set())
        assert leaks_in(result.err) == []
        return result

    def deployment(self) -> Deployment:
        """The deployment that every command finds."""
        return Deployment("stack test", self.base_url, self.variables, is_local=self.is_local)


@pytest.fixture(name="cli")
def _cli(world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Cli:
    assert world.clock is clock
    cli = Cli(monkeypatch)
    monkeypatch.setattr(deployment.Choice, "find", lambda _: cli.deployment())
    monkeypatch.setattr(run, "SystemClock", lambda: clock)
    return cli


def contents() -> list[str]:
    """All that is in the table."""
    items = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
    return sorted(json.dumps(item, sort_keys=True) for item in items)
