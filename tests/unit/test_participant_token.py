"""Participant tokens, judged by LiveKit's own verifier."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import jwt
import pytest
from hypothesis import given
from livekit.api import TokenVerifier
from livekit.api.access_token import VideoGrants

from tests.support.clock import NOW
from tests.support.livekit_oracle import expected_grants, granted
from tests.support.participants import claims_of, judged
from tests.support.strategies import token_results
from tests.support.world import DEMO, LIVEKIT_KEY, LIVEKIT_SECRET, LIVEKIT_URL
from tests.unit.forge import person
from vocespace.admission import PARTICIPANT_SECONDS, Admission, admit, admit_guest
from vocespace.identities import Identity
from vocespace.livekit_key import LiveKitKey
from vocespace.participant_token import mint_participant_token
from vocespace.token_result import TokenResult

KEY = LiveKitKey.parse(json.dumps({"url": LIVEKIT_URL, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET}))
NEVER = {"room_create", "room_list", "hidden", "recorder", "agent", "ingress_admin", "can_subscribe_metrics"}


def admitted(identity: str, **changes: object) -> Admission:
    """A person admitted under the auth type that fits."""
    auth = "c_s" if identity in {"assistant", "customer"} else "demo"
    return admit(person(identity=identity, **changes), auth=auth, platform=DEMO)


@pytest.mark.parametrize("identity", [each.value for each in Identity])
def test_an_identity_is_granted_what_the_design_says(identity: str) -> None:
    """Joining one room, publishing and subscribing for all; ruling the room for three; recording for the owner."""
    claims = judged(mint_participant_token(admitted(identity), KEY, room_name="the-room", now=NOW))

    assert claims.video is not None
    assert claims.video.room == "the-room"
    assert granted(claims) == expected_grants(identity)
    assert not granted(claims) & NEVER


@pytest.mark.parametrize("identity", [each.value for each in Identity])
def test_every_grant_is_said_or_left_to_a_default_that_denies(identity: str) -> None:
    """LiveKit's defaults let everybody publish: what is granted is written down, and nothing else is there."""
    video = claims_of(mint_participant_token(admitted(identity), KEY, room_name="r", now=NOW))["video"]

    assert set(video) == {
        "room",
        "roomJoin",
        "canPublish",
        "canSubscribe",
        "canPublishData",
        "canUpdateOwnMetadata",
        "roomAdmin",
        "roomRecord",
    }
    assert {field.name for field in dataclasses.fields(VideoGrants)} >= NEVER


def test_the_token_says_who_and_no_more() -> None:
    """No VoceSpace token, no metadata, no configuration of the room: every participant could read or use it."""
    token = mint_participant_token(
        admitted("owner", room="stage", avatar="https://a.example"), KEY, room_name="r", now=NOW
    )

    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    claims = claims_of(token)
    assert set(claims) == {"iss", "sub", "name", "nbf", "exp", "attributes", "video"}
    assert (claims["iss"], claims["sub"], claims["name"]) == (LIVEKIT_KEY, "user_12345", "Zhang San")
    assert claims["attributes"] == {"identity": "owner", "auth": "demo", "room": "stage"}


def test_attributes_are_texts_and_absent_where_there_is_nothing() -> None:
    """LiveKit refuses a token whose attributes are not all text."""
    guest = judged(mint_participant_token(admit_guest(person()), KEY, room_name="r", now=NOW))

    assert guest.attributes == {"identity": "guest"}


@pytest.mark.parametrize(
    ("exp", "ends"),
    [
        (NOW + 3600, NOW + 600),
        (NOW + 601, NOW + 600),
        (NOW + 600, NOW + 600),
        (NOW + 599, NOW + 599),
        (NOW + 1, NOW + 1),
    ],
)
def test_it_ends_in_ten_minutes_or_with_the_token(exp: int, ends: int) -> None:
    """Whichever is first."""
    claims = claims_of(mint_participant_token(admitted("guest", exp=exp), KEY, room_name="r", now=NOW))

    assert PARTICIPANT_SECONDS == 600
    assert (claims["nbf"], claims["exp"]) == (NOW, ends)


def test_it_ends_when_the_room_is_no_longer_kept() -> None:
    """Whoever came later could be the second one there."""
    admission = dataclasses.replace(admitted("customer", exp=NOW + 3600), join_within=120)

    claims = claims_of(mint_participant_token(admission, KEY, room_name="r", now=NOW))

    assert claims["exp"] == NOW + 120


@pytest.mark.parametrize("secret", [LIVEKIT_SECRET + "x", LIVEKIT_SECRET[::-1]])
def test_no_other_server_takes_it(secret: str) -> None:
    """Neither under another secret nor under another key's name."""
    token = mint_participant_token(admitted("guest"), KEY, room_name="r", now=NOW)

    with pytest.raises(jwt.InvalidSignatureError):
        TokenVerifier(LIVEKIT_KEY, secret).verify(token)
    with pytest.raises(jwt.InvalidIssuerError):
        TokenVerifier("APIother", LIVEKIT_SECRET, leeway=timedelta(days=36_500)).verify(token)


@given(token_results())
def test_livekit_reads_everybody(who: TokenResult) -> None:
    """In any script, with any lifetime, LiveKit's verifier reads the person that was meant."""
    claims = judged(mint_participant_token(admit_guest(who), KEY, room_name=who.space, now=NOW))

    assert (claims.identity, claims.name) == (who.id, who.username)
    assert claims.video is not None
    assert claims.video.room == who.space
    assert (claims.attributes or {}).get("room") == who.room
