"""Turning the key ring: what a rotation makes of it, without asking anybody (design section 6).

A key goes through four states, all within one version of the secret: **next**, it can be read and signs nothing;
**active**, it signs; **retired**, it only verifies; dropped. So it has been known to every verifier for longer than any
cache lives before it signs, and is accepted until the last token that it can have signed is over.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from vocespace.document_cache import SECRET
from vocespace.key_ring import KeyRing, SigningKey
from vocespace.token_result import LEEWAY_SECONDS

CACHE_SECONDS = int(SECRET.hard_ttl)
"""For how long an instance can still work with a ring that was replaced."""

SKEW_SECONDS = 120
"""How far the clocks of two instances may differ: each may be a minute off."""

ROTATION_SECONDS = 600
"""For how long a rotation may be under way: what it wrote down when it began is over after that."""

_SECRET_BYTES = 32
_KID_BYTES = 6


class RotationError(ValueError):
    """The ring cannot be turned this way; the message says why and what to do, and quotes no secret."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How long things last, in seconds.

    Attributes:
        max_ttl: The longest life of a token.
        cache: How long an instance can be behind.
        skew: How far clocks differ.
        rotation: How much later than it was made a ring may become the current one.
    """

    max_ttl: int
    cache: int = CACHE_SECONDS
    skew: int = SKEW_SECONDS
    rotation: int = ROTATION_SECONDS

    @property
    def publication(self) -> int:
        """How long a key has to be readable before it signs."""
        return self.rotation + self.cache + self.skew

    @property
    def retirement(self) -> int:
        """How long a key has to be accepted after another one has taken over.

        An instance that is behind still signs with it for `cache`, and the last such token lives for `max_ttl`.
        """
        return self.rotation + self.cache + self.max_ttl + LEEWAY_SECONDS + self.skew


def new_key(now: int, platform: str | None = None) -> SigningKey:
    """A fresh key."""
    return SigningKey.from_wire(
        {
            "kid": f"{platform or 'own'}-{now}-{secrets.token_hex(_KID_BYTES)}",
            "secret": secrets.token_urlsafe(_SECRET_BYTES),
            "createdAt": now,
        }
        | ({} if platform is None else {"platform": platform})
    )


def next_key(ring: KeyRing) -> SigningKey | None:
    """The key of the stack's own that will sign next, if there is one: the oldest that neither signs nor retires."""
    waiting = [
        key for key in ring.keys if key.platform is None and key.retire_after is None and key.kid != ring.signing_kid
    ]
    return min(waiting, key=lambda key: key.created_at, default=None)


def rotated(ring: KeyRing, *, now: int, rules: Rules) -> KeyRing:
    """The ring after one rotation: the next key signs, the one before retires, and a fresh one is published.

    A ring without a next key gets one, and nothing else changes.

    Raises:
        RotationError: the next key has not been readable for long enough.
    """
    kept = _without_dropped(ring, now)
    successor = next_key(ring)
    fresh = new_key(now)
    if successor is None:
        return _with(ring, (*kept, fresh))
    ready = successor.created_at + rules.publication
    if now < ready:
        raise RotationError(
            f"key {successor.kid} was published too lately to sign: not every instance knows it before {ready} "
            f"({ready - now} s from now); rotate again then, or revoke a compromised key by name"
        )
    retiring = tuple(
        key.model_copy(update={"retire_after": now + rules.retirement}) if key.kid == ring.signing_kid else key
        for key in kept
    )
    return _with(ring, (*retiring, fresh), signing_kid=successor.kid)


def without_compromised(ring: KeyRing, kid: str, *, now: int) -> KeyRing:
    """The ring without a key that somebody else knows: nothing it has signed is accepted once instances have refreshed.

    If it was the one that signs, the next one takes over at once, however new it is.

    Raises:
        RotationError: there is no such key.
    """
    if not ring.has(kid):
        raise RotationError(f"there is no key {kid}")
    kept = tuple(key for key in _without_dropped(ring, now) if key.kid != kid)
    if kid != ring.signing_kid:
        lost_next = (found := next_key(ring)) is not None and found.kid == kid
        return _with(ring, (*kept, new_key(now)) if lost_next else kept)
    successor = next_key(ring) or new_key(now)
    others = tuple(key for key in kept if key.kid != successor.kid)
    return _with(ring, (*others, successor, new_key(now)), signing_kid=successor.kid)


def with_platform_key(ring: KeyRing, key: SigningKey, *, now: int, rules: Rules) -> KeyRing:
    """The ring with a new key of a platform's; the keys it had go on being accepted until the last token is over.

    A platform signs with a key the moment it has it, so instances learn of it by its unknown `kid`.
    """
    end = now + rules.retirement
    kept = tuple(
        each.model_copy(update={"retire_after": min(end, each.retire_after or end)})
        if each.platform == key.platform
        else each
        for each in _without_dropped(ring, now)
    )
    return _with(ring, (*kept, key))


def without_platform(ring: KeyRing, platform: str) -> KeyRing:
    """The ring without all keys of a platform."""
    return _with(ring, tuple(key for key in ring.keys if key.platform != platform))


def child_of(version_id: str, ring: KeyRing) -> KeyRing:
    """The ring, saying which version of the secret it was made from."""
    return KeyRing(keys=ring.keys, signing_kid=ring.signing_kid, parent_version=version_id)


def check_succession(before: KeyRing, after: KeyRing, *, now: int, rules: Rules) -> None:
    """Makes sure that one ring may follow another right now without a valid token being refused.

    Raises:
        RotationError: a key that is still accepted is missing or ends too early, one signs that not every instance
            knows, or the ring was made too long ago.
    """
    made = max(key.created_at for key in after.keys if key.platform is None)
    if now > made + rules.rotation:
        raise RotationError("the pending ring was made too long ago for the times in it to hold; rotate again")
    # Whoever made the ring went by a clock that may be ahead of this one.
    latest = now + rules.skew
    kept = {key.kid: key for key in after.keys}
    for key in before.keys:
        if key.is_live(latest) and not _goes_on(key, kept.get(key.kid), now + rules.retirement - rules.rotation):
            raise RotationError(f"key {key.kid} is still accepted, and the pending ring lacks it or ends it too early")
    if after.signing_kid != before.signing_kid:
        successor = next_key(before)
        if successor is None or successor.kid != after.signing_kid or latest < successor.created_at + rules.publication:
            raise RotationError(f"key {after.signing_kid} is not the one whose turn it is to sign")


def _goes_on(key: SigningKey, later: SigningKey | None, earliest_end: int) -> bool:
    if later is None or (later.key_bytes(), later.platform) != (key.key_bytes(), key.platform):
        return False
    return later.retire_after == key.retire_after or earliest_end <= (later.retire_after or 0)


def _without_dropped(ring: KeyRing, now: int) -> tuple[SigningKey, ...]:
    return tuple(key for key in ring.keys if key.is_live(now) or key.kid == ring.signing_kid)


def _with(ring: KeyRing, keys: tuple[SigningKey, ...], *, signing_kid: str | None = None) -> KeyRing:
    # Validated anew: `model_copy` would let through what the loader refuses.
    return KeyRing(keys=keys, signing_kid=signing_kid or ring.signing_kid, parent_version=ring.parent_version)
