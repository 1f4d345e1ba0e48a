"""Removing a platform: first out of the ring, then out of the table, and again from the start if cut off."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from vocespace.api_keys import ApiKey
from vocespace.errors import StoreUnavailableError
from vocespace.platforms import Platform
from vocespace.ring_rotation import without_platform
from vocespace_cli.explain import explain
from vocespace_cli.faults import NotOkError
from vocespace_cli.platform_changes import check_removable, remove
from vocespace_cli.platform_keys import keys_of
from vocespace_cli.ring_edits import edit_ring
from vocespace_cli.run import Run


def remove_entirely(run: Run, platform: Platform, *, live: Sequence[ApiKey], dead: Sequence[ApiKey]) -> list[str]:
    """Removes a platform with all that it calls and signs with.

    Returns:
        The kids of the signing keys that were taken out of the ring.

    Raises:
        NotOkError: it has too many live keys, or somebody else has changed it or the ring meanwhile.
        CliError: what was begun has to be run again; it says what is done already.
    """
    check_removable(platform, live)
    # In this order: a key that outlived its platform would be good again for a new one of the same id.
    edited = edit_ring(run, partial(without_platform, platform=platform.platform))
    kids = [key.kid for key in keys_of(platform.platform, edited.before)]
    try:
        remove(run.platforms, platform, live=live, dead=dead)
    except (NotOkError, StoreUnavailableError) as error:
        if not kids:
            raise
        told = explain(error)
        raise type(told)(
            f"{told.message} Its signing keys are out of the ring already.",
            hint="Run this again: it removes what is left.",
        ) from None
    return kids
