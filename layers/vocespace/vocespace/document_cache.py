"""A secret or a key set in memory: refreshed in time, served on through an outage, refused once it is too old.

Design section 6.
Powertools' parameter cache ignores the version stage and forgets on error; AWS's caching client serves stale without
limit.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from vocespace import observability
from vocespace.clock import Clock
from vocespace.errors import IssuerUnavailableError, SecretsUnavailableError, VoceSpaceError

SOFT_TTL = 300.0
FORCED_REFRESH_COOLDOWN = 30.0
FIRST_BACK_OFF = 1.0
MAX_BACK_OFF = 30.0
JITTER = 0.2

_ENOUGH_FAILURES = 10

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "DecryptionFailure"})
"""Reasons that no waiting mends: somebody has to give a right back."""

Raw = TypeVar("Raw")
T = TypeVar("T")


class DocumentReadError(Exception):
    """The document could not be read; `reason` is AWS's error code or a word of ours, never a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Kind:
    """What documents of one kind have in common.

    Attributes:
        noun: What logs call one, and the refusals for want of it.
        metric: What the names of their metrics begin with.
        has_own_metrics: Whether each document is counted for itself: of secrets there are few.
        hard_ttl: For how long one may be served while it cannot be read anew, in seconds.
        unavailable: What is raised when there is none to serve.
    """

    noun: str
    metric: str
    has_own_metrics: bool
    hard_ttl: float
    unavailable: type[VoceSpaceError]


SECRET = Kind("secret", "Secret", has_own_metrics=True, hard_ttl=3600.0, unavailable=SecretsUnavailableError)

# Longer than a secret's: it is public, and an issuer that is away issues nothing that only a newer one would verify.
KEY_SET = Kind("key_set", "KeySet", has_own_metrics=False, hard_ttl=86_400.0, unavailable=IssuerUnavailableError)


@dataclass(frozen=True, slots=True)
class _Moment:
    wall: float
    monotonic: float

    @classmethod
    def now(cls, clock: Clock) -> Self:
        return cls(clock.time(), clock.monotonic())

    def age(self, clock: Clock) -> float:
        # A frozen sandbox can stop the monotonic clock, and a host can correct the wall clock: the older age counts.
        return max(clock.time() - self.wall, clock.monotonic() - self.monotonic)


@dataclass(frozen=True, slots=True)
class _Held(Generic[T]):
    value: T
    since: _Moment
    soft_ttl: float


class CachedDocument(Generic[T]):
    """One document.

    Args:
        kind: What it is.
        name: What logs and metrics call it.
        read: Fetches it; raises DocumentReadError.
        parse: Turns what was fetched into what is held; raises ValueError where it is malformed.
        clock: The time.
    """

    def __init__(
        self, kind: Kind, name: str, *, read: Callable[[], Raw], parse: Callable[[Raw], T], clock: Clock
    ) -> None:
        self._kind = kind
        self._name = name

        def load() -> T:
            return parse(read())

        self._load = load
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held[T] | None = None
        self._failures = 0
        self._failed: _Moment | None = None
        self._wait = 0.0
        self._is_told = False
        self._forced: _Moment | None = None

    def value(self) -> T:
        """The document: younger than five minutes unless it cannot be read, and never older than the kind's hard TTL.

        Raises:
            SecretsUnavailableError, IssuerUnavailableError: by its kind; it cannot be read, and what is held is too old
                or was never there.
        """
        # One reads; of the others only those wait for it who have nothing to go on with.
        if self._is_due() and self._lock.acquire(blocking=not self._is_usable()):
            try:
                if self._is_due():
                    self._refresh()
            finally:
                self._lock.release()
        return self._usable()

    def refreshed(self) -> T:
        """The document, read anew unless that was done within the last 30 seconds: for a key that the held one lacks.

        Raises:
            SecretsUnavailableError, IssuerUnavailableError: as for `value`.
        """
        # Everybody waits here: with the held one they would refuse what the next one knows.
        with self._lock:
            if self._forced is None or self._forced.age(self._clock) >= FORCED_REFRESH_COOLDOWN:
                self._forced = _Moment.now(self._clock)
                self._refresh()
        return self._usable()

    def _refresh(self) -> None:
        if self._failed is not None and self._failed.age(self._clock) < self._wait:
            return
        try:
            value = self._load()
        except DocumentReadError as error:
            self._back_off(error.reason)
        except ValueError:
            self._back_off("malformed")
        else:
            self._failures, self._failed = 0, None
            if self._held is not None:
                observability.document_refreshed(self._kind, self._name, self._age(self._held))
            self._held = _Held(value, _Moment.now(self._clock), SOFT_TTL * _spread(1 - JITTER))

    def _back_off(self, reason: str) -> None:
        self._failures = min(self._failures + 1, _ENOUGH_FAILURES)
        self._failed = _Moment.now(self._clock)
        longest = MAX_BACK_OFF / (1 + JITTER)
        self._wait = min(FIRST_BACK_OFF * 2.0 ** (self._failures - 1), longest) * _spread(1)
        self._is_told = False
        age = None if self._held is None else self._age(self._held)
        observability.document_unreadable(self._kind, self._name, reason, age)
        if reason in _DENIED:
            observability.document_denied(self._kind, self._name)

    def _is_due(self) -> bool:
        return self._held is None or self._age(self._held) >= self._held.soft_ttl

    def _is_usable(self) -> bool:
        return self._held is not None and self._age(self._held) < self._kind.hard_ttl

    def _usable(self) -> T:
        held = self._held
        if held is None:
            raise self._kind.unavailable(f"{self._kind.noun}_never_read")
        age = self._age(held)
        if age >= self._kind.hard_ttl:
            raise self._kind.unavailable(f"{self._kind.noun}_too_old")
        # Once for each wait: an outage under load would otherwise cost a metric's line for every request.
        if age >= held.soft_ttl and self._failed is not None and not self._is_told:
            self._is_told = True
            observability.document_stale(self._kind, self._name, age)
        return held.value

    def _age(self, held: _Held[T]) -> float:
        age = held.since.age(self._clock)
        # Nobody knows how far a wall clock went back: what is held counts as due.
        return max(age, held.soft_ttl) if self._clock.time() < held.since.wall else age


def _spread(least: float) -> float:
    return random.uniform(least, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
