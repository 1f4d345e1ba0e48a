"""The key ring: the signing keys of the stack and of platforms that sign their own tokens (design section 6)."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from vocespace.jws import is_hmac_secret
from vocespace.strict_json import StrictJsonError, parse_object
from vocespace.wire import WireModel

MIN_SECRET_BYTES = 32
"""RFC 7518 section 3.2: an HS256 key is at least as long as its hash."""

MAX_RING_BYTES = 60 * 1024
"""Secrets Manager takes 65,536 bytes; the rest is room for one more rotation."""

_OTHER_KINDS = re.compile(
    # PEM, and SSH's own form of it; public keys of SSH; PuTTY's; a JWK, or several.
    r"-{4,5} ?BEGIN|(?:^|\s)(?:sk-)?(?:ssh-|ecdsa-sha2-)|PuTTY-User-Key-File|^[\s\ufeff]*(?:\[\s*)?\{"
)
_STANDARD_ALPHABET = str.maketrans("-_", "+/")


class KeyRingError(ValueError):
    """The secret does not hold a usable key ring; the message never quotes it."""


class SigningKey(WireModel):
    """One HMAC key. Its bytes are the UTF-8 bytes of `secret`.

    Attributes:
        kid: Its name, in the header of what it signs.
        secret: Its bytes, as text.
        platform: Whose it is; None for the stack's own.
        created_at: Since when it can be read, Unix seconds.
        retire_after: Until when it is accepted, Unix seconds; None while nothing follows it.
    """

    kid: Annotated[str, Field(min_length=1, max_length=128)]
    secret: Annotated[SecretStr, Field(strict=False)]
    platform: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    created_at: Annotated[int, Field(ge=0)] = 0
    retire_after: Annotated[int, Field(gt=0)] | None = None

    @field_validator("secret")
    @classmethod
    def _is_a_long_hmac_secret(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if len(text.encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"is shorter than {MIN_SECRET_BYTES} bytes")
        if any(map(_OTHER_KINDS.search, (text, _out_of_base64(text)))) or not is_hmac_secret(text.encode()):
            raise ValueError("is a key of another kind, not an HMAC secret")
        return secret

    def key_bytes(self) -> bytes:
        """What the MAC is computed with."""
        return self.secret.get_secret_value().encode()

    def is_live(self, now: float) -> bool:
        """Whether tokens by this key are still accepted."""
        return self.retire_after is None or now < self.retire_after


class KeyRing(WireModel):
    """All keys, and which of the stack's own signs.

    Attributes:
        keys: The keys.
        signing_kid: Which one signs.
        parent_version: The version of the secret that this ring was made from; None for the first one.
    """

    keys: Annotated[tuple[SigningKey, ...], Field(min_length=1, strict=False)]
    signing_kid: str
    parent_version: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if _repeated(key.kid for key in self.keys):
            raise ValueError("two keys share a kid")
        if _repeated(key.key_bytes() for key in self.keys):
            raise ValueError("two keys share their bytes")
        if not any(key.kid == self.signing_kid and key.platform is None for key in self.keys):
            raise ValueError("signingKid names no key of the stack's own")
        return self

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads the secret's text: a ring, or the single key that a new stack is born with.

        CloudFormation's GenerateSecretString fills one top-level member, so the first secret is `{"kid", "secret"}`.

        Raises:
            KeyRingError: it is too long, malformed, or breaks a rule of the ring.
        """
        try:
            data = text.encode()
            if len(data) > MAX_RING_BYTES:
                raise KeyRingError(f"the key ring is larger than {MAX_RING_BYTES} bytes")
            document = parse_object(data)
            if "keys" not in document:
                document = {"keys": [document], "signingKid": document.get("kid")}
            return cls.from_wire(document)
        except StrictJsonError as error:
            raise KeyRingError(f"the key ring {error}") from None
        except UnicodeEncodeError:
            raise KeyRingError("the key ring is not text") from None
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "keys"
            raise KeyRingError(f"the key ring is unusable at {place}: {first['type']}") from None

    def to_text(self) -> str:
        """The secret's text.

        Raises:
            KeyRingError: it is too long to be read again.
        """
        members = self.to_wire()
        members["keys"] = [
            written | {"secret": key.secret.get_secret_value()}
            for key, written in zip(self.keys, members["keys"], strict=True)
        ]
        text = json.dumps(members, separators=(",", ":"), ensure_ascii=False)
        if len(text.encode()) > MAX_RING_BYTES:
            raise KeyRingError(f"the key ring is larger than {MAX_RING_BYTES} bytes")
        return text

    def signing_key(self) -> SigningKey:
        """The key that new tokens are signed with."""
        return self._by_kid[self.signing_kid]

    def has(self, kid: str) -> bool:
        """Whether the ring knows this kid, live or retired."""
        return kid in self._by_kid

    def candidates(self, kid: str | None, now: float) -> Iterator[SigningKey]:
        """The live keys that may have signed a token: the one it names, or each in turn when it names none."""
        named = self.keys if kid is None else [self._by_kid[kid]] if kid in self._by_kid else []
        return (key for key in named if key.is_live(now))

    @cached_property
    def _by_kid(self) -> dict[str, SigningKey]:
        return {key.kid: key for key in self.keys}


def _out_of_base64(text: str) -> str:
    # A PEM file or a JWK is often passed on like this; what a CSPRNG has made is no text when it is decoded.
    compact = "".join(text.split()).rstrip("=").translate(_STANDARD_ALPHABET)
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True).decode()
    except ValueError:
        return ""


def _repeated(values: Iterator[object]) -> bool:
    return any(count > 1 for count in Counter(values).values())
