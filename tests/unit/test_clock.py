"""The clock of the machine."""

from __future__ import annotations

import time
from itertools import pairwise

from tests.support.clock import FakeClock
from vocespace.clock import Clock, HurriedClock, SystemClock


def test_the_system_clock_is_the_machines() -> None:
    """Wall time since 1970, and a monotonic time that never goes back."""
    clock: Clock = SystemClock()

    before, now, after = time.time(), clock.time(), time.time()
    steps = [clock.monotonic() for _ in range(100)]

    assert before <= now <= after
    assert all(one <= next_one for one, next_one in pairwise(steps))
    assert steps[0] <= time.monotonic()


def test_a_hurried_clock_makes_everything_last_less() -> None:
    """Both of its clocks run faster, and waiting for its seconds takes less of ours."""
    clock = FakeClock()
    hurried: Clock = HurriedClock(clock, 60)
    wall, steady = hurried.time(), hurried.monotonic()

    clock.advance(2)
    assert (hurried.time() - wall, hurried.monotonic() - steady) == (120, 120)
    hurried.sleep(120)
    assert clock.time() == FakeClock().time() + 4
