"""Spans and moments as an operator types them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(?:[0-9]{1,9}[smhdw])+", re.ASCII)
_PART = re.compile(r"([0-9]+)([smhdw])", re.ASCII)
_LATEST = 2**40


def parse_duration(text: str) -> int:
    """Reads a span such as `90d`, `2h` or `1h30m`.

    Returns:
        Seconds, more than none.

    Raises:
        ValueError: it is no span.
    """
    if not _SPAN.fullmatch(text):
        raise ValueError("must be a span such as 90d, 2h or 1h30m (units: s, m, h, d, w)")
    seconds = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if not 0 < seconds < _LATEST:
        raise ValueError("must be more than nothing and less than ten thousand years")
    return seconds


def parse_moment(text: str) -> int:
    """Reads a moment: Unix seconds, or ISO 8601, which is UTC where it names no offset.

    Raises:
        ValueError: it is neither.
    """
    if text.isascii() and text.isdigit():
        moment = int(text[:20])
    else:
        try:
            named = datetime.fromisoformat(text)
            moment = int((named if named.tzinfo else named.replace(tzinfo=UTC)).timestamp())
        except (ValueError, OverflowError):
            raise ValueError("must be Unix seconds or ISO 8601, such as 2027-01-31T18:00Z") from None
    if not 0 < moment < _LATEST:
        raise ValueError("must be a moment after 1970")
    return moment


def spoken(seconds: int) -> str:
    """A span as people say it, in its two largest units."""
    parts = []
    rest = abs(seconds)
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, _UNITS[unit])
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def from_now(moment: int, now: float) -> str:
    """How far a moment is from now, either way."""
    distance = moment - int(now)
    return f"in {spoken(distance)}" if distance > 0 else f"{spoken(distance)} ago"
