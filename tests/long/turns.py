"""Runs beside each other that go on by one call at a time, in an order that a test decides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Semaphore, Thread, current_thread
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 30
"""Seconds that the real machine has for what is done between two calls."""


class SteppedRun(Thread):
    """A run that stops before each of its calls.

    Args:
        body: What it does; its calls go through `Calls`.
    """

    def __init__(self, body: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._body = body
        self._may_go_on, self._has_stopped = Semaphore(0), Semaphore(0)
        self._fault: BaseException | None = None
        self.is_over = False
        self.start()
        self._wait_for(self._has_stopped)

    def run(self) -> None:
        """Does it; whatever goes wrong comes out of `go_on`."""
        try:
            self._body()
        except BaseException as fault:  # noqa: BLE001 - of a thread, nobody else would see it
            self._fault = fault
        self.is_over = True
        self._has_stopped.release()

    def stop(self) -> None:
        """Lets the test decide when it goes on; called by the run itself."""
        self._has_stopped.release()
        self._may_go_on.acquire()

    def go_on(self, calls: int | None = None) -> None:
        """Makes so many calls, or all that are left."""
        while not self.is_over and calls != 0:
            self._may_go_on.release()
            self._wait_for(self._has_stopped)
            calls = None if calls is None else calls - 1
        if self._fault is not None:
            raise self._fault

    @staticmethod
    def _wait_for(semaphore: Semaphore) -> None:
        assert semaphore.acquire(timeout=PATIENCE)


class Calls:
    """A client whose calls are those of whatever run makes them; outside of one they are made at once."""

    def __init__(self, inner: object) -> None:
        self._inner = inner

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: object) -> object:
            return self.during(operation, partial(getattr(self._inner, operation), **arguments))

        return call

    def during(self, _: str, call: Callable[[], T]) -> T:
        """Makes one call, of whomever, when it is the run's turn."""
        thread = current_thread()
        if isinstance(thread, SteppedRun):
            thread.stop()
        return call()
