"""Which room of a space a person goes to (VoceSpace's RoomType; design section 5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from vocespace.names import MAX_NAME, place_name

EMPTY = "$empty"
MAIN = "$space"


def room_type(value: str) -> str:
    """Checks a RoomType: one of the two reserved words, or a room's name."""
    if value in {EMPTY, MAIN}:
        return value
    if value.startswith("$"):
        raise ValueError(f"starts with $ but is neither {EMPTY} nor {MAIN}")
    return place_name(value)


RoomType = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(room_type)]
