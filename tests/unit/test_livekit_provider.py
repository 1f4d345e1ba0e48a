"""The LiveKit provider: which LiveKit room a person is led into, and with whose key."""

from __future__ import annotations

import json
from typing import Literal

import jwt
import pytest
from hypothesis import assume, given

from tests.support.clock import NOW, FakeClock
from tests.support.strategies import place_names
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, LIVEKIT_URL
from tests.unit.forge import person
from tests.unit.secret_reader import Reader
from vocespace.admission import admit_guest
from vocespace.document_cache import SECRET, CachedDocument
from vocespace.errors import SecretsUnavailableError
from vocespace.livekit_key import LiveKitKey
from vocespace.livekit_provider import LiveKitProvider, room_name_for

DOCUMENT = json.dumps({"url": LIVEKIT_URL, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})


def provider(reader: Reader, mapping: Literal["space", "room"] = "space") -> LiveKitProvider:
    """A provider whose key is what a reader answers."""
    key = CachedDocument(SECRET, "livekit", read=reader.read, parse=LiveKitKey.parse, clock=FakeClock())
    return LiveKitProvider(key, room_mapping=mapping, clock=FakeClock())


@pytest.mark.parametrize(
    ("mapping", "room", "expected"),
    [
        ("space", None, "my-workspace"),
        ("space", "$space", "my-workspace"),
        ("space", "stage", "my-workspace"),
        ("room", None, "my-workspace"),
        ("room", "$space", "my-workspace"),
        ("room", "stage", "my-workspace/stage"),
    ],
)
def test_a_person_is_led_into_the_space_or_the_room(
    mapping: Literal["space", "room"], room: str | None, expected: str
) -> None:
    """By the operator's choice; the main room and an open choice are the space itself."""
    details = provider(Reader(DOCUMENT), mapping).connect(admit_guest(person(room=room)))

    assert details.room_name == expected
    claims = jwt.decode(
        details.participant_token, LIVEKIT_SECRET, ["HS256"], options={"verify_exp": False, "verify_nbf": False}
    )
    assert claims["video"]["room"] == expected
    assert claims["nbf"] == NOW
    assert (details.server_url, details.participant_name) == (LIVEKIT_URL, "Zhang San")


@given(place_names, place_names, place_names, place_names)
def test_no_two_rooms_are_one_livekit_room(space: str, room: str, other_space: str, other_room: str) -> None:
    """A name holds no slash, so space and room cannot run into each other, nor a room into a space."""
    assume((space, room) != (other_space, other_room))
    one = room_name_for(person(space=space, room=room), "room")

    assert one != room_name_for(person(space=other_space, room=other_room), "room")
    assert one != room_name_for(person(space=other_space), "room")


@pytest.mark.parametrize("answer", ["", "{}", DOCUMENT.replace(LIVEKIT_SECRET, "short")])
def test_without_a_key_there_is_no_connection(answer: str) -> None:
    """And no token by a lesser one."""
    with pytest.raises(SecretsUnavailableError):
        provider(Reader(answer)).connect(admit_guest(person()))
