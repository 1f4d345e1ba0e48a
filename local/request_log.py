"""One readable line for each thing that happens, for the person at the terminal: of a request no query, no body."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TextIO

_MAX_PATH = 60


class Line(Protocol):
    """Something that is told in a line."""

    def line(self, now: datetime) -> str:
        """The line, without anything that could move a terminal's cursor."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """What is told about a request."""

    method: str
    path: str
    status: int
    milliseconds: float
    function: str = ""
    code: str = ""

    def line(self, now: datetime) -> str:
        """See `Line`."""
        path = self.path if len(self.path) <= _MAX_PATH else f"{self.path[: _MAX_PATH - 1]}…"
        words = [f"{now:%H:%M:%S}", f"{self.method:<7}", path, str(self.status), f"{self.milliseconds:.1f} ms"]
        return line_of(*words, self.function, self.code)


def line_of(*words: str) -> str:
    """Those words that say anything, in a line that moves no cursor."""
    line = " ".join(filter(None, words))
    return "".join(character if character.isprintable() else "?" for character in line)


class RequestLog:
    """Writes the lines, one at a time."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()

    def __call__(self, entry: Line) -> None:
        """Writes one line; a terminal that has gone away stops no request."""
        line = entry.line(datetime.now().astimezone())
        with self._lock:
            try:
                print(line, file=self._stream, flush=True)
            except OSError:
                return
