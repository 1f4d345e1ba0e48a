"""Join links and bookings in a table whose transactions are real: everybody counted once, everybody one link."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress

import pytest

from tests.long.bookings_model import Histories
from tests.support.booking_house import BookingHouse
from tests.support.clock import FakeClock
from tests.support.house import MeddledTable
from tests.support.lobby import Lobby
from tests.support.tables import at_once, real_table
from tests.support.world import ENVIRONMENT
from tests.unit.forge import tokens_of
from vocespace.booking_events import BookingEvent
from vocespace.bookings import Bookings
from vocespace.errors import StoreUnavailableError
from vocespace.invitations import LinkState
from vocespace.joining import LinkNotOpenError

VISITORS = 64
MAX_USES = 16
WORKERS = 8
BOOKINGS = 50
ABANDONED = 601
PATIENCE = 60
TRIES = 20
"""As often as the browser, or the queue, tries again what a busy DynamoDB Local gave up."""


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vocespace.aws.READ_TIMEOUT", PATIENCE)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", ENVIRONMENT["POWERTOOLS_METRICS_NAMESPACE"])


def test_of_64_visitors_at_once_as_many_come_in_as_may(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each as somebody of their own; they come back as who they are, and nobody else gets in."""
    clock = FakeClock()
    with real_table(dynamodb_local, monkeypatch) as table:
        door = MeddledTable(table._name)  # noqa: SLF001
        lobby = Lobby(door, clock, tokens_of(clock=clock))
        link, code = lobby.link(maxUses=MAX_USES, room="stage")

        def enter(number: int) -> LinkState:
            for _ in range(TRIES):
                try:
                    Lobby(door, clock, tokens_of(clock=clock)).enter(code, f"{number:022d}")
                except LinkNotOpenError as refused:
                    return refused.looked.state
                except StoreUnavailableError:
                    continue
                return LinkState.OPEN
            raise AssertionError("nobody can tell")

        came = at_once(VISITORS, enter)
        again = at_once(VISITORS, enter)

        assert Counter(came) == {LinkState.OPEN: MAX_USES, LinkState.USED_UP: VISITORS - MAX_USES}
        assert again == came
        assert lobby.uses(link) == MAX_USES


def test_whatever_is_told_at_once_and_twice_everybody_has_one_link_or_none(
    dynamodb_local: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bookings, moves and cancellations in random order, each told twice, by many workers at once."""
    clock, chance = FakeClock(), random.Random(5)  # noqa: S311 - a test has to be the same each time
    maker = Histories(chance)
    histories = [maker.make() for _ in range(BOOKINGS)]
    events = [event for history in histories for event in history.events] * 2
    chance.shuffle(events)

    with real_table(dynamodb_local, monkeypatch) as table:
        house = BookingHouse(table, clock)
        house.put_route()

        def work(number: int) -> None:
            worker = house.worker(table)
            for event in events[number::WORKERS]:
                _follow(worker, event)

        at_once(WORKERS, work)
        clock.advance(ABANDONED)
        for meeting in house.meetings_there_are():
            house.bookings.abandon(meeting.id)

        working = house.working()

    expected = {name: start for history in histories for name, start in history.expected.items()}
    assert {name: working.get(name, []) for name in expected} == {
        name: [] if start is None else [start] for name, start in expected.items()
    }


def _follow(worker: Bookings, event: BookingEvent) -> None:
    for _ in range(TRIES):
        with suppress(StoreUnavailableError):
            worker.follow(event)
            return
    raise AssertionError("it is never followed")
