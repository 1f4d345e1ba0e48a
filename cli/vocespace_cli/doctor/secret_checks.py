"""The secrets: readable, well formed, and a ring that can go on signing."""

from __future__ import annotations

from collections.abc import Iterator

from vocespace.key_ring import MIN_SECRET_BYTES, KeyRing
from vocespace.ring_rotation import next_key
from vocespace_cli.deployed_secrets import key_ring, livekit_key
from vocespace_cli.doctor.check import Check, fault, ok, warning
from vocespace_cli.durations import from_now
from vocespace_cli.ring_edits import rules_of
from vocespace_cli.run import Run

_ROTATE = "vocespace keys rotate"


def check_ring(run: Run) -> Iterator[Check]:
    """Whether the key ring can be read, and keeps its rules."""
    ring = key_ring(run.settings)
    now = run.now()
    key = ring.signing_key()
    if not key.is_live(now):
        yield fault("signing key", f"{key.kid} signs, but has been retired.", _ROTATE)
    elif key.retire_after is not None:
        ends = from_now(key.retire_after, now)
        yield warning("signing key", f"{key.kid} signs, and retires {ends}.", _ROTATE)
    else:
        yield ok("signing key", f"{key.kid}, one of {len(ring.keys)} in the ring")
    yield from _next(ring, run)
    yield from _retiring(ring, now)
    yield from _owners(ring, run)


def check_livekit_secret(run: Run) -> Iterator[Check]:
    """Whether the LiveKit key can be read, and is one."""
    key = livekit_key(run.settings)
    if len(key.secret_bytes()) < MIN_SECRET_BYTES:
        yield warning("LiveKit secret", f"It is shorter than {MIN_SECRET_BYTES} bytes.", "Only make run takes it.")
    else:
        yield ok("LiveKit secret", f"The key {key.api_key} of {key.url}")


def _next(ring: KeyRing, run: Run) -> Iterator[Check]:
    key = next_key(ring)
    if key is None:
        yield warning("next key", "There is none: a rotation has to publish one before it can change keys.", _ROTATE)
        return
    ready = key.created_at + rules_of(run).publication
    when = f", and can take over {from_now(ready, run.now())}" if ready > run.now() else ""
    yield ok("next key", f"{key.kid} is known{when}.")


def _retiring(ring: KeyRing, now: int) -> Iterator[Check]:
    for key in ring.keys:
        if key.retire_after is None or key.kid == ring.signing_kid:
            continue
        if key.is_live(now):
            yield ok("retiring key", f"{key.kid} is accepted until it retires {from_now(key.retire_after, now)}.")
        else:
            yield ok("retired key", f"{key.kid} is not accepted any more; the next rotation drops it.")


def _owners(ring: KeyRing, run: Run) -> Iterator[Check]:
    for key in ring.keys:
        if key.platform is not None and run.platforms.platform(key.platform) is None:
            yield warning(
                "platform's key",
                f"{key.kid} is of the platform {key.platform}, which does not exist.",
                f"vocespace platforms keys remove {key.platform}",
            )
