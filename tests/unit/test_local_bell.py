"""What wakes those of the local run who wait for something to be sent."""

from __future__ import annotations

import threading

from local.bell import Bell


def test_who_waits_is_woken() -> None:
    """By a ring from now on, or one that was not heard yet; otherwise by the end of patience alone."""
    bell = Bell()

    assert bell.wait(0, 0.01) == 0
    bell.ring()
    assert bell.wait(0, 60) == 1
    later = threading.Timer(0.05, bell.ring)
    later.start()
    assert bell.wait(1, 60) == 2
