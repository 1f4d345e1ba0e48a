"""What a short, sound handler does: pydantic for what comes in, PyJWT for tokens, all in memory.

It checks types, lengths, signature and times, and nothing of what makes the service: no registry, no policy, no names
that are safe everywhere, no cache of secrets, no problem documents, no log, no metrics.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .endpoint import Json, answer, is_authorized
from .token_endpoint import Text, TokenRequest, token_with

_SIGNING_SECRET = os.environ["SIGNING_SECRET"]
_SIGNING_KID = os.environ["SIGNING_KID"]
_LIVEKIT_URL = os.environ["LIVEKIT_URL"]
_LIVEKIT_KEY = os.environ["LIVEKIT_API_KEY"]
_LIVEKIT_SECRET = os.environ["LIVEKIT_API_SECRET"]
_BASE_URL = os.environ["BASE_URL"]
_WEB_CLIENT = os.environ["WEB_CLIENT"]


class Person(BaseModel):
    """The documented TokenResult, without its times."""

    id: Text
    username: Text
    avatar: Annotated[str, Field(max_length=2048)] | None = None
    space: Text
    room: Text | None = None
    identity: Literal["owner", "manager", "participant", "guest", "assistant", "customer"] = "guest"
    preJoin: bool = False  # noqa: N815 - named as on the wire


class LinkRequest(Person):
    """The body of a request for a link."""

    model_config = ConfigDict(extra="forbid")

    auth: Text = "demo"
    ttlSeconds: Annotated[int, Field(gt=0, le=86_400)] = 3600  # noqa: N815 - named as on the wire


def issue(event: Json, _: object) -> Json:
    """A signed redirect URL."""
    return issue_with(event, sign_token)


def issue_user(event: Json, _: object) -> Json:
    """A signed redirect URL for a user who is signed in by an issuer."""
    try:
        user = jwt.decode(
            event["headers"]["authorization"].removeprefix("Bearer "),
            _issuer_key(),
            algorithms=["RS256"],
            audience=os.environ["AUDIENCE"],
            issuer=os.environ["ISSUER"],
            options={"require": ["iat", "exp", "sub"]},
        )
        body = json.loads(event["body"]) | {"id": user["sub"], "username": user["name"]}
        request = LinkRequest.model_validate(body)
    except (jwt.PyJWTError, ValueError):
        return answer(401, {"error": "unauthorized"})
    return _linked(request, sign_token)


def redeem(event: Json, _: object) -> Json:
    """A redirect into the space that a token names."""
    return redeem_with(event, sign_participant_token)


def token(event: Json, _: object) -> Json:
    """A LiveKit token for whoever the body names."""
    return token_with(event, _sign_requested)


def issue_with(event: Json, sign: Callable[[Person, int], str]) -> Json:
    """Checks the caller and the body, signs, and answers with the link."""
    if not is_authorized(event):
        return answer(401, {"error": "unauthorized"})
    try:
        request = LinkRequest.model_validate_json(event["body"])
    except ValidationError:
        return answer(400, {"error": "invalid"})
    return _linked(request, sign)


def _linked(request: LinkRequest, sign: Callable[[Person, int], str]) -> Json:
    token = sign(request, request.ttlSeconds)
    url = f"{_BASE_URL}/api/connection-details?{urlencode({'auth': request.auth, 'token': token})}"
    return answer(201, {"redirectUrl": url, "token": token})


def redeem_with(event: Json, sign: Callable[[Person], str]) -> Json:
    """Verifies the token, signs another one for the media server, and sends the browser on."""
    query = event["queryStringParameters"]
    try:
        claims = jwt.decode(query["token"], _SIGNING_SECRET, algorithms=["HS256"], options={"require": ["iat", "exp"]})
        person = Person.model_validate(claims)
    except (jwt.PyJWTError, ValidationError):
        return answer(401, {"error": "unauthorized"})
    details = {
        "serverUrl": _LIVEKIT_URL,
        "roomName": person.space,
        "participantName": person.username,
        "participantToken": sign(person),
    }
    web_client_query = {"auth": query["auth"], "details": json.dumps(details), "data": person.model_dump_json()}
    url = f"{_WEB_CLIENT}/{quote(person.space)}?{urlencode(web_client_query)}"
    return {"statusCode": 302, "headers": {"Location": url}}


def sign_token(person: Person, ttl: int) -> str:
    """A VoceSpace token."""
    now = int(time.time())
    claims = person.model_dump(include=set(Person.model_fields), exclude_none=True) | {"iat": now, "exp": now + ttl}
    return jwt.encode(claims, _SIGNING_SECRET, algorithm="HS256", headers={"kid": _SIGNING_KID})


def sign_participant_token(person: Person) -> str:
    """A LiveKit token."""
    said = {"name": person.username, "attributes": {"identity": person.identity}}
    return _sign_livekit(person.id, person.space, said)


def _sign_requested(request: TokenRequest) -> str:
    said = {
        "name": request.participant_name,
        "metadata": request.participant_metadata,
        "attributes": request.participant_attributes,
    }
    return _sign_livekit(
        request.participant_identity, request.room_name, {name: value for name, value in said.items() if value}
    )


def _sign_livekit(identity: str, room: str, said: Json) -> str:
    now = int(time.time())
    claims = said | {
        "iss": _LIVEKIT_KEY,
        "sub": identity,
        "nbf": now,
        "exp": now + 600,
        "video": {"room": room, "roomJoin": True, "canPublish": True, "canSubscribe": True},
    }
    return jwt.encode(claims, _LIVEKIT_SECRET, algorithm="HS256")


@cache
def _issuer_key() -> jwt.PyJWK:
    return jwt.PyJWK.from_json(os.environ["ISSUER_JWK"])
