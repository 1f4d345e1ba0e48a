"""The document cache in good times: how long a value is used, by which clock, and who reads it anew."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable

import pytest

from tests.support.clock import FakeClock
from tests.unit.secret_reader import Reader, Told, cached, upper
from vocespace.document_cache import FORCED_REFRESH_COOLDOWN, JITTER, SECRET, SOFT_TTL, CachedDocument

LONGEST = SOFT_TTL * (1 + JITTER)
SHORTEST = SOFT_TTL * (1 - JITTER)


@pytest.fixture(name="no_jitter")
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: (low + high) / 2)


def test_the_numbers_are_those_of_the_design() -> None:
    """Five minutes, an hour, half a minute."""
    assert (SOFT_TTL, SECRET.hard_ttl, FORCED_REFRESH_COOLDOWN) == (300, 3600, 30)


@pytest.mark.usefixtures("no_jitter")
def test_a_value_is_read_once_in_five_minutes(told: Told) -> None:
    """And anew at the first use after that, with what it then is."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)

    assert reader.reads == 0
    assert [secret.value(), secret.value()] == ["ONE", "ONE"]
    reader.answer = "two"
    clock.advance(299.9)
    assert secret.value() == "ONE"
    assert reader.reads == 1
    clock.advance(0.1)
    assert secret.value() == "TWO"
    assert reader.reads == 2
    assert told.refreshed == [pytest.approx(300)]
    assert told.stale == []


def test_instances_do_not_refresh_all_at_once() -> None:
    """Each after a time of its own between four and six minutes, spread over all of it."""
    random.seed(7)
    ages: list[float] = []
    for _ in range(200):
        reader, clock = Reader(), FakeClock()
        secret = cached(reader, clock)
        secret.value()
        while reader.reads == 1:
            clock.advance(1)
            secret.value()
        ages.append(clock.time() - FakeClock().time())

    assert SHORTEST <= min(ages) < SHORTEST + 10
    assert LONGEST - 10 < max(ages) <= LONGEST + 1
    assert len(set(ages)) > 60


def test_one_instance_does_not_keep_to_one_time() -> None:
    """The time is drawn anew with every value."""
    random.seed(7)
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    times: list[float] = []
    while reader.reads < 20:
        before = reader.reads
        secret.value()
        if reader.reads > before:
            times.append(clock.time())
        clock.advance(1)

    assert len({after - before for before, after in itertools.pairwise(times)}) > 10


def _wall(clock: FakeClock, seconds: float) -> None:
    clock.wall += seconds


def _steady(clock: FakeClock, seconds: float) -> None:
    clock.steady += seconds


@pytest.mark.parametrize("move", [_wall, _steady])
def test_the_older_age_of_two_clocks_counts(move: Callable[[FakeClock, float], None], told: Told) -> None:
    """A frozen sandbox can stop the monotonic clock, and a host can hold the wall clock: either makes a value old."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()

    move(clock, LONGEST)
    reader.answer = "two"
    assert secret.value() == "TWO"
    reader.fail()
    move(clock, SECRET.hard_ttl - 1)
    assert secret.value() == "TWO"
    assert told.stale == [SECRET.hard_ttl - 1]


@pytest.mark.parametrize("back", [0.001, 60, 10**9])
def test_a_wall_clock_that_went_back_makes_a_value_old(back: float) -> None:
    """How old, nobody can tell any more; so it is read anew, once."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()

    clock.wall -= back
    reader.answer = "two"

    assert [secret.value(), secret.value()] == ["TWO", "TWO"]
    assert reader.reads == 2


def test_an_unknown_key_refreshes_at_once_but_not_again_for_a_while() -> None:
    """Forced refreshes have a cooldown of their own, whatever the age of the value."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()

    reader.answer = "two"
    assert secret.refreshed() == "TWO"
    reader.answer = "three"
    clock.advance(29.9)
    assert [secret.refreshed() for _ in range(100)] == ["TWO"] * 100
    clock.advance(0.1)
    assert secret.refreshed() == "THREE"
    assert reader.reads == 3


def test_a_forced_refresh_starts_the_five_minutes_anew() -> None:
    """It was read just now, after all."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()
    clock.advance(SHORTEST - 1)
    secret.refreshed()

    clock.advance(SHORTEST - 1)
    secret.value()

    assert reader.reads == 2


def test_a_forced_refresh_may_be_the_first_read() -> None:
    """Nothing has to be held before."""
    reader = Reader()

    assert cached(reader, FakeClock()).refreshed() == "ONE"
    assert reader.reads == 1


def test_many_threads_read_once() -> None:
    """While one reads, the others wait for what it gets."""
    threads, begun, together = 16, threading.Semaphore(0), threading.Barrier(17)
    reads: list[int] = []
    values: list[str] = []

    def read() -> str:
        reads.append(1)
        # The read lasts until everybody has come for the value.
        for _ in range(threads):
            assert begun.acquire(timeout=30)
        return "one"

    secret = CachedDocument(SECRET, "canary", read=read, parse=upper, clock=FakeClock())

    def use() -> None:
        together.wait(timeout=30)
        begun.release()
        values.append(secret.value())

    running = [threading.Thread(target=use) for _ in range(threads)]
    for thread in running:
        thread.start()
    together.wait(timeout=30)
    for thread in running:
        thread.join(timeout=30)

    assert values == ["ONE"] * threads
    assert len(reads) == 1
