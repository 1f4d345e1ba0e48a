"""Compact JWS: a strict gate over its form, and with HS256 the MAC by PyJWT (RFC 7515, RFC 8725).

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

_MAX_KID = 128

_encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_pyjws = PyJWS(algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class Form:
    """What tokens of one kind look like.

    Attributes:
        spelling: Their three segments.
        algorithms: What `alg` may be.
        types: What `typ` may be.
        may_lack_type: Whether it may be absent.
        members: What a header may hold.
    """

    spelling: re.Pattern[str]
    algorithms: tuple[str, ...]
    types: tuple[str, ...]
    may_lack_type: bool
    members: frozenset[str]


OWN = Form(
    re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})", re.ASCII),
    algorithms=(ALGORITHM,),
    types=("JWT",),
    may_lack_type=False,
    members=frozenset({"alg", "typ", "kid"}),
)
"""The form of VoceSpace tokens."""


@dataclass(frozen=True, slots=True)
class CompactJws:
    """A token whose form is right and whose signature nobody has checked yet."""

    text: str
    kid: str | None
    alg: str = ALGORITHM


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


def parse_compact(token: str, form: Form = OWN) -> CompactJws:
    """Checks everything about a token that can be checked without a key.

    Raises:
        UnauthorizedError: it is not a compact JWT of this form in its one canonical spelling.
    """
    if len(token) > MAX_TOKEN:
        raise UnauthorizedError("token_too_long")
    parts = form.spelling.fullmatch(token)
    if parts is None:
        raise UnauthorizedError("token_form")
    header = _json_segment(parts[1])
    _canonical_bytes(parts[3])
    if header.get("alg") not in form.algorithms or header.keys() - form.members:
        raise UnauthorizedError("token_header")
    if not (header["typ"] in form.types if "typ" in header else form.may_lack_type):
        raise UnauthorizedError("token_type")
    kid = header.get("kid")
    if "kid" in header and not (isinstance(kid, str) and 0 < len(kid) <= _MAX_KID):
        raise UnauthorizedError("token_header")
    _canonical_bytes(parts[2])
    return CompactJws(token, kid, header["alg"])


def verified_claims(token: CompactJws, key: Any, by: PyJWS = _pyjws) -> dict[str, Any] | None:  # noqa: ANN401 - as PyJWT
    """Checks the signature and only then reads the claims.

    Args:
        token: The token.
        key: What it may be signed with; of the kind that its `alg` needs.
        by: Who checks.

    Returns:
        The claims, or None where another key made the signature.

    Raises:
        UnauthorizedError: the signature is right but the payload is not one JSON object.
    """
    try:
        payload = by.decode(token.text, key, [token.alg])
    except PyJWTError:
        return None
    return _claims(payload)


def unverified_claims(token: CompactJws) -> dict[str, Any]:
    """The claims of a token that nobody has verified: good for finding out whose key to ask for, and for nothing else.

    Raises:
        UnauthorizedError: the payload is not one JSON object.
    """
    return _claims(_canonical_bytes(token.text.split(".")[1]))


def _claims(payload: bytes) -> dict[str, Any]:
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
