"""LiveKit's webhooks: whether one comes from our LiveKit server, and is as it was sent (LiveKit docs, Webhooks).

The credential is a JWT by one of the server's API keys that names the SHA-256 of the body. A participant token is
signed by the same keys, and every participant has one: it is no credential here, because it names no body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationError

from vocespace.clock import Clock
from vocespace.document_cache import CachedDocument
from vocespace.errors import UnauthorizedError
from vocespace.jws import OWN, CompactJws, Form, parse_compact, unverified_claims, verified_claims
from vocespace.livekit_key import ApiKeyPair, FormerPair, LiveKitKey
from vocespace.wire import WireModel

LEEWAY = 60
"""How far LiveKit's clock may be off, in seconds; its own SDKs allow as much."""

_FORM = Form(OWN.spelling, OWN.algorithms, OWN.types, may_lack_type=True, members=OWN.members)
_SCHEME = re.compile(r"Bearer +", re.IGNORECASE)


class _Claims(WireModel):
    model_config = ConfigDict(extra="ignore")

    iss: str
    sha256: str
    exp: Annotated[int, Field(gt=0)]
    nbf: Annotated[int, Field(ge=0)] = 0


class LiveKitWebhook:
    """Verifies webhooks.

    Args:
        key: The LiveKit key; any of its pairs may have signed.
        clock: The time.
    """

    def __init__(self, key: CachedDocument[LiveKitKey], clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def verify(self, authorization: str | None, body: bytes) -> None:
        """Lets pass what LiveKit has sent.

        Args:
            authorization: The header: a JWT, after `Bearer` or alone as LiveKit sends it.
            body: The very bytes of the body.

        Raises:
            UnauthorizedError: there is no such JWT, or it is not for this body.
            SecretsUnavailableError: there is no LiveKit key to verify with.
        """
        if not authorization:
            raise UnauthorizedError("webhook_no_token")
        token = parse_compact(_SCHEME.sub("", authorization, count=1), _FORM)
        members = verified_claims(token, self._pair_of(token).secret_bytes())
        if members is None:
            raise UnauthorizedError("webhook_signature")
        try:
            claims = _Claims.from_wire(members)
        except ValidationError:
            raise UnauthorizedError("webhook_claims") from None
        now = self._clock.time()
        if not claims.nbf - LEEWAY <= now < claims.exp + LEEWAY:
            raise UnauthorizedError("webhook_time")
        digest = base64.b64encode(hashlib.sha256(body).digest())
        if not hmac.compare_digest(digest, claims.sha256.encode()):
            raise UnauthorizedError("webhook_body")

    def _pair_of(self, token: CompactJws) -> ApiKeyPair:
        name = unverified_claims(token).get("iss")
        # A key that was put to use a moment ago: the cache may not know it yet.
        for read in (self._key.value, self._key.refreshed):
            for pair in read().pairs():
                if pair.api_key == name and self._is_live(pair):
                    return pair
        raise UnauthorizedError("webhook_key")

    def _is_live(self, pair: ApiKeyPair) -> bool:
        if not isinstance(pair, FormerPair) or pair.retire_after is None:
            return True
        return self._clock.time() < pair.retire_after + LEEWAY
