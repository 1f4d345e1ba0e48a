"""The LiveKit key: which server it belongs to, and the secret that participant tokens are signed with."""

from __future__ import annotations

import json
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationError

from vocespace.jws import is_hmac_secret
from vocespace.key_ring import MIN_SECRET_BYTES
from vocespace.strict_json import StrictJsonError, parse_object
from vocespace.wire import WireModel


class LiveKitKeyError(ValueError):
    """The secret does not hold a usable LiveKit key; the message never quotes it."""


class ApiKeyPair(WireModel):
    """An API key of a LiveKit server and its secret."""

    api_key: Annotated[str, Field(min_length=1, max_length=256)]
    api_secret: Annotated[SecretStr, Field(strict=False)]

    def secret_bytes(self) -> bytes:
        """What the MAC is computed with."""
        return self.api_secret.get_secret_value().encode()

    def written(self) -> dict[str, Any]:
        """The members of the pair as the secret has them."""
        return {"apiKey": self.api_key, "apiSecret": self.api_secret.get_secret_value()}


class FormerPair(ApiKeyPair):
    """The pair that was in use before, and until when an instance that is behind may still be using it."""

    retire_after: Annotated[int, Field(gt=0)] | None = None

    def written(self) -> dict[str, Any]:
        """The members of the pair as the secret has them."""
        return super().written() | ({} if self.retire_after is None else {"retireAfter": self.retire_after})


class LiveKitKey(ApiKeyPair):
    """The pair in use, and whose it is.

    Attributes:
        url: The server.
        next: The pair that a rotation will put to use, once the server knows it.
        previous: The pair before it, while that may still be in use.
        parent_version: The version of the secret that this was made from; None where nobody has rotated it.
    """

    url: Annotated[str, Field(pattern=r"^(wss?|https?)://[^\s/?#@]+[^\s?#@]*$")]
    next: ApiKeyPair | None = None
    previous: FormerPair | None = None
    parent_version: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    @classmethod
    def parse(cls, text: str, *, allow_short: bool = False) -> Self:
        """Reads the secret's text.

        Args:
            text: A JSON object `{url, apiKey, apiSecret, next?, previous?, parentVersion?}`.
            allow_short: Takes a secret of fewer than 32 bytes, such as LiveKit's own development secret.

        Raises:
            LiveKitKeyError: it is malformed, a secret is too short or a key of another kind, or two pairs share
                something.
        """
        try:
            key = cls.from_wire(parse_object(text.encode()))
        except (StrictJsonError, UnicodeEncodeError, ValidationError):
            raise LiveKitKeyError("the LiveKit key is malformed") from None
        for secret in map(ApiKeyPair.secret_bytes, key.pairs()):
            if len(secret) < MIN_SECRET_BYTES and not allow_short:
                raise LiveKitKeyError(f"the LiveKit secret is shorter than {MIN_SECRET_BYTES} bytes")
            if not is_hmac_secret(secret):
                raise LiveKitKeyError("the LiveKit secret is not an HMAC secret")
        names, secrets = {pair.api_key for pair in key.pairs()}, {pair.secret_bytes() for pair in key.pairs()}
        if min(len(names), len(secrets)) < len(key.pairs()):
            raise LiveKitKeyError("two LiveKit keys share their name or their secret")
        return key

    def pairs(self) -> tuple[ApiKeyPair, ...]:
        """All pairs, the one in use first."""
        return self, *(pair for pair in (self.next, self.previous) if pair is not None)

    def to_text(self) -> str:
        """The secret's text."""
        members = {"url": self.url} | self.written()
        members |= {
            name: pair.written()
            for name, pair in (("next", self.next), ("previous", self.previous))
            if pair is not None
        }
        return json.dumps(
            members | ({} if self.parent_version is None else {"parentVersion": self.parent_version}),
            ensure_ascii=False,
        )
