"""The bare handler, with its tokens made by livekit-api instead of PyJWT alone."""

from __future__ import annotations

import os
from datetime import timedelta

from livekit.api import AccessToken, VideoGrants

from .bare_handler import Person, issue_with, redeem_with
from .endpoint import Json
from .token_endpoint import TokenRequest, token_with

_KEY = os.environ["LIVEKIT_API_KEY"]
_SECRET = os.environ["LIVEKIT_API_SECRET"]


def issue(event: Json, _: object) -> Json:
    """A redirect URL that carries a LiveKit token."""
    return issue_with(event, _sign)


def redeem(event: Json, _: object) -> Json:
    """A redirect into the space that a token names."""
    return redeem_with(event, _sign)


def token(event: Json, _: object) -> Json:
    """A LiveKit token for whoever the body names."""
    return token_with(event, _sign_requested)


def _sign(person: Person, ttl: int = 600) -> str:
    access = _access(person.id, person.space, ttl).with_name(person.username)
    return access.with_attributes({"identity": person.identity}).to_jwt()


def _sign_requested(request: TokenRequest) -> str:
    access = _access(request.participant_identity, request.room_name)
    if request.participant_name:
        access = access.with_name(request.participant_name)
    if request.participant_metadata:
        access = access.with_metadata(request.participant_metadata)
    if request.participant_attributes:
        access = access.with_attributes(request.participant_attributes)
    return access.to_jwt()


def _access(identity: str, room: str, ttl: int = 600) -> AccessToken:
    grants = VideoGrants(room=room, room_join=True, can_publish=True, can_subscribe=True)
    return AccessToken(_KEY, _SECRET).with_identity(identity).with_grants(grants).with_ttl(timedelta(seconds=ttl))
