"""A secret in memory: refreshed in time, served on through an outage, refused once it is too old (design section 6).

Powertools' parameter cache ignores the version stage and forgets on error; AWS's caching client serves stale without
limit.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from vocespace import observability
from vocespace.clock import Clock
from vocespace.errors import SecretsUnavailableError

SOFT_TTL = 300.0
HARD_TTL = 3600.0
FORCED_REFRESH_COOLDOWN = 30.0
FIRST_BACK_OFF = 1.0
MAX_BACK_OFF = 30.0
JITTER = 0.2

T = TypeVar("T")


class SecretReadError(Exception):
    """The secret could not be read; `reason` is AWS's error code or a word of ours, never a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Held(Generic[T]):
    value: T
    wall: float
    monotonic: float
    soft_ttl: float


class CachedSecret(Generic[T]):
    """One secret at one stage.

    Args:
        name: What logs and metrics call it.
        read: Fetches the secret's text; raises SecretReadError.
        parse: Turns the text into what is held; raises ValueError where it is malformed.
        clock: The time.
    """

    def __init__(self, name: str, *, read: Callable[[], str], parse: Callable[[str], T], clock: Clock) -> None:
        self._name = name
        self._read = read
        self._parse = parse
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held[T] | None = None
        self._failures = 0
        self._retry_at = 0.0
        self._forced_at: float | None = None

    def value(self) -> T:
        """The secret, at most an hour old; younger than five minutes unless Secrets Manager is away.

        Raises:
            SecretsUnavailableError: it cannot be read, and what is held is too old or was never there.
        """
        with self._lock:
            if self._held is None or self._age(self._held) >= self._held.soft_ttl:
                self._refresh()
            return self._usable()

    def refreshed(self) -> T:
        """The secret, read anew unless that was done within the last 30 seconds: for a key that the held one lacks.

        Raises:
            SecretsUnavailableError: as for `value`.
        """
        with self._lock:
            now = self._clock.monotonic()
            if self._forced_at is None or now - self._forced_at >= FORCED_REFRESH_COOLDOWN:
                self._forced_at = now
                self._refresh()
            return self._usable()

    def _refresh(self) -> None:
        now = self._clock.monotonic()
        if now < self._retry_at:
            return
        try:
            value = self._parse(self._read())
        except SecretReadError as error:
            self._back_off(error.reason)
        except ValueError:
            self._back_off("malformed")
        else:
            self._failures, self._retry_at = 0, 0.0
            if self._held is not None:
                observability.secret_refreshed(self._name, self._age(self._held))
            soft_ttl = SOFT_TTL * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
            self._held = _Held(value, self._clock.time(), self._clock.monotonic(), soft_ttl)

    def _back_off(self, reason: str) -> None:
        wait = min(FIRST_BACK_OFF * 2**self._failures, MAX_BACK_OFF)
        self._failures = min(self._failures + 1, 10)
        self._retry_at = self._clock.monotonic() + wait
        age = None if self._held is None else self._age(self._held)
        observability.secret_unreadable(self._name, reason, age)

    def _usable(self) -> T:
        if self._held is None:
            raise SecretsUnavailableError("secret_never_read")
        age = self._age(self._held)
        if age >= HARD_TTL:
            raise SecretsUnavailableError("secret_too_old")
        if age >= self._held.soft_ttl:
            observability.secret_stale(self._name, age)
        return self._held.value

    def _age(self, held: _Held[T]) -> float:
        # A frozen sandbox can stop the monotonic clock, and a host can correct the wall clock: the older age counts.
        wall = self._clock.time() - held.wall
        monotonic = self._clock.monotonic() - held.monotonic
        if wall < 0:
            return max(monotonic, held.soft_ttl)
        return max(monotonic, wall)
