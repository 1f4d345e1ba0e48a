"""What LiveKit's clients ask for, read and put into VoceSpace's words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from tests.support.participants import with_policy
from tests.support.strategies import json_values
from tests.support.users import ADA
from tests.support.world import ACME, DEMO
from tests.unit.vectors import naughty_strings
from vocespace.errors import FieldError, IdentityRefusedError, InvalidParametersError, PolicyRefusedError
from vocespace.identities import Identity
from vocespace.livekit_provider import RoomMapping
from vocespace.livekit_token_request import LiveKitTokenRequest
from vocespace.request_body import read_request
from vocespace.users import SignedInUser

NAMES = list(LiveKitTokenRequest.model_fields)

_texts = st.none() | st.text(max_size=20) | st.sampled_from(["hall", "hall/stage", "a//b", *naughty_strings()])
_attributes = st.dictionaries(st.sampled_from(["identity", "auth", "room", "team", "lk.x", ""]), _texts)
likely_bodies = st.dictionaries(
    st.sampled_from([*NAMES, *map(to_camel, NAMES), "colour"]), _texts | _attributes | json_values, max_size=5
)
"""Bodies that are nearly right."""


def read(**members: object) -> LiveKitTokenRequest:
    """A body, read."""
    return read_request(LiveKitTokenRequest, members)


@given(likely_bodies | st.dictionaries(st.text(max_size=10), json_values), st.sampled_from([None, ADA]), st.booleans())
def test_any_object_is_a_request_or_refused(body: dict[str, Any], user: SignedInUser | None, by_room: bool) -> None:
    """By an error of ours that a caller is told; what is taken is somebody who goes somewhere."""
    mapping: RoomMapping = "room" if by_room else "space"
    for platform in (DEMO, ACME, with_policy(DEMO, spaces=["a/*"]), with_policy(DEMO, rooms=["*" * 10])):
        try:
            request = read(**body)
            visit = request.visit(platform.policy, user, mapping)
        except (InvalidParametersError, PolicyRefusedError, IdentityRefusedError):
            continue
        assert visit.id
        assert visit.username
        assert visit.space
        assert request.options.attributes.keys().isdisjoint({"identity", "auth", "room"})


def test_everything_that_was_said_is_understood() -> None:
    """In either spelling, and in VoceSpace's words."""
    snake: dict[str, Any] = {
        "room_name": "hall",
        "participant_name": "Ada",
        "participant_identity": "u",
        "participant_metadata": "m",
        "participant_attributes": {"identity": "owner", "auth": "demo", "room": "stage", "team": "red"},
        "room_config": {"max_participants": 2},
    }

    request = read(**snake)

    assert request == read(**{to_camel(name): value for name, value in snake.items()})
    assert request.visit(DEMO.policy, None, "space").to_wire() == {
        "id": "u",
        "username": "Ada",
        "space": "hall",
        "room": "stage",
        "identity": "owner",
    }
    assert request.auth == "demo"
    assert (request.options.attributes, request.options.metadata) == ({"team": "red"}, "m")
    assert request.options.claims() == {"metadata": "m", "roomConfig": {"maxParticipants": 2}}


@pytest.mark.parametrize("name", NAMES)
def test_no_member_comes_in_two_spellings(name: str) -> None:
    """Readers would pick one each."""
    with pytest.raises(InvalidParametersError) as refused:
        read(**{name: None, to_camel(name): None})

    assert [each.field for each in refused.value.fields] == [to_camel(name)]


def test_who_says_nothing_is_made_up() -> None:
    """For a platform; a user is who they are."""
    made_up, another = (read().visit(ACME.policy, None, "space") for _ in range(2))

    assert made_up.id == made_up.username != another.id
    assert made_up.space.startswith("acme-")
    assert (made_up.room, made_up.identity) == ("stage", None)
    user = read().visit(ACME.policy, ADA, "space")
    assert (user.id, user.username, user.identity) == (ADA.id, "Ada", Identity.PARTICIPANT)


@pytest.mark.parametrize(
    ("mapping", "named", "wanted", "becomes"),
    [
        ("space", "hall", None, ("hall", None)),
        ("space", "hall", "$empty", ("hall", "$empty")),
        ("room", "hall", None, ("hall", None)),
        ("room", "hall", "$empty", ("hall", "$empty")),
        ("room", "hall/stage", None, ("hall", "stage")),
        ("room", "hall/stage", "stage", ("hall", "stage")),
        ("room", "Cafe\u0301/e\u0301", "\u00e9", ("Caf\u00e9", "\u00e9")),
        ("room", "hall/stage", "cellar", "differs from participant_attributes.room"),
        ("space", "hall/stage", None, "may hold letters, digits, - _ . and single inner spaces only"),
        ("room", "hall/", None, "may not be dots only"),
    ],
)
def test_a_room_name_is_a_space_or_a_room_in_it(
    mapping: RoomMapping, named: str, wanted: str | None, becomes: tuple[str, str | None] | str
) -> None:
    """As the deployment maps rooms."""
    request = read(room_name=named, participant_attributes={"room": wanted})

    if isinstance(becomes, str):
        with pytest.raises(InvalidParametersError) as refused:
            request.visit(DEMO.policy, None, mapping)
        assert refused.value.fields == (FieldError("room_name", becomes),)
    else:
        visit = request.visit(DEMO.policy, None, mapping)
        assert (visit.space, visit.room) == becomes
