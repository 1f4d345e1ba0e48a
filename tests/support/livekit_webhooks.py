"""LiveKit's webhooks, signed as a LiveKit server signs them."""

from __future__ import annotations

import base64
import hashlib
import json

from tests.support.events import Event, with_headers
from vocespace.jws import sign


def body_of(event: Event) -> bytes:
    """The bytes of an event's body."""
    text: str = event["body"]
    return base64.b64decode(text) if event["isBase64Encoded"] else text.encode()


def credential(body: bytes, *, key: str, secret: str, now: int, **claims: object) -> str:
    """The JWT for a body; a claim that is None is left out."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    members = {"iss": key, "sha256": digest, "nbf": now, "exp": now + 300} | claims
    return sign({name: value for name, value in members.items() if value is not None}, secret.encode())


def signed(event: Event, *, key: str, secret: str, now: int, **claims: object) -> Event:
    """The same event with the credential that its body needs."""
    token = credential(body_of(event), key=key, secret=secret, now=now, **claims)
    return with_headers(event, authorization=token)


def in_base64(event: Event) -> Event:
    """The same event as API Gateway hands over what it takes for binary."""
    return event | {"body": base64.b64encode(body_of(event)).decode(), "isBase64Encoded": True}


def with_members(event: Event, /, **members: object) -> Event:
    """The same event with other members in what LiveKit says."""
    return event | {"body": json.dumps(json.loads(body_of(event)) | members), "isBase64Encoded": False}
