"""Bookings in random order, twice, and by two workers at once: everybody ends with one link that works, or none."""

from __future__ import annotations

import logging
import os
import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import current_thread
from typing import Any

import pytest

from tests.long.bookings_model import Histories, History
from tests.long.turns import SteppedRun
from tests.support.booking_house import BookingHouse
from tests.support.clock import FakeClock
from tests.support.paper_table import PaperTable
from vocespace import observability
from vocespace.booking_events import BookingEvent
from vocespace.booking_writes import BookingWrites
from vocespace.errors import StoreUnavailableError
from vocespace.invitations import of_meeting
from vocespace.meetings import Standing
from vocespace.people_changes import Comer

BOOKINGS = int(os.environ.get("BOOKINGS", "1000"))
DUPLICATED = 0.3
AT_ONCE = 2
ABANDONED = 601

logger = logging.getLogger(__name__)


class Office:
    """Workers that follow what is told, in an order that chance decides, call by call."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.table = PaperTable()
        self.house = BookingHouse(self.table, FakeClock())
        self.house.put_route()
        self.workers = [self.house.worker(self.table) for _ in range(AT_ONCE)]
        self.seen: Counter[str] = Counter()
        self.table.before_call = self._stop

    def follow(self, events: list[BookingEvent]) -> None:
        """Follows everything, and again what could not be done."""
        waiting = list(events)
        while waiting:
            batch = [waiting.pop() for _ in range(min(AT_ONCE, len(waiting)))]
            runs = [
                (event, SteppedRun(partial(worker.follow, event)))
                for event, worker in zip(batch, self.workers, strict=False)
            ]
            while living := [each for each in runs if not each[1].is_over]:
                event, run = self.chance.choice(living)
                try:
                    run.go_on(1)
                except StoreUnavailableError:
                    self.seen["again"] += 1
                    waiting.insert(self.chance.randint(0, len(waiting)), event)
            self.seen["followed"] += len(batch)

    def abandon(self) -> None:
        """Whoever has not arrived by now will not."""
        self.house.clock.advance(ABANDONED)
        for meeting in self.house.meetings_there_are():
            self.house.bookings.abandon(meeting.id)

    @staticmethod
    def _stop(_: str) -> None:
        thread = current_thread()
        if isinstance(thread, SteppedRun):
            thread.stop()


def _shuffled(histories: list[History], chance: random.Random) -> list[BookingEvent]:
    events = [event for history in histories for event in history.events]
    events += [event for event in events if chance.random() < DUPLICATED]
    chance.shuffle(events)
    return events


def _check(house: BookingHouse, histories: list[History]) -> Counter[str]:
    working, seen = house.working(), Counter[str]()
    for history in histories:
        for name, starts_at in history.expected.items():
            told = [event for event in history.events if any(each.name == name for each in event.attendees)]
            found = working.pop(name, [])
            assert found == ([] if starts_at is None else [starts_at]), (name, starts_at, found, told)
            seen["none" if starts_at is None else "one"] += 1
    return seen


@pytest.fixture(autouse=True)
def _nobody_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("booking_dropped", "invitation_refused"):
        monkeypatch.setattr(observability, name, lambda *_: None)


def test_everybody_ends_with_one_link_or_none() -> None:
    """A thousand bookings, all of them at once."""
    chance = random.Random(1)  # noqa: S311 - a test has to be the same each time
    maker = Histories(chance)
    histories = [maker.make() for _ in range(BOOKINGS)]
    office = Office(chance)

    office.follow(_shuffled(histories, chance))
    office.abandon()

    seen = _check(office.house, histories)
    leaving = [
        each for meeting in office.house.meetings_there_are() for each in office.house.meetings.people(meeting.id)
    ]
    assert Standing.LEAVING not in {each.standing for each in leaving}
    logger.info("%s %s", dict(seen), dict(office.seen))
    assert min(seen["one"], seen["none"]) > BOOKINGS / 4


def test_each_history_by_itself() -> None:
    """The same where workers meet at the same booking all the time."""
    chance = random.Random(7)  # noqa: S311 - a test has to be the same each time
    maker = Histories(chance)
    for _ in range(BOOKINGS):
        history = maker.make()
        office = Office(chance)
        office.follow(_shuffled([history], chance))
        office.abandon()
        _check(office.house, [history])


def _breaks(seed: int) -> bool:
    """Whether any of many short histories breaks the promise."""
    chance = random.Random(seed)  # noqa: S311 - a test has to be the same each time
    maker = Histories(chance)
    for _ in range(200):
        history, office = maker.make(), Office(chance)
        try:
            office.follow(_shuffled([history], chance))
            office.abandon()
            _check(office.house, [history])
        except AssertionError:
            return True
    return False


def test_it_would_show_workers_who_do_not_see_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who writes over what somebody else has written meanwhile."""
    assert not _breaks(3)

    lock = BookingWrites._lock  # noqa: SLF001 - what keeps them apart

    def unlocked(*given: Any, **more: Any) -> Any:  # noqa: ANN401 - passed on
        told: dict[str, Any] = dict(lock(*given, **more))
        ((kind, write),) = told.items()
        return {kind: {name: value for name, value in write.items() if name != "ConditionExpression"}}

    monkeypatch.setattr(BookingWrites, "_lock", unlocked)
    assert _breaks(3)


def test_it_would_show_a_second_link_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two bookings turn out to be one."""
    monkeypatch.setattr(
        "vocespace.link_store.of_meeting",
        lambda link, meeting, person: of_meeting(link, meeting, person.model_copy(update={"link": link.id})),
    )
    assert _breaks(3)


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("bookings.is_newer", lambda *_: True),
        ("word_on_people.is_latest", lambda *_: False),
        ("people_changes.is_personal", lambda _: False),
        ("booking_chains._merging", lambda person, origin, _: Comer(person, origin, is_invited=False)),
    ],
    ids=["last told", "late lists", "second cancellations", "left out"],
)
def test_it_would_show_what_holds_that_should_not(
    monkeypatch: pytest.MonkeyPatch, place: str, fault: Callable[..., object]
) -> None:
    """Whatever decides between two words."""
    monkeypatch.setattr(f"vocespace.{place}", fault)
    assert any(_breaks(seed) for seed in range(10))
