"""Turning the key ring: which key signs when, how long each is accepted, and what may follow what."""

from __future__ import annotations

import pytest

from tests.support.clock import NOW
from vocespace.key_ring import KeyRing, SigningKey
from vocespace.ring_rotation import (
    RotationError,
    Rules,
    check_succession,
    child_of,
    new_key,
    next_key,
    rotated,
    with_platform_key,
    without_compromised,
    without_platform,
)

RULES = Rules(max_ttl=86_400)
BORN = KeyRing(keys=(SigningKey.from_wire({"kid": "initial", "secret": "c4n4ry" * 6}),), signing_kid="initial")


def kids(ring: KeyRing) -> set[str]:
    """The names of all keys."""
    return {key.kid for key in ring.keys}


def turned(ring: KeyRing, now: int = NOW) -> KeyRing:
    """The ring after one rotation."""
    return rotated(ring, now=now, rules=RULES)


def key_of(ring: KeyRing, kid: str) -> SigningKey:
    """The key of this name."""
    [key] = (key for key in ring.keys if key.kid == kid)
    return key


def successor_of(ring: KeyRing) -> str:
    """The name of the key that signs next."""
    found = next_key(ring)
    assert found is not None
    return found.kid


def test_times_cover_a_cache_two_clocks_and_a_slow_rotation() -> None:
    """A key is readable for that long before it signs, and accepted for that long and a token's life after."""
    assert RULES.publication == 600 + 3600 + 120
    assert RULES.retirement == RULES.publication + 86_400 + 30


def test_the_first_rotation_only_publishes() -> None:
    """A stack is born with one key, which goes on signing."""
    ring = turned(BORN)

    assert ring.signing_kid == "initial"
    assert successor_of(ring) in kids(ring) - {"initial"}
    assert key_of(ring, "initial").retire_after is None


def test_a_key_goes_through_its_states() -> None:
    """Next, active, retired, dropped."""
    first = turned(BORN)
    kid, switch = successor_of(first), NOW + RULES.publication
    second = turned(first, switch)
    third = turned(second, switch + RULES.publication)

    assert (second.signing_kid, third.signing_kid) == (kid, successor_of(second))
    assert key_of(third, kid).retire_after == switch + RULES.publication + RULES.retirement
    last = switch + RULES.publication + RULES.retirement
    assert kid in kids(turned(third, last - 1))
    assert kid not in kids(turned(third, last))


def test_a_key_does_not_sign_too_early() -> None:
    """One second is enough to be refused, and the message says when it is time."""
    ring = turned(BORN)
    ready = NOW + RULES.publication

    with pytest.raises(RotationError, match=rf"before {ready} \(1 s from now\)"):
        turned(ring, ready - 1)
    assert turned(ring, ready).signing_kid == successor_of(ring)


def test_of_several_next_keys_the_oldest_signs() -> None:
    """It has been readable for the longest."""
    older, newer = new_key(NOW), new_key(NOW + 1)
    ring = KeyRing(keys=(*BORN.keys, newer, older), signing_kid="initial")

    assert turned(ring, NOW + RULES.publication).signing_kid == older.kid


def test_a_ring_stays_small() -> None:
    """However often it is turned, it holds one key that signs, one that will, and those that still verify."""
    ring, now = turned(BORN), NOW
    for _ in range(60):
        now += RULES.publication
        ring = turned(ring, now)

    assert len(ring.keys) <= RULES.retirement // RULES.publication + 3


def test_a_compromised_key_is_gone_at_once() -> None:
    """If it signed, the next one does, however new; if it was the next one, there is another."""
    ring = turned(BORN)
    kid = successor_of(ring)

    signed = without_compromised(ring, "initial", now=NOW)
    waiting = without_compromised(ring, kid, now=NOW)
    alone = without_compromised(BORN, "initial", now=NOW)

    assert (signed.signing_kid, kids(signed)) == (kid, {kid, successor_of(signed)})
    assert (waiting.signing_kid, kids(waiting)) == ("initial", {"initial", successor_of(waiting)})
    assert "initial" not in kids(alone)
    assert successor_of(alone) != alone.signing_kid
    with pytest.raises(RotationError, match="there is no key another"):
        without_compromised(ring, "another", now=NOW)


def test_a_retired_key_can_be_compromised_too() -> None:
    """Nothing else changes then."""
    ring = turned(turned(BORN), NOW + RULES.publication)

    left = without_compromised(ring, "initial", now=NOW + RULES.publication)

    assert kids(left) == kids(ring) - {"initial"}
    assert left.signing_kid == ring.signing_kid


def test_a_platform_s_keys_overlap_and_go_together() -> None:
    """A new one retires the ones before it, which a rotation of the stack's own leaves alone."""
    first, second = new_key(NOW, "acme"), new_key(NOW + 1, "acme")
    ring = with_platform_key(BORN, first, now=NOW, rules=RULES)
    ring = with_platform_key(ring, second, now=NOW + 1, rules=RULES)

    assert key_of(ring, first.kid).retire_after == NOW + 1 + RULES.retirement
    assert key_of(ring, second.kid).retire_after is None
    assert {first.kid, second.kid} <= kids(turned(ring, NOW + 2))
    assert kids(without_platform(ring, "acme")) == {"initial"}


@pytest.mark.parametrize("later", [0, RULES.rotation])
def test_what_a_rotation_makes_may_follow(later: int) -> None:
    """At once, and as long as a rotation may be under way; also where the clock is a minute behind."""
    for before, now in ((BORN, NOW), (turned(BORN), NOW + RULES.publication)):
        after = turned(before, now)

        check_succession(before, after, now=now + later, rules=RULES)
        check_succession(before, after, now=now - RULES.skew, rules=RULES)


def test_what_was_made_long_ago_may_not_follow() -> None:
    """The times in it count from when it was made: its next key would sign, and its last one end, too early."""
    with pytest.raises(RotationError, match="made too long ago"):
        check_succession(BORN, turned(BORN), now=NOW + RULES.rotation + 1, rules=RULES)


@pytest.mark.parametrize(
    "change",
    [
        {"secret": "another-secret-of-the-same-name-0123456789"},
        {"platform": "acme"},
        {"retireAfter": NOW + RULES.retirement - RULES.rotation - 1},
    ],
)
def test_a_key_may_not_be_lost_or_cut_short(change: dict[str, object]) -> None:
    """Neither its bytes, nor whose it is, nor its end."""
    kept = new_key(NOW - 1)
    before = KeyRing(keys=(*BORN.keys, kept), signing_kid="initial")
    wire = kept.to_wire() | {"secret": kept.secret.get_secret_value()}
    changed = SigningKey.from_wire(wire | change)

    for keys in ((*BORN.keys, changed, new_key(NOW)), (*BORN.keys, new_key(NOW))):
        with pytest.raises(RotationError, match=f"key {kept.kid} is still accepted"):
            check_succession(before, KeyRing(keys=keys, signing_kid="initial"), now=NOW, rules=RULES)


def test_only_the_key_whose_turn_it_is_may_sign() -> None:
    """Not one that nobody knows, and not one that is too new."""
    fresh = new_key(NOW)
    before = turned(BORN)
    unknown = KeyRing(keys=(*before.keys, fresh), signing_kid=fresh.kid)
    early = KeyRing(keys=before.keys, signing_kid=successor_of(before))

    for after in (unknown, early):
        with pytest.raises(RotationError, match="is not the one whose turn it is"):
            check_succession(before, after, now=NOW, rules=RULES)


def test_a_ring_says_what_it_was_made_from() -> None:
    """And nothing else about it changes."""
    child = child_of("version-1", BORN)

    assert (child.parent_version, child.keys, child.signing_kid) == ("version-1", BORN.keys, "initial")
