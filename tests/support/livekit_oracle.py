"""LiveKit's own verifier as the judge of participant tokens; what they should allow is design section 4, restated."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import jwt
from livekit.api import TokenVerifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from livekit.api.access_token import Claims

EVERYBODYS = frozenset(
    {
        "room_join",
        "room",
        "can_publish",
        "can_subscribe",
        "can_publish_data",
        "can_update_own_metadata",
    }
)
MORE_FOR = {
    "owner": frozenset({"room_admin", "room_record"}),
    "manager": frozenset({"room_admin"}),
    "assistant": frozenset({"room_admin"}),
}
TEN_MINUTES = 600


def verified(details: Mapping[str, Any], demo: Mapping[str, str]) -> Claims:
    """The claims of the participant token in connection details, as LiveKit's verifier reads them."""
    verifier = TokenVerifier(demo["LIVEKIT_API_KEY"], demo["LIVEKIT_API_SECRET"])
    return verifier.verify(details["participantToken"])


def granted(claims: Claims) -> frozenset[str]:
    """The names of everything a participant token allows."""
    assert claims.video is not None
    return frozenset(name for name, value in dataclasses.asdict(claims.video).items() if value)


def expected_grants(identity: str) -> frozenset[str]:
    """The names of everything an identity should be allowed."""
    return EVERYBODYS | MORE_FOR.get(identity, frozenset())


def claims_of(token: str, secret: str) -> dict[str, Any]:
    """What a token signed with a secret says."""
    return jwt.decode(token, secret, algorithms=["HS256"])


def lifetime(token: str, secret: str) -> tuple[int, int]:
    """Start and end of a signed token, participant token or VoceSpace token, in Unix seconds."""
    claims = claims_of(token, secret)
    start: int = claims["iat" if "iat" in claims else "nbf"]
    end: int = claims["exp"]
    return start, end
