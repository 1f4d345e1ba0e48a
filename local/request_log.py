"""One readable line a request for the person at the terminal: no query, no header, no body."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

_MAX_PATH = 60


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
        """The line, without anything that could move a terminal's cursor."""
        path = self.path if len(self.path) <= _MAX_PATH else f"{self.path[: _MAX_PATH - 1]}…"
        words = [f"{now:%H:%M:%S}", f"{self.method:<7}", path, str(self.status), f"{self.milliseconds:.1f} ms"]
        line = " ".join([*words, *filter(None, (self.function, self.code))])
        return "".join(character if character.isprintable() else "?" for character in line)


class RequestLog:
    """Writes the lines, one at a time."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()

    def __call__(self, entry: Entry) -> None:
        """Writes one line; a terminal that has gone away stops no request."""
        line = entry.line(datetime.now().astimezone())
        with self._lock:
            try:
                print(line, file=self._stream, flush=True)
            except OSError:
                return
