"""Rooms in a table whose transactions are real: as many callers at once as there are rooms, and each gets its own."""

from __future__ import annotations

import logging
import os
import random
import time
from collections import Counter
from functools import partial

import pytest

from tests.support.clock import NOW, FakeClock
from tests.support.house import SESSION, SPACE, House
from tests.support.tables import at_once, real_table
from vocespace.errors import NoAgentAvailableError, NoEmptyRoomError, StoreUnavailableError
from vocespace.leases import NO_SHOW_GRACE
from vocespace.space_records import Strategy
from vocespace.table import Table

CALLERS = 64
ROUNDS = int(os.environ.get("ROUNDS", "20"))
POOL = [f"room-{number:02d}" for number in range(CALLERS)]

PATIENCE = 60
"""Seconds for an answer: as many callers as here are not served in time by a few processors with other work."""

TRIES = 5
"""How often somebody asks: a busy DynamoDB Local gives up waiting for a lock, which DynamoDB does not have."""

LOGGED_ROUNDS = 50

logger = logging.getLogger(__name__)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vocespace.aws.READ_TIMEOUT", PATIENCE)


def instance(table: Table, clock: FakeClock) -> House:
    """An instance of its own, as each caller may have one."""
    return House(table, clock, shuffle=random.shuffle)


def _ask(table: Table, clock: FakeClock, turn: int, number: int) -> str:
    for _ in range(TRIES):
        try:
            return instance(table, clock).ask(f"{turn}-{number}")
        except StoreUnavailableError as error:
            logger.info("asks again: %s", error.reason)
    raise AssertionError("nobody can tell")


def test_of_64_at_once_each_gets_a_room_of_their_own(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Round after round, none twice and none in vain; the 65th gets none."""
    clock = FakeClock()
    with real_table(dynamodb_local, monkeypatch) as table:
        instance(table, clock).set_up(Strategy.POOL, POOL)
        began = time.monotonic()
        for turn in range(ROUNDS):
            ask = partial(_ask, table, clock, turn)
            found = at_once(CALLERS, ask)
            assert sorted(found) == POOL
            with pytest.raises(NoEmptyRoomError):
                ask(CALLERS)
            assert ask(0) == found[0]
            clock.advance(NO_SHOW_GRACE + 1)
            if (turn + 1) % LOGGED_ROUNDS == 0 or turn + 1 == ROUNDS:
                logger.info("%d rounds, %.2f s each", turn + 1, (time.monotonic() - began) / (turn + 1))


@pytest.mark.parametrize("strategy", [Strategy.CREATE, Strategy.POOL])
def test_of_64_at_once_all_of_one_meeting_share_a_room(
    dynamodb_local: str, monkeypatch: pytest.MonkeyPatch, strategy: Strategy
) -> None:
    """And one person who asks 64 times has one."""
    clock = FakeClock()
    with real_table(dynamodb_local, monkeypatch) as table:
        instance(table, clock).set_up(strategy, POOL)
        together = at_once(CALLERS, lambda number: instance(table, clock).ask(f"p{number}", meeting="m"))
        alone = at_once(CALLERS, lambda _: instance(table, clock).ask("ada"))
        held = [room for _, room in instance(table, clock).occupancy.rooms_of(SPACE) if room.lease_id is not None]

    assert len(set(together)) == len(set(alone)) == 1
    assert set(together) != set(alone)
    assert len(held) == 2


def test_of_64_first_people_one_makes_the_space(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And all of them come in."""
    clock = FakeClock()
    with real_table(dynamodb_local, monkeypatch) as table:
        made = at_once(CALLERS, lambda number: instance(table, clock).settle(f"p{number}", None).made_space)

    assert Counter(made) == {True: 1, False: CALLERS - 1}


def test_of_64_customers_at_once_none_shares_an_agent(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as there are agents are served, if not at once then when they ask again, and the others wait."""
    clock, agents = FakeClock(), CALLERS // 4
    with real_table(dynamodb_local, monkeypatch) as table:
        desks = at_once(agents, lambda number: instance(table, clock).agent(f"agent-{number}"))

        def served(number: int) -> str | None:
            try:
                return instance(table, clock).customer(f"customer-{number}")
            except NoAgentAvailableError:
                return None

        found = {
            number: desk for _ in range(8) for number, desk in enumerate(at_once(CALLERS, served)) if desk is not None
        }
        assert served(next(iter(found))) == found[next(iter(found))]
        with pytest.raises(NoAgentAvailableError) as refused:
            instance(table, clock).customer("one-too-many")

    assert sorted(found.values()) == sorted(desks)
    assert refused.value.waiting == CALLERS - agents + 1


def test_whoever_comes_and_goes_at_once_is_counted_once(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each told twice, by many hands; an event that loses every race is told again, as the queue would."""
    clock, people = FakeClock(), CALLERS // 4

    def told(house: House, what: str, person: str) -> None:
        for _ in range(CALLERS):
            try:
                getattr(house, what)(person)
            except StoreUnavailableError:
                continue
            else:
                return
        raise AssertionError("it is never told")

    with real_table(dynamodb_local, monkeypatch) as table:
        house = instance(table, clock)
        for number in range(people):
            house.settle(f"p{number}", "kitchen")
        at_once(2 * people, lambda number: told(instance(table, clock), "came", f"p{number // 2}"))
        assert house.inside() == {"kitchen": {f"p{number}" for number in range(people)}}
        at_once(2 * people, lambda number: told(instance(table, clock), "went", f"p{number // 2}"))
        assert house.inside() == {}


def test_dynamodb_understands_everything_that_is_said(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day in support, and one of a room that is used again: moto takes some expressions that DynamoDB does not."""
    clock = FakeClock()
    with real_table(dynamodb_local, monkeypatch) as table:
        house = instance(table, clock)
        with pytest.raises(NoAgentAvailableError):
            house.customer("c1")
        clock.advance(30)
        desk = house.agent("ann")
        assert [house.customer("c1"), house.customer("c1")] == [desk, desk]
        for what, person, sid in [
            ("came", "ann", "a1"),
            ("came", "ann", "a2"),
            ("went", "ann", "a1"),
            ("came", "c1", "c1"),
            ("went", "c1", "c1"),
            ("went", "c1", "c1"),
            ("went", "eve", "late"),
        ]:
            getattr(house, what)(person, sid)
        assert house.waiting() == [(NOW + 30 + 61, desk)]
        house.occupancy.ended(SPACE, SESSION, NOW * 1000)
        house.went("ann", "a2")
        assert (house.inside(), house.waiting()) == ({}, [])

        gone = house.agent("ben")
        clock.advance(NO_SHOW_GRACE + 1)
        with pytest.raises(NoAgentAvailableError):
            house.customer("c2")
        assert (house.waiting(), house.room(gone).waiting_since) == ([], None)

        house.set_up(Strategy.POOL, ["only"])
        house = instance(table, clock)
        for person in ("ada", "bob"):
            assert house.ask(person) == "only"
            house.came(person)
            assert house.ask(person) == "only"
            house.occupancy.went(house.presence(person, person), if_unchanged_since=int(clock.time() * 1000) + 1)
            clock.advance(2 * NO_SHOW_GRACE)
        assert house.inside() == {}
