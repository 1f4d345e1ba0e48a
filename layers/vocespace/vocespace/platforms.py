"""Platforms: registered third parties, what each may ask for, and the API keys they call with (design section 4)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import AfterValidator, Field

from vocespace.errors import PolicyRefusedError
from vocespace.identities import Identity, identities_under
from vocespace.names import MAX_NAME, AuthType
from vocespace.wire import WireModel

ANYTHING = "*"
DEFAULT_MAX_TTL = 86_400
KEY_PREFIX = "vsk"

_KEY_ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_KEY_ID_LENGTH = 12
_SECRET_BYTES = 32
_API_KEY = re.compile(rf"{KEY_PREFIX}_([a-z0-9]{{{_KEY_ID_LENGTH}}})_([0-9a-f]{{{2 * _SECRET_BYTES}}})")


def _name_pattern(value: str) -> str:
    # The names it is matched against hold none of fnmatch's other wildcards, so `*` is the only one there is.
    if any(character in value for character in "?[]"):
        raise ValueError("may hold no wildcard but *")
    return unicodedata.normalize("NFC", value)


PlatformId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
NamePattern = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_name_pattern)]


class Policy(WireModel):
    """What a platform may ask for. A pattern is a name in which `*` stands for any run of characters."""

    auth_types: Annotated[tuple[AuthType, ...], Field(min_length=1, strict=False)]
    identities: Annotated[tuple[Annotated[Identity, Field(strict=False)], ...], Field(min_length=1, strict=False)]
    spaces: Annotated[tuple[NamePattern, ...], Field(min_length=1, strict=False)]
    rooms: Annotated[tuple[NamePattern, ...], Field(min_length=1, strict=False)] = (ANYTHING,)
    max_ttl_seconds: Annotated[int, Field(gt=0)] = DEFAULT_MAX_TTL

    def default_auth(self, identity: Identity) -> str:
        """The auth type of a caller who names none: the first to admit the identity, so `c_s` for customer support."""
        return next((auth for auth in self.auth_types if identity in identities_under(auth)), self.auth_types[0])

    def check(self, *, auth: str | None, identity: Identity, space: str, room: str | None, lifetime: int) -> None:
        """Holds one wish against the policy.

        Args:
            auth: The auth type, or None where nobody named one.
            identity: The role asked for.
            space: The space asked for.
            room: The room asked for, a RoomType; None leaves the choice to the person.
            lifetime: For how long, in seconds.

        Raises:
            PolicyRefusedError: it is not allowed; the error names the field, never its value.
        """
        allowed = {
            "auth": auth is None or auth in self.auth_types,
            "identity": identity in self.identities,
            "space": _matches(space, self.spaces),
            # Whoever may choose may go anywhere: only a policy without limits on rooms lets the choice open.
            "room": ANYTHING in self.rooms if room is None else _matches(room, self.rooms),
            "lifetime": lifetime <= self.max_ttl_seconds,
        }
        for field, is_allowed in allowed.items():
            if not is_allowed:
                raise PolicyRefusedError(f"policy_{field}", f"The platform's policy does not allow this {field}.")


class Platform(WireModel):
    """A registered third party."""

    platform: PlatformId
    policy: Policy
    created_at: Annotated[int, Field(ge=0)]
    disabled: bool = False


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


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
