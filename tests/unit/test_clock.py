"""The clock of the machine."""

from __future__ import annotations

import time
from itertools import pairwise

from vocespace.clock import Clock, SystemClock


def test_the_system_clock_is_the_machines() -> None:
    """Wall time since 1970, and a monotonic time that never goes back."""
    clock: Clock = SystemClock()

    before, now, after = time.time(), clock.time(), time.time()
    steps = [clock.monotonic() for _ in range(100)]

    assert before <= now <= after
    assert all(one <= next_one for one, next_one in pairwise(steps))
    assert steps[0] <= time.monotonic()
