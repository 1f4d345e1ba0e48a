"""The only place that asks what time it is; everything else is handed a `Clock`."""

from __future__ import annotations

import time
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
