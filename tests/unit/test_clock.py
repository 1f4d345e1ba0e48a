"""The clock of the machine."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.clock import FakeClock
from vocespace.clock import Clock, HurriedClock, ShiftedClock, SystemClock, moved


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


def test_a_shifted_clock_is_ahead_by_what_the_file_says(tmp_path: Path) -> None:
    """Of the wall clock only, from one look to the next; what lasts goes on lasting as long as it does."""
    clock, file = FakeClock(), tmp_path / "clock"
    shifted: Clock = ShiftedClock(clock, file)
    file.write_text("0")
    steady = shifted.monotonic()

    assert shifted.time() == clock.time()
    file.write_text("600\n")
    assert shifted.time() == clock.time() + 600
    assert shifted.monotonic() == steady
    shifted.sleep(2)
    assert shifted.time() == FakeClock().time() + 602


@pytest.mark.parametrize("text", [None, "", "tomorrow"])
def test_without_its_file_a_shifted_clock_tells_no_time(tmp_path: Path, text: str | None) -> None:
    """So nowhere can time be moved by naming a file that is not there."""
    if text is not None:
        (tmp_path / "clock").write_text(text)

    with pytest.raises((OSError, ValueError)):
        ShiftedClock(FakeClock(), tmp_path / "clock").time()


def test_a_clock_is_shifted_only_where_a_file_is_named(tmp_path: Path) -> None:
    """A deployment names none."""
    clock = FakeClock()

    assert moved(clock, "") is clock
    assert isinstance(moved(clock, str(tmp_path)), ShiftedClock)
