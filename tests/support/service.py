"""`make run` as a process: started in a folder of its own, waited for, ended by a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local import demo_env
from local.options import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 30
"""Seconds that a start may take on a busy machine; it is about two on an idle one."""


@dataclass(frozen=True, slots=True)
class Service:
    """The running service.

    Attributes:
        values: What demo.env holds.
        folder: Where demo.env and the functions' log are.
    """

    process: subprocess.Popen[bytes]
    values: dict[str, str]
    folder: Path

    def printed(self) -> str:
        """What the person at the terminal has read until now."""
        return (self.folder / "terminal.txt").read_text()

    def lines_with(self, words: str, count: int = 1) -> list[str]:
        """The lines at the terminal that hold these words, once there are so many of them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            lines = [line for line in self.printed().splitlines() if words in line]
            if len(lines) >= count:
                return lines
            if time.monotonic() > deadline:
                raise AssertionError(f"{words!r} was not told of {count} times:\n{self.printed()}")
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ends it by a signal and returns its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def launched(folder: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """`make run` with variables, ended at the latest when the block is left."""
    environment = os.environ | {"PORT": "0", "LOCAL_DIR": str(folder)} | variables
    with (
        (folder / "terminal.txt").open("wb") as terminal,
        subprocess.Popen(
            [sys.executable, "-m", "local"], cwd=ROOT, env=environment, stdout=terminal, stderr=terminal
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def running_service(folder: Path, **variables: str) -> Iterator[Service]:
    """The service, once it answers."""
    with launched(folder, **variables) as process:
        if not _is_ready(process, folder):
            raise AssertionError(f"make run is not ready:\n{(folder / 'terminal.txt').read_text()}")
        yield Service(process, demo_env.read(folder), folder)


def _is_ready(process: subprocess.Popen[bytes], folder: Path) -> bool:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if demo_env.path_in(folder).exists():
            return True
        time.sleep(0.05)
    return False
