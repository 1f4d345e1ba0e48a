"""The LiveKit key: which server it belongs to, and the secret that participant tokens are signed with."""

from __future__ import annotations

from typing import Annotated, Self

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


class LiveKitKey(ApiKeyPair):
    """The key in use, the server's URL, and the key before it while that is still accepted."""

    url: Annotated[str, Field(pattern=r"^(wss?|https?)://[^\s/?#@]+[^\s?#@]*$")]
    previous: ApiKeyPair | None = None

    @classmethod
    def parse(cls, text: str, *, allow_short: bool = False) -> Self:
        """Reads the secret's text.

        Args:
            text: A JSON object `{url, apiKey, apiSecret, previous?}`.
            allow_short: Takes a secret of fewer than 32 bytes, such as LiveKit's own development secret.

        Raises:
            LiveKitKeyError: it is malformed, or the secret is too short or a key of another kind.
        """
        try:
            key = cls.from_wire(parse_object(text.encode()))
        except (StrictJsonError, UnicodeEncodeError, ValidationError):
            raise LiveKitKeyError("the LiveKit key is malformed") from None
        if len(key.secret_bytes()) < MIN_SECRET_BYTES and not allow_short:
            raise LiveKitKeyError(f"the LiveKit secret is shorter than {MIN_SECRET_BYTES} bytes")
        if not is_hmac_secret(key.secret_bytes()):
            raise LiveKitKeyError("the LiveKit secret is not an HMAC secret")
        return key

    def secret_bytes(self) -> bytes:
        """What the MAC is computed with."""
        return self.api_secret.get_secret_value().encode()
