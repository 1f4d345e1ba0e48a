"""Tokens made by hand, since PyJWT would not make most of them, and somebody to verify them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.support.clock import NOW, FakeClock
from tests.support.world import KID, RING, SIGNING_SECRET
from vocespace.document_cache import SECRET, CachedDocument
from vocespace.errors import UnauthorizedError
from vocespace.key_ring import KeyRing
from vocespace.token_result import TokenResult
from vocespace.tokens import Tokens

KEY = SIGNING_SECRET.encode()
HEADER: dict[str, object] = {"alg": "HS256", "typ": "JWT", "kid": KID}
DAY = 86_400


def claims(**changes: object) -> dict[str, object]:
    """The claims of a token that is valid at NOW; a change to None leaves the claim out."""
    members: dict[str, object] = {
        "id": "user_12345",
        "username": "Zhang San",
        "space": "my-workspace",
        "identity": "participant",
        "iat": NOW,
        "exp": NOW + 3600,
        "platform": "demo",
    }
    return {name: value for name, value in (members | changes).items() if value is not None}


CLAIMS = claims()


def person(**changes: object) -> TokenResult:
    """A person as a platform describes one, at NOW."""
    return TokenResult.from_wire(claims(platform=None, **changes))


def forged(header: object = HEADER, payload: object = CLAIMS, *, key: bytes = KEY) -> str:
    """A correctly signed token with any header and payload: bytes as they are, anything else as JSON."""
    signing_input = f"{segment(_bytes(header))}.{segment(_bytes(payload))}"
    return f"{signing_input}.{mac(signing_input.encode(), key)}"


def mac(signing_input: bytes, key: bytes = KEY) -> str:
    """The third segment of a token."""
    return segment(hmac.digest(key, signing_input, hashlib.sha256))


def segment(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def ring(*keys: dict[str, Any], signing_kid: str = KID) -> dict[str, object]:
    """A key ring's document."""
    return {"keys": list(keys), "signingKid": signing_kid}


def tokens_of(document: dict[str, object] | None = None, *, clock: FakeClock | None = None, cap: int = DAY) -> Tokens:
    """Tokens under a key ring, by default that of the world."""
    clock, text = clock or FakeClock(), json.dumps(document or RING)
    return Tokens(
        CachedDocument(SECRET, "signing", read=lambda: text, parse=KeyRing.parse, clock=clock), max_ttl=cap, clock=clock
    )


def refusal(tokens: Tokens, token: str) -> str:
    """For which reason a token is refused; anything but a refusal fails the test."""
    with pytest.raises(UnauthorizedError) as refused:
        tokens.verify(token)
    return refused.value.reason


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
