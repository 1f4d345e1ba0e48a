"""What Lambda SnapStart must not copy: one snapshot of a process becomes many instances, at any later time.

Imported only where Lambda makes instances from snapshots. Before one is taken everything is dropped that is secret,
unique or bound to a time, and after each restore it is made anew when it is first asked for. `secrets` and `uuid` need
no help: they ask the kernel each time.
"""

from __future__ import annotations

import importlib
import random

from vocespace import aws, container

_WANTED = ("botocore.session", "botocore.client", "botocore.httpsession", "botocore.auth")
"""What the first request would import; in the snapshot it costs nothing."""


def register() -> None:
    """Has Lambda's runtime call the two hooks."""
    # Lambda brings it along; nobody else needs it.
    from snapshot_restore_py import (  # type: ignore[import-untyped]
        register_after_restore,
        register_before_snapshot,
    )

    register_before_snapshot(before_snapshot)
    register_after_restore(after_restore)


def before_snapshot() -> None:
    """Leaves nothing in memory that two instances must not share."""
    for module in _WANTED:
        importlib.import_module(module)
    _forget()


def after_restore() -> None:
    """Makes this instance one of its own."""
    _forget()
    # The soft TTLs and the waits of all instances would otherwise be the same.
    random.seed()


def _forget() -> None:
    container.container.cache_clear()
    aws.forget()
