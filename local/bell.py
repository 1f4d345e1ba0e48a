"""Wakes those who wait for something to come: looking all the time would keep moto busy while nothing happens."""

from __future__ import annotations

from threading import Condition


class Bell:
    """Rings for everybody who waits."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rings = 0

    def ring(self) -> None:
        """Wakes everybody."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float) -> int:
        """Waits until it rings, or for so many seconds at most; not at all where it has rung since it was heard last.

        Args:
            heard: What the last call returned; 0 at first.
            seconds: How long to wait.

        Returns:
            How often it has rung.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._rings != heard, seconds)
            return self._rings
