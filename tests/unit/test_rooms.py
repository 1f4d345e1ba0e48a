"""Rooms: the two reserved words, and names."""

from __future__ import annotations

import pytest
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from tests.support.strategies import room_types
from vocespace.rooms import RoomType

room_type = TypeAdapter(RoomType).validate_python


@pytest.mark.parametrize("room", ["$empty", "$space", "stage", "room_urgent_001", "会议室", "a" * 128])
def test_a_room_is_a_reserved_word_or_a_name(room: str) -> None:
    """It is kept as it was said."""
    assert room_type(room) == room


@pytest.mark.parametrize(
    "room",
    [
        "",
        "$",
        "$$empty",
        "$EMPTY",
        "$empty ",
        " $empty",
        "$empty\n",
        "$nowhere",
        "$space/x",
        "a$",
        "＄empty",
        "a/b",
        "..",
        "a" * 129,
    ],
)
def test_any_other_word_with_a_dollar_is_refused(room: str) -> None:
    """So that a new reserved word never means what somebody already called a room."""
    with pytest.raises(ValidationError):
        room_type(room)


@given(room_types)
def test_every_name_of_a_place_is_a_room(room: str) -> None:
    """Rooms are called like spaces."""
    assert room_type(room) == room
