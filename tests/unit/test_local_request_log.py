"""The lines for the person at the terminal."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime

from local.request_log import Entry, RequestLog

NOW = datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)


def test_line_says_what_came_of_a_request() -> None:
    """Time, method, path, status, duration, function and the problem's code, in this order."""
    entry = Entry("POST", "/api/redirect-url", 401, 3.14159, "RedirectUrlFunction", "unauthorized")

    assert entry.line(NOW) == "09:05:07 POST    /api/redirect-url 401 3.1 ms RedirectUrlFunction unauthorized"


def test_line_cannot_move_the_cursor() -> None:
    """A path with control characters, bidi marks or line ends prints as one harmless line."""
    line = Entry("GET", "/\x1b[2J\r\n\N{RIGHT-TO-LEFT OVERRIDE}x", 404, 1).line(NOW)

    assert line == "09:05:07 GET     /?[2J???x 404 1.0 ms"


def test_long_path_is_cut() -> None:
    """A path never fills the screen."""
    assert len(Entry("GET", "/" * 5000, 404, 1).line(NOW)) < 100


def test_terminal_that_went_away_is_no_error() -> None:
    """A closed pipe behind the output stops no request."""
    reading, writing = os.pipe()
    os.close(reading)
    stream = io.TextIOWrapper(io.FileIO(writing, "w", closefd=False), write_through=True)

    RequestLog(stream)(Entry("GET", "/", 200, 1))

    stream.detach()
    os.close(writing)
