"""Times for people: in their zone, with its name, in their language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocespace.local_times import CHINESE, ENGLISH, LocalTimes, iso


def at(text: str) -> float:
    """A moment, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("zone", "moment", "text", "named"),
    [
        (None, "2026-11-23T13:05", "Monday, 23 November 2026, 13:05", "UTC"),
        ("UTC", "2026-11-23T13:05", "Monday, 23 November 2026, 13:05", "UTC"),
        ("Europe/Berlin", "2026-11-23T23:30", "Tuesday, 24 November 2026, 00:30", "Europe/Berlin (UTC+1)"),
        ("Europe/Paris", "2027-03-28T00:59", "Sunday, 28 March 2027, 01:59", "Europe/Paris (UTC+1)"),
        ("Europe/Paris", "2027-03-28T01:00", "Sunday, 28 March 2027, 03:00", "Europe/Paris (UTC+2)"),
        ("America/New_York", "2026-11-01T05:59", "Sunday, 1 November 2026, 01:59", "America/New_York (UTC-4)"),
        ("America/New_York", "2026-11-01T06:00", "Sunday, 1 November 2026, 01:00", "America/New_York (UTC-5)"),
        ("Europe/London", "2026-11-23T13:05", "Monday, 23 November 2026, 13:05", "Europe/London (UTC)"),
        ("Asia/Kolkata", "2026-11-23T13:05", "Monday, 23 November 2026, 18:35", "Asia/Kolkata (UTC+5:30)"),
        ("America/St_Johns", "2026-11-23T03:00", "Sunday, 22 November 2026, 23:30", "America/St_Johns (UTC-3:30)"),
        ("Nowhere/Town", "2026-11-23T13:05", "Monday, 23 November 2026, 13:05", "UTC"),
        ("../../etc/passwd", "2026-11-23T13:05", "Monday, 23 November 2026, 13:05", "UTC"),
        ("Europe", "2026-11-23T13:05", "Monday, 23 November 2026, 13:05", "UTC"),
    ],
)
def test_a_time_is_written_in_its_zone(zone: str | None, moment: str, text: str, named: str) -> None:
    """Across the changes of the clocks; a zone that nobody knows is UTC, and says so."""
    times = LocalTimes(ENGLISH, zone)

    assert times.full(at(moment)) == text
    assert times.zone(at(moment)) == named


def test_chinese_writes_a_day_its_own_way() -> None:
    """Year, month, day, weekday."""
    times = LocalTimes(CHINESE, "Asia/Shanghai")

    assert times.full(at("2026-11-22T16:05")) == "2026年11月23日星期一 00:05"
    assert times.full(at("2026-12-27T00:00")) == "2026年12月27日星期日 08:00"


@pytest.mark.parametrize(
    ("zone", "text"), [("UTC", "00:30"), ("Europe/Berlin", "01:30"), ("America/New_York", "19:30")]
)
def test_an_end_of_the_same_day_is_an_hour(zone: str, text: str) -> None:
    """The same day where the reader is."""
    assert LocalTimes(ENGLISH, zone).end(at("2026-11-24T00:30"), at("2026-11-24T00:00")) == text


def test_an_end_of_another_day_names_it() -> None:
    """Nobody has to count."""
    times = LocalTimes(ENGLISH, "Europe/Berlin")

    assert times.end(at("2026-11-24T00:30"), at("2026-11-23T22:00")) == "Tuesday, 24 November 2026, 01:30"


@given(st.integers(0, 2**40), st.sampled_from([None, "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"]))
def test_every_time_that_may_be_sent_can_be_written(time: int, zone: str | None) -> None:
    """Also one that no calendar reaches."""
    for calendar in (ENGLISH, CHINESE):
        times = LocalTimes(calendar, zone)
        assert times.full(time)
        assert times.zone(time)
        assert times.end(time, 0)
    assert iso(time).endswith("Z")


@given(st.integers(0, 10**11))
def test_programs_read_the_same_moment(time: int) -> None:
    """What stands in `datetime` comes back as it was."""
    assert datetime.fromisoformat(iso(time)).timestamp() == time
