"""What a rotation of the signing secret does: turn the key ring, and sign and verify with what came of it."""

from __future__ import annotations

from vocespace.clock import Clock
from vocespace.jws import parse_compact, sign, verified_claims
from vocespace.key_ring import KeyRing, KeyRingError
from vocespace.ring_rotation import RotationError, Rules, check_succession, child_of, next_key, rotated
from vocespace.secret_versions import SecretVersion


class SigningChange:
    """See `secret_rotation.Change`."""

    name = "signing"

    def __init__(self, rules: Rules, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock

    def successor(self, current: SecretVersion) -> str:
        """The ring after one rotation.

        Raises:
            RotationError: the next key has not been readable for long enough, or the ring is malformed or full.
        """
        turned = rotated(_ring(current.text), now=self._now(), rules=self._rules)
        try:
            return child_of(current.version_id, turned).to_text()
        except KeyRingError as error:
            raise RotationError(str(error)) from None

    def parent(self, text: str) -> str | None:
        """The version that a ring was made from.

        Raises:
            RotationError: it is malformed.
        """
        return _ring(text).parent_version

    def check(self, current: str, pending: str) -> None:
        """Makes sure that no valid token will be refused.

        Raises:
            RotationError: one would be.
        """
        check_succession(_ring(current), _ring(pending), now=self._now(), rules=self._rules)

    def prove(self, current: str, pending: str) -> None:
        """Signs with either ring and verifies with the other, as instances will that have the one or the other.

        Raises:
            RotationError: a token is refused.
        """
        before, after = _ring(current), _ring(pending)
        if not (self._verifies(before, after) and self._verifies(after, before)):
            raise RotationError("what one of the two rings signs, the other does not accept")

    def facts(self, text: str) -> dict[str, str]:
        """Which key signs, and which will next."""
        ring = _ring(text)
        successor = next_key(ring)
        return {"signs": ring.signing_kid, "next": "" if successor is None else successor.kid}

    def _verifies(self, signer: KeyRing, verifier: KeyRing) -> bool:
        key = signer.signing_key()
        if not key.is_live(self._now()):
            # It signs nothing any more, and is no reason to keep the next one from signing.
            return True
        token = parse_compact(sign({"iat": self._now()}, key.key_bytes(), key.kid))
        candidates = verifier.candidates(key.kid, self._now())
        return any(verified_claims(token, each.key_bytes()) is not None for each in candidates)

    def _now(self) -> int:
        return int(self._clock.time())


def _ring(text: str) -> KeyRing:
    try:
        return KeyRing.parse(text)
    except KeyRingError as error:
        raise RotationError(str(error)) from None
