"""What a secret may have become since a rotation of it began, whatever has happened to that rotation."""

from __future__ import annotations

from collections.abc import Callable, Collection

from vocespace.key_ring import KeyRing
from vocespace.livekit_key import ApiKeyPair, LiveKitKey
from vocespace.livekit_rotation import RULES as LIVEKIT_RULES
from vocespace.ring_rotation import Rules, next_key


def check_line(current: str, text_of: Callable[[str], str], parent: Callable[[str], str | None], first: str) -> None:
    """The parents of the current version are an unbroken line that ends at what the secret held at first."""
    version = current
    seen = [version]
    while (before := parent(text_of(version))) is not None:
        version = before
        seen.append(version)
    assert len(seen) == len(set(seen))
    assert text_of(version) == first


def check_ring(before: KeyRing, after: KeyRing, *, now: int, rules: Rules) -> None:
    """No live key is lost, and nothing signs but what did or what has waited for its turn."""
    assert {key.kid for key in before.keys if key.is_live(now)} <= {key.kid for key in after.keys}
    if after.signing_kid != before.signing_kid:
        successor = next_key(before)
        assert successor is not None
        assert after.signing_kid == successor.kid
        assert successor.created_at + rules.publication <= now


def check_livekit(before: LiveKitKey, after: LiveKitKey, *, now: int, proved: Collection[str]) -> None:
    """No live pair is lost, and none is in use but the one that was or the next one, after the server has taken it."""
    assert after.url == before.url
    kept = {_names(pair) for pair in after.pairs()}
    assert {_names(pair) for pair in (before, before.next) if pair is not None} <= kept
    if before.previous is not None and now < (before.previous.retire_after or 0):
        assert _names(before.previous) in kept
    if _names(after) == _names(before):
        return
    assert before.next is not None
    assert _names(after) == _names(before.next)
    assert after.api_key in proved
    assert after.previous is not None
    assert _names(after.previous) == _names(before)
    assert (after.previous.retire_after or 0) >= now + LIVEKIT_RULES.retirement - LIVEKIT_RULES.rotation


def _names(pair: ApiKeyPair) -> tuple[str, bytes]:
    return pair.api_key, pair.secret_bytes()
