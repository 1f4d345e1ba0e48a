"""The key ring of a deployment, read and changed: a change takes the place of the very ring that it was made from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from vocespace.key_ring import KeyRing, KeyRingError
from vocespace.ring_rotation import Rules, child_of
from vocespace.secret_versions import PENDING, SecretVersions, SecretVersionsError
from vocespace_cli.faults import NotOkError
from vocespace_cli.rotations import refusals_told, versions_of
from vocespace_cli.run import Run
from vocespace_cli.secret_edits import Form, edit_secret

Change = Callable[[KeyRing], KeyRing]

RING = "The ring"
"""What the operator calls it."""


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
    edited = edit_secret(versions, Form("the key ring", KeyRing.parse, _text), partial(_child, change))
    if edited.after != edited.before:
        _free(versions, edited.version)
    return Edited(edited.before, edited.after)


def _child(change: Change, ring: KeyRing, version: str) -> KeyRing:
    after = changed(ring, change)
    return after if after == ring else child_of(version, after)


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
