"""VoceSpace tokens: issuing them with the ring's signing key, and accepting no others (design section 4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pydantic import ValidationError

from vocespace import audit
from vocespace.clock import Clock
from vocespace.document_cache import CachedDocument
from vocespace.errors import SecretsUnavailableError, UnauthorizedError
from vocespace.jws import CompactJws, parse_compact, sign, verified_claims
from vocespace.key_ring import KeyRing, SigningKey
from vocespace.token_result import EXPIRED, LEEWAY_SECONDS, TokenClaims, TokenResult, lifetime_fault

_JTI_BYTES = 16


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """A token that was signed by a key of the ring and is within its time.

    Attributes:
        claims: What it says.
        platform: Who vouches for it; None where nobody is named.
        kid: By which key.
        is_of_platform: Whether the platform itself has signed it, with a key of its own.
    """

    claims: TokenClaims
    platform: str | None
    kid: str
    is_of_platform: bool


class Tokens:
    """Issues and verifies VoceSpace tokens."""

    def __init__(self, ring: CachedDocument[KeyRing], *, max_ttl: int, clock: Clock) -> None:
        self._ring = ring
        self._max_ttl = max_ttl
        self._clock = clock

    def issue(
        self, person: TokenResult, platform: str | None, *, meeting: str | None = None, wanted_room: str | None = None
    ) -> str:
        """Signs a token for a person on behalf of a platform, or of nobody.

        Args:
            person: The person.
            platform: Who vouches.
            meeting: For which meeting they come.
            wanted_room: Which room was asked for, where `person` has the one that came of it.

        Raises:
            SecretsUnavailableError: there is no ring, or its signing key has been retired.
        """
        jti = secrets.token_urlsafe(_JTI_BYTES)
        beside = {"jti": jti, "platform": platform, "meeting": meeting, "wantedRoom": wanted_room}
        claims = person.to_wire() | {name: value for name, value in beside.items() if value is not None}
        key = self._ring.value().signing_key()
        if not key.is_live(self._clock.time()):
            raise SecretsUnavailableError("signing_key_retired")
        token = sign(claims, key.key_bytes(), key.kid)
        audit.note_token(token, kid=key.kid, jti=jti)
        return token

    def verify(self, token: str) -> VerifiedToken:
        """Checks form, signature, claims and time, in that order.

        Raises:
            UnauthorizedError: any of them is wrong.
            SecretsUnavailableError: there is no ring to check against.
        """
        compact = parse_compact(token)
        key, members = self._signed_by(compact)
        # RFC 7519 section 4.1.3: a token with an audience is not for somebody who has none.
        if "aud" in members:
            raise UnauthorizedError("token_audience")
        try:
            claims = TokenClaims.from_wire(members)
        except ValidationError:
            raise UnauthorizedError("token_claims") from None
        audit.note_token(token, kid=key.kid, jti=claims.jti)
        if key.platform is not None and claims.platform not in {None, key.platform}:
            raise UnauthorizedError("token_platform")
        check_times(iat=claims.iat, exp=claims.exp, nbf=claims.nbf, now=int(self._clock.time()), cap=self._max_ttl)
        return VerifiedToken(claims, key.platform or claims.platform, key.kid, key.platform is not None)

    def _signed_by(self, compact: CompactJws) -> tuple[SigningKey, dict[str, object]]:
        ring = self._ring.value()
        if compact.kid is not None and not ring.has(compact.kid):
            ring = self._ring.refreshed()
        for key in ring.candidates(compact.kid, self._clock.time()):
            members = verified_claims(compact, key.key_bytes())
            if members is not None:
                return key, members
        raise UnauthorizedError("token_signature")


def check_times(*, iat: int, exp: int, nbf: int | None, now: int, cap: int) -> None:
    """Checks that a token is within its time, and that it is not for longer than `cap` seconds.

    Raises:
        UnauthorizedError: it is not.
    """
    fault = lifetime_fault(iat=iat, exp=exp, now=now, cap=cap, grace=LEEWAY_SECONDS)
    if fault is not None:
        raise UnauthorizedError("token_expired" if fault.reason == EXPIRED else "token_lifetime")
    if nbf is not None and nbf > now + LEEWAY_SECONDS:
        raise UnauthorizedError("token_not_yet_valid")
