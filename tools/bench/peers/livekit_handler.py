"""The bare handler, with its tokens made by livekit-api instead of PyJWT alone."""

from __future__ import annotations

import os
from datetime import timedelta

from livekit.api import AccessToken, VideoGrants

from .bare_handler import Json, Person, issue_with, redeem_with

_KEY = os.environ["LIVEKIT_API_KEY"]
_SECRET = os.environ["LIVEKIT_API_SECRET"]


def issue(event: Json, _: object) -> Json:
    """A redirect URL that carries a LiveKit token."""
    return issue_with(event, _sign)


def redeem(event: Json, _: object) -> Json:
    """A redirect into the space that a token names."""
    return redeem_with(event, _sign)


def _sign(person: Person, ttl: int = 600) -> str:
    return (
        AccessToken(_KEY, _SECRET)
        .with_identity(person.id)
        .with_name(person.username)
        .with_attributes({"identity": person.identity})
        .with_grants(VideoGrants(room=person.space, room_join=True, can_publish=True, can_subscribe=True))
        .with_ttl(timedelta(seconds=ttl))
        .to_jwt()
    )
