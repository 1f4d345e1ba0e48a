"""Times as people read them: in a zone that is named, in a language."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

_HOUR, _MINUTE = 3600, 60
_LAST = datetime(9999, 12, 30, tzinfo=UTC).timestamp()
"""Nothing later can be written; a time that somebody gave may be."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a language writes a day.

    Attributes:
        day: The format, with `weekday`, `day`, `month`, `year`.
        weekdays: From Monday on.
        months: From January on.
    """

    day: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]


ENGLISH = Calendar(
    "{weekday}, {day} {month} {year}, ",
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
)
CHINESE = Calendar(
    "{year}年{month}月{day}日{weekday} ",
    tuple(f"星期{day}" for day in "一二三四五六日"),
    tuple(map(str, range(1, 13))),
)


class LocalTimes:
    """Writes times in a zone.

    Args:
        calendar: How the language writes a day.
        zone: The name of the zone; where there is none, or none is known by it, it is UTC.
    """

    def __init__(self, calendar: Calendar, zone: str | None) -> None:
        self._calendar = calendar
        self._zone = _zone(zone)

    def full(self, time: float) -> str:
        """Day and time of the day."""
        at, calendar = self._at(time), self._calendar
        weekday, month = calendar.weekdays[at.weekday()], calendar.months[at.month - 1]
        return calendar.day.format(weekday=weekday, day=at.day, month=month, year=at.year) + self.hour(time)

    def hour(self, time: float) -> str:
        """The time of the day alone."""
        return f"{self._at(time):%H:%M}"

    def end(self, time: float, start: float) -> str:
        """The end of what starts at another time: the day is said only where it is another one."""
        return self.hour(time) if self._at(time).date() == self._at(start).date() else self.full(time)

    def zone(self, time: float) -> str:
        """The zone, and what it is ahead of UTC at a time."""
        offset = self._at(time).utcoffset()
        seconds = round(offset.total_seconds()) if offset else 0
        hours, rest = divmod(abs(seconds), _HOUR)
        minutes = f":{rest // _MINUTE:02}" if rest else ""
        ahead = f"UTC{'-' if seconds < 0 else '+'}{hours}{minutes}" if seconds else "UTC"
        return ahead if str(self._zone) == "UTC" else f"{self._zone} ({ahead})"

    def _at(self, time: float) -> datetime:
        return datetime.fromtimestamp(min(time, _LAST), self._zone)


def iso(time: float) -> str:
    """A time as programs read it."""
    return f"{datetime.fromtimestamp(min(time, _LAST), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _zone(name: str | None) -> tzinfo:
    try:
        return zoneinfo.ZoneInfo(name) if name else UTC
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return UTC
