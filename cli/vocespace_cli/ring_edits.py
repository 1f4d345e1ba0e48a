"""The key ring of a deployment, read and changed: a change takes the place of the very ring that it was made from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from vocespace.document_cache import JITTER, SECRET, SOFT_TTL
from vocespace.key_ring import KeyRing, KeyRingError
from vocespace.ring_rotation import Rules, child_of
from vocespace.secret_versions import PENDING, SecretChangedError, SecretVersions, SecretVersionsError
from vocespace_cli.deployed_secrets import parsed
from vocespace_cli.durations import spoken
from vocespace_cli.faults import NotOkError
from vocespace_cli.rotations import refusals_told, versions_of
from vocespace_cli.run import Run

Change = Callable[[KeyRing], KeyRing]

RING = "The ring"
"""What the operator calls it."""

ATTEMPTS = 4
"""How often a change is made anew because somebody else has changed the ring meanwhile."""

REFRESH_SECONDS = int(SOFT_TTL * (1 + JITTER))
LATENCY = (
    f"It takes effect everywhere within {spoken(REFRESH_SECONDS)}; during an outage of Secrets Manager, within "
    f"{spoken(int(SECRET.hard_ttl))}."
)


@dataclass(frozen=True, slots=True)
class Edited:
    """What a change was made from, and what came of it; both the same where there was nothing to change."""

    before: KeyRing
    after: KeyRing


def rules_of(run: Run) -> Rules:
    """How long keys last in this deployment."""
    return Rules(max_ttl=run.settings.max_ttl_seconds)


def changed(ring: KeyRing, change: Change) -> KeyRing:
    """What a change makes of a ring.

    Raises:
        NotOkError: it cannot be changed like this.
    """
    with refusals_told(RING):
        return change(ring)


def edit_ring(run: Run, change: Change) -> Edited:
    """Changes the ring, again from the start as long as somebody else is faster.

    Raises:
        NotOkError: it cannot be changed like this, would be too large, or others go on changing it.
        SecretVersionsError: Secrets Manager refuses, or does not answer.
        UnreachableError: the secret holds no ring.
    """
    versions = versions_of(run, run.settings.signing_secret_id)
    for _ in range(ATTEMPTS):
        current = versions.current()
        before = parsed(current.text, KeyRing.parse)
        after = changed(before, change)
        if after == before:
            return Edited(before, before)
        after = child_of(current.version_id, after)
        try:
            versions.replace(_text(after), current.version_id)
        except SecretChangedError:
            continue
        _free(versions, current.version_id)
        return Edited(before, after)
    raise NotOkError("Others go on changing the key ring; it stays as they left it.", hint="Run this again.")


def _free(versions: SecretVersions, version: str) -> None:
    # The label of a rotation that has come to its end means nothing on the current version. On one that is not any
    # more, it would stop every rotation to come.
    with suppress(SecretVersionsError):
        if versions.state().version_with(PENDING) == version:
            versions.withdraw(version)


def _text(ring: KeyRing) -> str:
    try:
        return ring.to_text()
    except KeyRingError as error:
        raise NotOkError(
            f"{RING} stays as it is: {error}.",
            hint="Remove keys first: vocespace keys ring lists them, vocespace platforms keys remove takes one out.",
        ) from None
