"""Points in time: what is one, and that it is the right one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocespace.rfc3339 import unix_milliseconds

OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-12-01T08:00:00Z", 1_796_112_000_000),
        ("2026-12-01T08:00:00.000000Z", 1_796_112_000_000),
        ("2026-12-01T08:00:00.5Z", 1_796_112_000_500),
        ("2026-12-01T08:00:00.123999999999Z", 1_796_112_000_123),
        ("2026-12-01T09:00:00+01:00", 1_796_112_000_000),
        ("2026-12-01T00:30:00-07:30", 1_796_112_000_000),
        ("2026-12-01T08:00:00-00:00", 1_796_112_000_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ("9999-12-31T23:59:59-23:59", 253_402_387_139_000),
        ("2028-02-29T00:00:00Z", 1_835_395_200_000),
    ],
)
def test_a_time_is_read(text: str, milliseconds: int) -> None:
    """With any offset and any fraction; of that, thousandths count."""
    assert unix_milliseconds(text) == milliseconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-12-01",
        "2026-12-01T08:00Z",
        "2026-12-01T08:00:00",
        "2026-12-01 08:00:00Z",
        "2026-12-01t08:00:00z",
        "20261201T080000Z",
        "2026-W49-2T08:00:00Z",
        "2026-12-01T08:00:00,5Z",
        "2026-12-01T08:00:00.Z",
        "2026-12-01T08:00:00.0000000000000Z",
        "2026-12-01T08:00:00+0100",
        "2026-12-01T08:00:00+01",
        "2026-12-01T08:00:00+24:00",
        "2026-12-01T08:00:00+01:60",
        "2026-12-01T24:00:00Z",
        "2026-12-01T23:59:60Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "2026-12-01T08:00:00Z\n",
        "٢٠٢٦-12-01T08:00:00Z",
        "1796112000",
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    """Also what other readers guess at."""
    with pytest.raises(ValueError, match=r"^is (no time|before)"):
        unix_milliseconds(text)


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=OFFSETS))  # noqa: DTZ001 - hypothesis adds the zone
def test_every_time_of_python_s_is_read(moment: datetime) -> None:
    """To the thousandth."""
    assert unix_milliseconds(moment.isoformat()) == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    )


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}(Z|[+-][0-9:]{5})"))
def test_nothing_else_comes_of_it(text: str) -> None:
    """A time, or ValueError; never another exception, never a time before 1970."""
    try:
        assert unix_milliseconds(text) >= 0
    except ValueError as error:
        assert str(error).startswith("is ")  # noqa: PT017 - either is right
