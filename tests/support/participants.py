"""Participant tokens of the tests' world: how to ask for one as LiveKit's clients do, and what it says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
from livekit.api import TokenVerifier

from tests.support.world import DEMO, LIVEKIT_KEY, LIVEKIT_SECRET, Answer, World
from vocespace.platforms import Platform

if TYPE_CHECKING:
    from livekit.api.access_token import Claims

    from tests.support.events import Event

FUNCTION = "livekit_token"


def asking(world: World, body: object, *, platform: str = "demo") -> Event:
    """The request of a platform with exactly this body."""
    return world.event(FUNCTION, "post_nothing", platform=platform) | {"body": json.dumps(body, ensure_ascii=False)}


def ask(world: World, *, platform: str = "demo", **members: object) -> Answer:
    """What a platform gets for a body of these members."""
    return world.call(FUNCTION, asking(world, members, platform=platform))


def with_policy(platform: Platform = DEMO, **members: object) -> Platform:
    """A platform with another policy, by the names on the wire."""
    wire = platform.to_wire()
    return Platform.from_wire(wire | {"policy": wire["policy"] | members})


def judged(token: str) -> Claims:
    """What LiveKit reads, whatever the time is where the test runs."""
    return TokenVerifier(LIVEKIT_KEY, LIVEKIT_SECRET, leeway=timedelta(days=36_500)).verify(token)


def claims_of(token: str) -> dict[str, Any]:
    """Every claim, as it is written."""
    claims: dict[str, Any] = jwt.decode(
        token, LIVEKIT_SECRET, ["HS256"], options={"verify_exp": False, "verify_nbf": False}
    )
    return claims


def said_in(answer: Answer) -> dict[str, Any]:
    """Every claim of the participant token in an answer of the token endpoint."""
    assert answer.status == 201, answer.text
    return claims_of(answer.json["participant_token"])
