"""Which room of a space a person goes to (VoceSpace's RoomType; design section 5)."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated

from pydantic import AfterValidator, Field

from vocespace.errors import NoAgentAvailableError
from vocespace.identities import CUSTOMER_SUPPORT, Identity
from vocespace.names import MAX_NAME, place_name

EMPTY = "$empty"
MAIN = "$space"

_FRESH_PREFIX = "room-"
_FRESH_DIGITS = 16


def room_type(value: str) -> str:
    """Checks a RoomType: one of the two reserved words, or a room's name."""
    if value in {EMPTY, MAIN}:
        return value
    if value.startswith("$"):
        raise ValueError(f"starts with $ but is neither {EMPTY} nor {MAIN}")
    return place_name(value)


RoomType = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(room_type)]


def fresh_room_for(space: str, person: str) -> str:
    """Names the room that is this person's own in a space.

    Derived, not drawn: the same person asking again gets the same room, and no two people ever share one, without
    anything having to be remembered.
    """
    digest = hashlib.sha256(f"{len(space)}:{space}{person}".encode()).digest()
    return _FRESH_PREFIX + base64.b32encode(digest).decode()[:_FRESH_DIGITS].lower()


def wanted_room(room: str | None, *, space: str, person: str) -> str | None:
    """What was asked for: a token that was minted for `$empty` carries the room that this became."""
    if room is not None and room.startswith(_FRESH_PREFIX) and room == fresh_room_for(space, person):
        return EMPTY
    return room


def resolve_room(room: str | None, *, space: str, person: str, identity: Identity, auth: str | None) -> str | None:
    """Turns `$empty` into a concrete name, before anything is minted with it; leaves every other choice as it is.

    Raises:
        NoAgentAvailableError: a customer of customer support asks for whoever is waiting.
    """
    if room != EMPTY:
        return room
    if auth == CUSTOMER_SUPPORT and identity is Identity.CUSTOMER:
        raise NoAgentAvailableError("no_agent_waiting")
    return fresh_room_for(space, person)
