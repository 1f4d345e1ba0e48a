"""The document cache while Secrets Manager is away, or holds nonsense."""

from __future__ import annotations

import itertools
import json
import random
import threading

import pytest

from tests.support.clock import FakeClock
from tests.unit.secret_reader import Reader, Told, cached, upper
from vocespace.document_cache import FIRST_BACK_OFF, JITTER, KEY_SET, MAX_BACK_OFF, SECRET, SOFT_TTL, CachedDocument
from vocespace.errors import IssuerUnavailableError, SecretsUnavailableError

PAST_SOFT = SOFT_TTL * (1 + JITTER)
LONGEST_FIRST_WAIT = FIRST_BACK_OFF * (1 + JITTER)


def reason(secret: CachedDocument[str]) -> str:
    """Why there is no value."""
    with pytest.raises(SecretsUnavailableError) as refused:
        secret.value()
    return refused.value.reason


def test_a_value_is_served_on_for_an_hour_and_no_longer(told: Told) -> None:
    """Past the soft TTL that is counted once an attempt; at the hour it is over, and a good read begins it anew."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()
    reader.fail()

    clock.advance(PAST_SOFT)
    assert [secret.value(), secret.value()] == ["ONE", "ONE"]
    assert told.stale == [PAST_SOFT]
    assert told.unreadable == [("ThrottlingException", PAST_SOFT)]
    clock.advance(SECRET.hard_ttl - PAST_SOFT - 0.1)
    assert secret.value() == "ONE"
    clock.advance(0.1)
    assert reason(secret) == "secret_too_old"
    clock.advance(MAX_BACK_OFF)
    reader.answer = "two"
    assert secret.value() == "TWO"
    assert len(told.stale) == 2
    assert told.refreshed == [SECRET.hard_ttl + MAX_BACK_OFF]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "EndpointConnectionError"])
def test_a_cold_start_in_an_outage_has_nothing_to_serve(code: str, told: Told) -> None:
    """It says so, waits about a second, and works as soon as Secrets Manager does."""
    reader, clock = Reader(), FakeClock()
    reader.fail(code)
    secret = cached(reader, clock)

    assert [reason(secret) for _ in range(5)] == ["secret_never_read"] * 5
    assert reader.reads == 1
    assert told.unreadable == [(code, None)]
    reader.answer = "one"
    clock.advance(LONGEST_FIRST_WAIT)
    assert secret.value() == "ONE"
    assert told.stale == []


def test_the_waits_grow_from_one_second_to_thirty(told: Told) -> None:
    """1, 2, 4, 8, 16, 25 and a fifth more at most: a service in trouble is not asked by every request."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()
    clock.advance(PAST_SOFT)
    reader.fail()
    asked: list[float] = []
    while len(asked) < 20:
        before = reader.reads
        assert secret.value() == "ONE"
        if reader.reads > before:
            asked.append(clock.monotonic())
        clock.advance(0.1)

    waits = [after - before for before, after in itertools.pairwise(asked)]
    for wait, least in zip(waits, [1, 2, 4, 8, 16, *[25] * 14], strict=True):
        assert least <= round(wait, 6) <= least * (1 + JITTER) + 0.1
    assert len(told.unreadable) == len(told.stale) == 20


def test_instances_do_not_come_back_all_at_once() -> None:
    """The waits are spread, and none is longer than the longest."""
    random.seed(7)
    waits: set[float] = set()
    for _ in range(50):
        reader, clock = Reader(), FakeClock()
        reader.fail()
        secret = cached(reader, clock)
        for _ in range(8):
            reason(secret)
            clock.advance(MAX_BACK_OFF)
        reason(secret)
        reads, start = reader.reads, clock.time()
        while reader.reads == reads:
            clock.advance(0.25)
            reason(secret)
        waits.add(clock.time() - start)

    assert len(waits) > 10
    assert max(waits) <= MAX_BACK_OFF + 0.25


def test_others_go_on_with_what_there_is_while_one_reads() -> None:
    """Only the one that found the value due waits for Secrets Manager."""
    clock, asked, answer = FakeClock(), threading.Event(), threading.Event()
    values: list[str] = []
    texts = iter(["one", "two"])

    def read() -> str:
        text = next(texts)
        if text == "two":
            asked.set()
            assert answer.wait(timeout=30)
        return text

    secret = CachedDocument(SECRET, "canary", read=read, parse=upper, clock=clock)
    secret.value()
    clock.advance(PAST_SOFT)
    one = threading.Thread(target=lambda: values.append(secret.value()))
    one.start()
    assert asked.wait(timeout=30)

    assert [secret.value() for _ in range(10)] == ["ONE"] * 10
    answer.set()
    one.join(timeout=30)

    assert values == ["TWO"]
    assert secret.value() == "TWO"


def test_nobody_goes_on_with_what_is_too_old_while_one_reads() -> None:
    """Past the hard TTL there is nothing to serve, so everybody waits for the one read."""
    clock, reads, asked, answer = FakeClock(), itertools.count(), threading.Event(), threading.Event()
    values: list[str] = []

    def read() -> str:
        if next(reads) == 0:
            return "one"
        asked.set()
        assert answer.wait(timeout=30)
        return "two"

    secret = CachedDocument(SECRET, "canary", read=read, parse=upper, clock=clock)
    secret.value()
    clock.advance(SECRET.hard_ttl)
    threads = [threading.Thread(target=lambda: values.append(secret.value())) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert asked.wait(timeout=30)
    answer.set()
    for thread in threads:
        thread.join(timeout=30)

    assert values == ["TWO"] * 4
    assert next(reads) == 2


@pytest.mark.parametrize("code", ["AccessDeniedException", "DecryptionFailure"])
def test_a_right_that_was_taken_away_alarms_at_once(code: str, told: Told) -> None:
    """No waiting mends it; what is held is served meanwhile, and each attempt says so again."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()
    reader.fail(code)
    clock.advance(PAST_SOFT)

    assert [secret.value(), secret.value()] == ["ONE", "ONE"]
    assert told.denied == 1
    clock.advance(LONGEST_FIRST_WAIT)
    assert secret.value() == "ONE"
    assert told.denied == 2
    reason, age = told.unreadable[-1]
    assert reason == code
    assert age == pytest.approx(PAST_SOFT + LONGEST_FIRST_WAIT)


def test_an_outage_is_no_right_taken_away(told: Told) -> None:
    """Throttling and the like pass by themselves."""
    reader, clock = Reader(), FakeClock()
    reader.fail()

    reason(cached(reader, clock))

    assert told.denied == 0


def test_success_ends_the_waiting() -> None:
    """The next outage begins at one second again."""
    reader, clock = Reader(), FakeClock()
    reader.fail()
    secret = cached(reader, clock)
    for _ in range(8):
        reason(secret)
        clock.advance(MAX_BACK_OFF)
    reader.answer = "one"
    secret.value()
    reader.fail()
    clock.advance(PAST_SOFT)
    secret.value()
    reads = reader.reads

    clock.advance(LONGEST_FIRST_WAIT)
    secret.value()

    assert reader.reads == reads + 1


def test_a_flood_of_unknown_keys_does_not_break_the_waiting() -> None:
    """A forced refresh in an outage waits like any other, and what is held is served."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()
    reader.fail()

    for _ in range(600):
        assert secret.refreshed() == "ONE"
        clock.advance(0.1)

    assert reader.reads <= 1 + 60 / 30


def test_a_new_value_that_is_malformed_keeps_the_old_one(told: Told) -> None:
    """Somebody's slip in the console does not stop the stack; the operator is told, and an hour is left to mend it."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()
    reader.answer = "bad"

    clock.advance(PAST_SOFT)
    assert secret.value() == "ONE"
    assert secret.refreshed() == "ONE"
    assert told.unreadable == [("malformed", PAST_SOFT)]
    clock.advance(SECRET.hard_ttl)
    assert reason(secret) == "secret_too_old"
    reader.answer = "two"
    clock.advance(MAX_BACK_OFF)
    assert secret.value() == "TWO"


def test_a_first_value_that_is_malformed_is_no_value() -> None:
    """Nothing is signed or verified with it."""
    reader = Reader("bad")
    secret = cached(reader, FakeClock())

    assert reason(secret) == "secret_never_read"
    with pytest.raises(SecretsUnavailableError):
        secret.refreshed()


@pytest.mark.parametrize("back", [10, 7200])
def test_an_outage_with_a_wall_clock_that_went_back_still_ends(back: float, told: Told) -> None:
    """The monotonic clock goes on counting towards the hour."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()
    reader.fail()
    clock.wall -= back

    assert secret.value() == "ONE"
    assert len(told.stale) == 1
    clock.steady += SECRET.hard_ttl - 1
    assert secret.value() == "ONE"
    clock.steady += 1
    assert reason(secret) == "secret_too_old"


def test_a_frozen_sandbox_does_not_prolong_the_waiting() -> None:
    """Whichever clock says that the wait is over, it is over."""
    reader, clock = Reader(), FakeClock()
    reader.fail()
    secret = cached(reader, clock)
    for _ in range(10):
        assert reason(secret) == "secret_never_read"
        clock.advance(MAX_BACK_OFF)
    assert reason(secret) == "secret_never_read"

    reader.answer = "one"
    clock.wall += MAX_BACK_OFF

    assert secret.value() == "ONE"


def test_a_frozen_sandbox_does_not_keep_a_value_beyond_its_hour() -> None:
    """The wall clock went on while the monotonic one stood still."""
    reader, clock = Reader(), FakeClock()
    secret = cached(reader, clock)
    secret.value()
    reader.fail()

    clock.wall += SECRET.hard_ttl

    assert reason(secret) == "secret_too_old"


def test_an_error_that_nobody_expects_is_not_swallowed() -> None:
    """A fault of ours is not an outage; it comes out, and the cache goes on working afterwards."""
    calls = itertools.count()

    def read() -> str:
        if next(calls) == 0:
            raise RuntimeError("a fault")
        return "one"

    secret = CachedDocument(SECRET, "canary", read=read, parse=str.upper, clock=FakeClock())

    with pytest.raises(RuntimeError, match="a fault"):
        secret.value()
    assert secret.value() == "ONE"


def test_a_key_set_that_is_stale_is_told_of_without_a_name_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    """Secrets are few, and each is counted for itself; issuers are as many as platforms like."""
    reader, clock = Reader(), FakeClock()
    for kind in (SECRET, KEY_SET):
        document = CachedDocument(kind, "canary", read=reader.read, parse=upper, clock=clock)
        reader.answer = "one"
        document.value()
        reader.fail()
        clock.advance(PAST_SOFT)
        capsys.readouterr()
        document.value()
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

        assert lines[0]["message"] == f"{kind.noun.replace('_', ' ')} unreadable"
        assert lines[0][kind.noun] == "canary"
        [stale, _] = lines[1:]
        assert stale[f"{kind.metric}Stale"] == [1.0]
        assert (stale.get(kind.noun) == "canary") is (kind is SECRET)


def test_each_kind_has_an_end_and_a_refusal_of_its_own() -> None:
    """A key set may be a day old, for it is public."""
    for kind, unavailable in ((SECRET, SecretsUnavailableError), (KEY_SET, IssuerUnavailableError)):
        reader, clock = Reader(), FakeClock()
        document = CachedDocument(kind, "canary", read=reader.read, parse=upper, clock=clock)
        document.value()
        reader.fail()
        clock.advance(kind.hard_ttl - 1)
        assert document.value() == "ONE"
        clock.advance(1)
        with pytest.raises(unavailable, match=f"{kind.noun}_too_old"):
            document.value()
