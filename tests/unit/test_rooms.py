"""Rooms: the two reserved words, names, and the room that is a person's own."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from pydantic import TypeAdapter, ValidationError

from tests.support.strategies import person_names, place_names, room_types
from vocespace.errors import NoAgentAvailableError
from vocespace.identities import Identity
from vocespace.names import PlaceName
from vocespace.rooms import RoomType, fresh_room_for, resolve_room

room_type = TypeAdapter(RoomType).validate_python
place = TypeAdapter(PlaceName).validate_python


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


@given(space=place_names, person=person_names)
def test_a_fresh_room_is_the_same_for_the_same_person(space: str, person: str) -> None:
    """It is derived from the two, so nothing has to be remembered, and it is a name that a room may have."""
    room = fresh_room_for(space, person)

    assert room == fresh_room_for(space, person) == place(room)
    assert re.fullmatch(r"room-[a-z2-7]{16}", room)


@given(space=place_names, person=person_names, other_space=place_names, other=person_names)
def test_no_two_people_share_a_fresh_room(space: str, person: str, other_space: str, other: str) -> None:
    """Neither in one space nor by meeting across two."""
    assume((space, person) != (other_space, other))

    assert fresh_room_for(space, person) != fresh_room_for(other_space, other)


def test_where_the_space_ends_and_the_person_begins_matters() -> None:
    """No two pairs that read alike when joined."""
    pairs = [("ab", "c"), ("a", "bc"), ("1:a", "b"), ("1", ":ab"), ("abc", "d"), ("a", "2:bc")]

    assert len({fresh_room_for(*pair) for pair in pairs}) == len(pairs)
    assert len({fresh_room_for("space", f"user{number}") for number in range(10_000)}) == 10_000


def test_a_fresh_room_stays_the_same_over_releases() -> None:
    """A link made by one release leads into the same room by the next."""
    assert fresh_room_for("my-workspace", "user_12345") == "room-5c6fqnqp5rmpmoar"


@pytest.mark.parametrize("identity", Identity)
@pytest.mark.parametrize("auth", ["demo", "c_s", None])
@pytest.mark.parametrize("room", [None, "$space", "stage"])
def test_a_choice_that_is_made_is_left_alone(identity: Identity, auth: str | None, room: str | None) -> None:
    """Only `$empty` is for us to resolve."""
    assert resolve_room(room, space="s", person="p", identity=identity, auth=auth) == room


@pytest.mark.parametrize("identity", Identity)
@pytest.mark.parametrize("auth", ["demo", "c_s", None])
def test_an_empty_room_is_a_fresh_one_but_for_customers(identity: Identity, auth: str | None) -> None:
    """A customer of customer support asks for whoever is waiting, and nobody is known to be."""
    if (auth, identity) == ("c_s", Identity.CUSTOMER):
        with pytest.raises(NoAgentAvailableError) as refused:
            resolve_room("$empty", space="s", person="p", identity=identity, auth=auth)
        assert refused.value.reason == "no_agent_waiting"
    else:
        room = resolve_room("$empty", space="s", person="p", identity=identity, auth=auth)
        assert room == fresh_room_for("s", "p")
