"""Issue and redeem as a short, sound handler does them: pydantic for what comes in, PyJWT for tokens, all in memory.

It checks types, lengths, signature and times, and nothing of what makes the service: no registry, no policy, no names
that are safe everywhere, no cache of secrets, no problem documents, no log, no metrics.
"""

from __future__ import annotations

import hmac
import json
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Json = dict[str, Any]
Text = Annotated[str, Field(min_length=1, max_length=128)]

_SIGNING_SECRET = os.environ["SIGNING_SECRET"]
_SIGNING_KID = os.environ["SIGNING_KID"]
_LIVEKIT_URL = os.environ["LIVEKIT_URL"]
_LIVEKIT_KEY = os.environ["LIVEKIT_API_KEY"]
_LIVEKIT_SECRET = os.environ["LIVEKIT_API_SECRET"]
_AUTHORIZATION = f"Bearer {os.environ['API_KEY']}"
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
        return _answer(401, {"error": "unauthorized"})
    return _linked(request, sign_token)


def redeem(event: Json, _: object) -> Json:
    """A redirect into the space that a token names."""
    return redeem_with(event, sign_participant_token)


def issue_with(event: Json, sign: Callable[[Person, int], str]) -> Json:
    """Checks the caller and the body, signs, and answers with the link."""
    if not hmac.compare_digest(event["headers"].get("authorization", ""), _AUTHORIZATION):
        return _answer(401, {"error": "unauthorized"})
    try:
        request = LinkRequest.model_validate_json(event["body"])
    except ValidationError:
        return _answer(400, {"error": "invalid"})
    return _linked(request, sign)


def _linked(request: LinkRequest, sign: Callable[[Person, int], str]) -> Json:
    token = sign(request, request.ttlSeconds)
    url = f"{_BASE_URL}/api/connection-details?{urlencode({'auth': request.auth, 'token': token})}"
    return _answer(201, {"redirectUrl": url, "token": token})


def redeem_with(event: Json, sign: Callable[[Person], str]) -> Json:
    """Verifies the token, signs another one for the media server, and sends the browser on."""
    query = event["queryStringParameters"]
    try:
        claims = jwt.decode(query["token"], _SIGNING_SECRET, algorithms=["HS256"], options={"require": ["iat", "exp"]})
        person = Person.model_validate(claims)
    except (jwt.PyJWTError, ValidationError):
        return _answer(401, {"error": "unauthorized"})
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
    now = int(time.time())
    claims = {
        "iss": _LIVEKIT_KEY,
        "sub": person.id,
        "name": person.username,
        "nbf": now,
        "exp": now + 600,
        "attributes": {"identity": person.identity},
        "video": {"room": person.space, "roomJoin": True, "canPublish": True, "canSubscribe": True},
    }
    return jwt.encode(claims, _LIVEKIT_SECRET, algorithm="HS256")


@cache
def _issuer_key() -> jwt.PyJWK:
    return jwt.PyJWK.from_json(os.environ["ISSUER_JWK"])


def _answer(status: int, body: Json) -> Json:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
