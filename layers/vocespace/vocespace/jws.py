"""Compact JWS with HS256: a strict gate over its form, and the MAC by PyJWT (RFC 7515, RFC 8725).

PyJWT alone accepts padding, duplicate members, other encodings and tokens of any size; the gate runs first and
refuses them.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from jwt import InvalidKeyError, PyJWS, PyJWTError

from vocespace.errors import UnauthorizedError
from vocespace.strict_json import StrictJsonError, parse_object

ALGORITHM = "HS256"
MAX_TOKEN = 8192

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})", re.ASCII)
_HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})
_MAX_KID = 128

_encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_pyjws = PyJWS(algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class CompactJws:
    """A token whose form is right and whose signature nobody has checked yet."""

    text: str
    kid: str | None


def sign(claims: dict[str, Any], key: bytes, kid: str | None = None) -> str:
    """Signs claims as a JWT. The caller chooses no header but the `kid`."""
    return _pyjws.encode(
        _encoder.encode(claims).encode(), key, ALGORITHM, headers=None if kid is None else {"kid": kid}
    )


def is_hmac_secret(key: bytes) -> bool:
    """Whether PyJWT takes these bytes as an HMAC secret: not none at all, and not a key of another kind."""
    try:
        _pyjws.get_algorithm_by_name(ALGORITHM).prepare_key(key)
    except InvalidKeyError:
        return False
    return True


def parse_compact(token: str) -> CompactJws:
    """Checks everything about a token that can be checked without a key.

    Raises:
        UnauthorizedError: it is not a compact HS256 JWT in its one canonical spelling.
    """
    if len(token) > MAX_TOKEN:
        raise UnauthorizedError("token_too_long")
    parts = _COMPACT.fullmatch(token)
    if parts is None:
        raise UnauthorizedError("token_form")
    header = _json_segment(parts[1])
    _canonical_bytes(parts[3])
    if header.get("alg") != ALGORITHM or header.keys() - _HEADER_MEMBERS:
        raise UnauthorizedError("token_header")
    if header.get("typ") != "JWT":
        raise UnauthorizedError("token_type")
    kid = header.get("kid")
    if "kid" in header and not (isinstance(kid, str) and 0 < len(kid) <= _MAX_KID):
        raise UnauthorizedError("token_header")
    _canonical_bytes(parts[2])
    return CompactJws(token, kid)


def verified_claims(token: CompactJws, key: bytes) -> dict[str, Any] | None:
    """Checks the MAC and only then reads the claims.

    Returns:
        The claims, or None where another key made the signature.

    Raises:
        UnauthorizedError: the signature is right but the payload is not one JSON object.
    """
    try:
        payload = _pyjws.decode(token.text, key, [ALGORITHM])
    except PyJWTError:
        return None
    try:
        return parse_object(payload)
    except StrictJsonError:
        raise UnauthorizedError("token_claims") from None


def _json_segment(segment: str) -> dict[str, Any]:
    try:
        return parse_object(_canonical_bytes(segment))
    except StrictJsonError:
        raise UnauthorizedError("token_header") from None


def _canonical_bytes(segment: str) -> bytes:
    # Base64 ignores the spare bits of the last character: without this, one token would have several spellings.
    try:
        data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error:
        raise UnauthorizedError("token_form") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != segment:
        raise UnauthorizedError("token_form")
    return data
