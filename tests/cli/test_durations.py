"""Spans and moments as an operator types them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocespace_cli.durations import from_now, parse_duration, parse_moment, spoken

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
PARTS = st.lists(st.tuples(st.integers(0, 9999), st.sampled_from("smhdw")), min_size=1, max_size=5)


@given(PARTS)
def test_a_span_is_the_sum_of_its_parts(parts: list[tuple[int, str]]) -> None:
    """In any order, each unit as often as one likes."""
    text = "".join(f"{number}{unit}" for number, unit in parts)
    seconds = sum(number * UNITS[unit] for number, unit in parts)

    if seconds:
        assert parse_duration(text) == seconds
    else:
        with pytest.raises(ValueError, match="more than nothing"):
            parse_duration(text)


@given(st.text())
def test_no_text_makes_more_than_a_value_error(text: str) -> None:
    """Whatever is typed."""
    for parse in (parse_duration, parse_moment):
        with contextlib.suppress(ValueError):
            assert 0 < parse(text) < 2**40


@pytest.mark.parametrize("text", ["", "1", "h", "1 h", "1h ", "-1h", "1.5h", "1H", "٣h", "1h2", "0s", "9999999999s"])
def test_what_is_no_span(text: str) -> None:
    """Is refused."""
    with pytest.raises(ValueError, match="must be"):
        parse_duration(text)


@pytest.mark.parametrize(
    "text", ["1795000000", "2026-11-18T11:06:40Z", "2026-11-18T12:06:40+01:00", "2026-11-18T11:06:40"]
)
def test_a_moment_in_every_spelling(text: str) -> None:
    """Unix seconds or ISO 8601; without an offset it is UTC."""
    assert parse_moment(text) == 1_795_000_000


@pytest.mark.parametrize("text", ["", "tomorrow", "0", "-5", "99999999999999999999999", "1969-01-01"])
def test_what_is_no_moment(text: str) -> None:
    """Is refused."""
    with pytest.raises(ValueError, match="must be"):
        parse_moment(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (3600, "1 h"), (90_061, "1 d 1 h"), (-61, "1 m 1 s")]
)
def test_spans_are_said_in_two_units(seconds: int, text: str) -> None:
    """Nobody wants more."""
    assert spoken(seconds) == text


def test_either_side_of_now() -> None:
    """Before and after."""
    assert (from_now(160, 100), from_now(40, 100)) == ("in 1 m", "1 m ago")
