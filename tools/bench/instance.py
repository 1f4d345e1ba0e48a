"""Starting an instance of a function, and what it says about itself."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from local.cloud import ENVIRONMENT
from tools.bench.errors import InstanceFailedError
from tools.bench.server_process import Server, serving

CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Sample:
    """What one instance cost.

    Attributes:
        elapsed: Seconds from before the start of the process until the first answer.
        imported: CPU seconds from the start of the process until the handler was imported.
        cpu: CPU seconds from the start of the process until the first answer.
        memory: Peak resident memory at the first answer, bytes.
        warm: CPU seconds of a request by each handler, in blocks that were measured one right after the other.
        first: AWS calls and new connections of the first request, counted only where they were watched.
        later: The same of all requests after it.
    """

    elapsed: float
    imported: float
    cpu: float
    memory: int
    warm: list[list[float]]
    first: dict[str, int] = field(default_factory=dict)
    later: dict[str, int] = field(default_factory=dict)


class Runs(Protocol):
    """Whatever is started anew for each sample."""

    def run(self, event: Mapping[str, Any], status: int, *, blocks: int = 0, requests: int = 0) -> Sample:
        """As `Instance.run`."""
        ...


@dataclass(frozen=True, slots=True)
class Instance:
    """Something that answers requests: handlers, what is on their path, and their environment.

    Attributes:
        handlers: The one that is measured, and others that take turns with it once it is warm.
    """

    interpreter: str
    path: tuple[Path, ...]
    handlers: tuple[str, ...]
    environment: Mapping[str, str]

    def run(
        self, event: Mapping[str, Any], status: int, *, blocks: int = 0, requests: int = 0, watch: bool = False
    ) -> Sample:
        """Starts an instance and gives it the event once.

        Args:
            event: What is asked, every time.
            status: The status of every answer; 0 where a worker is to tell of no failure.
            blocks: How often each handler is measured after that.
            requests: How many requests a block has, and the warm-up before the first one.
            watch: Counts AWS calls and connections.

        Raises:
            InstanceFailedError: a handler cannot be imported, or an answer has another status.
        """
        command = self._command(event, blocks=blocks, requests=requests, watch=watch)
        return sample(command, self._variables(), status, self.handlers)

    def served(self, event: Mapping[str, Any]) -> AbstractContextManager[Server]:
        """The first handler behind a plain web server, ended when the block is left.

        Args:
            event: What the handler is given, but for headers and body.

        Raises:
            InstanceFailedError: the handler cannot be imported.
        """
        return serving(self._command(event, serve=True), self._variables())

    def _command(self, event: Mapping[str, Any], **job: object) -> list[str]:
        job |= {"path": [str(each) for each in self.path], "handlers": self.handlers, "event": event}
        # -B: Lambda's folders are read-only, so what is compiled at one start is compiled again at the next.
        return [self.interpreter, "-I", "-S", "-B", str(CHILD), json.dumps(job)]

    def _variables(self) -> dict[str, str]:
        return ENVIRONMENT | {"LANG": "C.UTF-8", "TZ": "UTC"} | dict(self.environment)


def sample(command: Sequence[str], environment: Mapping[str, str], status: int, handlers: Sequence[str]) -> Sample:
    """Runs a process that measures itself, and reads what it prints.

    Raises:
        InstanceFailedError: it failed, or an answer has another status.
    """
    started = time.perf_counter()
    ended = subprocess.run(command, env=dict(environment), check=False, capture_output=True, text=True)
    if ended.returncode:
        raise InstanceFailedError(f"{handlers[0]}: {ended.stderr.strip()}")
    result = json.loads(ended.stdout)
    statuses = result.pop("statuses")
    if statuses != [status]:
        raise InstanceFailedError(f"{', '.join(handlers)} answered {statuses}, not {status}")
    return Sample(elapsed=result.pop("answered") - started, **result)
