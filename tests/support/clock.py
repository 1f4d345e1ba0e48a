"""A clock that stands still until a test moves it."""

from __future__ import annotations

NOW = 1_795_000_000
"""The moment at which the files in events/ were written: their times are valid then."""


class FakeClock:
    """Both clocks of `vocespace.clock.Clock`, moved together or apart."""

    def __init__(self, now: float = NOW) -> None:
        self.wall = float(now)
        self.steady = 1000.0

    def time(self) -> float:
        """The wall clock."""
        return self.wall

    def monotonic(self) -> float:
        """The monotonic clock."""
        return self.steady

    def advance(self, seconds: float) -> None:
        """Lets time pass on both."""
        self.wall += seconds
        self.steady += seconds

    def sleep(self, seconds: float) -> None:
        """Waits, without anybody having to."""
        self.advance(seconds)
