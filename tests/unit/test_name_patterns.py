"""Patterns of names: what a made-up name looks like."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import place_names
from vocespace.name_patterns import ANYTHING, matches, name_like
from vocespace.names import MAX_NAME, place_name

# Short enough that a made-up name is no longer than a name may be.
_parts = st.text("abcé会-_.", max_size=10)
patterns = st.builds("{}*{}".format, _parts, _parts)


@given(patterns | place_names.filter(lambda name: ANYTHING not in name))
def test_a_made_up_name_fits_its_pattern(pattern: str) -> None:
    """And is a name."""
    made_up = name_like(pattern)

    assert matches(made_up, [pattern])
    assert ANYTHING not in made_up
    assert len(place_name(made_up)) <= MAX_NAME


@given(patterns)
def test_nobody_can_guess_it(pattern: str) -> None:
    """Eighty bits, anew each time."""
    first, second = name_like(pattern), name_like(pattern)

    assert first != second
    assert len(first) == len(pattern) - 1 + 20


@given(place_names)
def test_a_name_without_a_star_is_the_only_one(name: str) -> None:
    """Nothing is added to it."""
    assert name_like(name) == name
