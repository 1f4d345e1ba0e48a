"""API keys: what a platform calls with, and what is kept of them (design section 7)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Annotated, Self

from pydantic import Field

from vocespace.platforms import PlatformId
from vocespace.wire import WireModel

KEY_PREFIX = "vsk"

_KEY_ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_KEY_ID_LENGTH = 12
_SECRET_BYTES = 32
_API_KEY = re.compile(rf"{KEY_PREFIX}_([a-z0-9]{{{_KEY_ID_LENGTH}}})_([0-9a-f]{{{2 * _SECRET_BYTES}}})")


class ApiKey(WireModel):
    """A platform's API key as it is stored: the secret only as its SHA-256."""

    key_id: str
    platform: PlatformId
    secret_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    created_at: Annotated[int, Field(ge=0)]
    expires_at: Annotated[int, Field(gt=0)] | None = None
    disabled: bool = False

    @classmethod
    def generate(cls, platform: str, *, now: int, expires_at: int | None = None) -> tuple[Self, str]:
        """Makes a new key.

        Returns:
            What is stored, and the text `vsk_<keyId>_<secret>` that is shown once.
        """
        key_id = "".join(secrets.choice(_KEY_ID_ALPHABET) for _ in range(_KEY_ID_LENGTH))
        secret = secrets.token_hex(_SECRET_BYTES)
        stored = cls(
            key_id=key_id, platform=platform, secret_sha256=_sha256(secret), created_at=now, expires_at=expires_at
        )
        return stored, f"{KEY_PREFIX}_{key_id}_{secret}"

    def is_live(self, now: float) -> bool:
        """Whether the key may be used."""
        return not self.disabled and (self.expires_at is None or now < self.expires_at)

    def belongs_to(self, secret: str) -> bool:
        """Whether this is the key's secret, in constant time."""
        return hmac.compare_digest(self.secret_sha256, _sha256(secret))


def split_api_key(text: str) -> tuple[str, str] | None:
    """Splits `vsk_<keyId>_<secret>`, or returns None where the text is something else."""
    parts = _API_KEY.fullmatch(text)
    return None if parts is None else (parts[1], parts[2])


def _sha256(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
