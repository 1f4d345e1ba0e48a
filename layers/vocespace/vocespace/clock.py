"""The only place that asks what time it is; everything else is handed a `Clock`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Two clocks: the wall for what others read, the monotonic one for how long something lasted."""

    def time(self) -> float:
        """Seconds since the Unix epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment, never going backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Lets time go by."""
        ...


class HurriedClock:
    """A clock by which everything lasts less: for `make soak`, which has a minute to live through days.

    Only differences mean anything by it.
    """

    def __init__(self, clock: Clock, by: float) -> None:
        self._clock = clock
        self._by = by

    def time(self) -> float:
        """See `Clock`."""
        return self._clock.time() * self._by

    def monotonic(self) -> float:
        """See `Clock`."""
        return self._clock.monotonic() * self._by

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        self._clock.sleep(seconds / self._by)


class ShiftedClock:
    """A clock that is ahead by as many seconds as a file says: for `make run`, where nobody waits for tomorrow.

    It does no harm in AWS, where no function is told of such a file: whoever could set LOCAL_CLOCK_FILE there could as
    well replace the function, and would need a file besides, without which no time is told at all. How long something
    lasts goes on by the clock behind it, so that no deadline passes because the time was moved.
    """

    def __init__(self, clock: Clock, file: Path) -> None:
        self._clock = clock
        self._file = file

    def time(self) -> float:
        """See `Clock`.

        Raises:
            OSError, ValueError: the file is not there, or says something else.
        """
        return self._clock.time() + int(self._file.read_text(encoding="ascii"))

    def monotonic(self) -> float:
        """See `Clock`."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        self._clock.sleep(seconds)


class SystemClock:
    """The clock of the machine."""

    def time(self) -> float:
        """See `Clock`."""
        return time.time()

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        time.sleep(seconds)


def moved(clock: Clock, file: str) -> Clock:
    """The clock; under `make run`, which names a file, ahead by what that says.

    Args:
        clock: The clock.
        file: LOCAL_CLOCK_FILE; empty everywhere else.
    """
    return ShiftedClock(clock, Path(file)) if file else clock
