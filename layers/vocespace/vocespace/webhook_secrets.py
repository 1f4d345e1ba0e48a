"""Secrets of Standard Webhooks: `whsec_` and the key in base64 (its specification, "Signature scheme")."""

from __future__ import annotations

import base64
import re

STANDARD_PREFIX = "whsec_"

_SECRET = re.compile(r"[A-Za-z0-9+/]{1,128}={0,2}")
_BYTES = range(24, 65)


def standard_key(secret: str) -> bytes:
    """What MACs are computed with.

    Raises:
        ValueError: it is no such secret, or too short or too long.
    """
    encoded = secret.removeprefix(STANDARD_PREFIX)
    if encoded == secret or not _SECRET.fullmatch(encoded):
        raise ValueError(f"has a secret that is not {STANDARD_PREFIX} and base64")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ValueError(f"has a secret that is not {STANDARD_PREFIX} and base64") from None
    if len(key) not in _BYTES:
        raise ValueError(f"has a secret that is not of {_BYTES[0]} to {_BYTES[-1]} bytes")
    return key
