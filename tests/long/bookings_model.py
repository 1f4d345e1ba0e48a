"""Random histories of bookings, and what has to come of each, whatever the order in which they are told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from tests.support.booking_house import TOMORROW, booked, cancelled, invitee, key_of, moved
from tests.support.clock import NOW
from vocespace.booking_events import BookedPerson, BookingEvent, LeftBooking

HOUR = 3600
EARLIEST, LATEST = TOMORROW // HOUR, TOMORROW // HOUR + 24 * 30


@dataclass
class History:
    """What happened to a booking, or to several that people move between.

    Attributes:
        events: What is told of it.
        expected: When everybody's one link that works starts, by their names; None: they have none that does.
    """

    events: list[BookingEvent] = field(default_factory=list)
    expected: dict[str, int | None] = field(default_factory=dict)


class Histories:
    """Makes histories.

    Args:
        chance: What they depend on.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._numbers = count(1)

    def make(self) -> History:
        """One more."""
        return self._chance.choice([self.renamed, self.listed, self.group, self.seats])()

    def renamed(self) -> History:
        """A booking that gets a new name each time it moves, as Cal.com's do."""
        history, time = History(), self._times()
        people = self._people(self._chance.randint(1, 3))
        organizer, *guests = people
        name = self._name("B")
        common = {"organizer": organizer, "attendees": tuple(guests)}
        starts_at, is_off = self._start(), False
        history.events.append(
            booked(**common, booking=name, starts_at=starts_at, occurred_at=next(time), id=self._name("E"))
        )
        for _ in range(self._chance.randint(0, 4)):
            at, event_id = next(time), self._name("E")
            match self._chance.choice(["renamed", "renamed", "moved", "cancelled", "asked_to_move"]):
                case "cancelled":
                    is_off = True
                    history.events.append(cancelled(**common, booking=name, occurred_at=at, id=event_id))
                    break
                case "moved":
                    starts_at = self._start()
                    history.events.append(
                        moved(
                            **common,
                            booking=name,
                            former_booking=None,
                            starts_at=starts_at,
                            occurred_at=at,
                            id=event_id,
                        )
                    )
                case what:
                    former, name, starts_at = name, self._name("B"), self._start()
                    if what == "asked_to_move" or self._chance.random() < 0.3:
                        # The former name is cancelled, before or after the booking moves.
                        off = cancelled(
                            **common, booking=former, occurred_at=at + self._chance.choice([-1, 1]), id=self._name("E")
                        )
                        history.events.append(off)
                    history.events.append(
                        moved(
                            **common,
                            booking=name,
                            former_booking=former,
                            starts_at=starts_at,
                            occurred_at=at,
                            id=event_id,
                        )
                    )
        history.expected = {each.name: None if is_off else starts_at for each in people}
        return history

    def listed(self) -> History:
        """A booking whose people come and go, and that may leave out what is as before, as the standard schema does."""
        history, time, name = History(), self._times(), self._name("S")
        everybody = self._people(5)
        history.expected = dict.fromkeys([each.name for each in everybody], None)
        organizer, invited, starts_at, is_off = everybody[0], self._some(everybody[1:]), self._start(), False
        history.events.append(
            booked(
                organizer=organizer,
                attendees=invited,
                booking=name,
                starts_at=starts_at,
                occurred_at=next(time),
                id=self._name("E"),
            )
        )
        guests = everybody[1:]
        for _ in range(self._chance.randint(0, 4)):
            told: dict[str, object] = {
                "organizer": self._chance.choice([None, organizer]),
                "attendees": (),
                "is_whole": True,
            }
            told |= {"occurred_at": next(time), "id": self._name("E")}
            if self._chance.random() < 0.2:
                is_off = True
                told["attendees"] = self._chance.choice([(), invited])
                history.events.append(cancelled(**told, booking=name))
                continue
            is_off, starts_at = False, self._chance.choice([starts_at, self._start()])
            former, name = name, self._chance.choice([name, self._name("S")])
            if self._chance.random() < 0.2:
                told["organizer"] = organizer = self._chance.choice(
                    [each for each in guests if each not in invited] or [organizer]
                )
                guests = [each for each in guests if each != organizer]
            if self._chance.random() < 0.5:
                told["attendees"] = invited = self._some(guests)
            else:
                told["is_whole"] = False
            former_booking = None if former == name else former
            history.events.append(moved(**told, booking=name, former_booking=former_booking, starts_at=starts_at))
        history.expected |= {each.name: None if is_off else starts_at for each in (organizer, *invited)}
        return history

    def group(self) -> History:
        """Events to which people come one by one, and between which they move, as Calendly tells it."""
        history, time = History(), self._times()
        events = {self._name("G"): self._start() for _ in range(self._chance.randint(1, 4))}
        (organizer,) = self._people(1)
        for person in self._people(self._chance.randint(1, 3)):
            self._invitee(history, time, events, organizer, person.name)
        return history

    def seats(self) -> History:
        """Events with seats, that people book, give up and move one by one, and hosts for all, as Cal.com tells it."""
        history, time = History(), self._times()
        events = {self._name("C"): self._start() for _ in range(self._chance.randint(1, 3))}
        organizer, *people = self._people(4)
        where = dict[str, str | None]()
        for _ in range(self._chance.randint(1, 8)):
            person, booking = self._chance.choice(people), self._chance.choice(sorted(events))
            seat: dict[str, object] = {
                "organizer": organizer,
                "attendees": (person,),
                "is_whole": False,
                "booking": booking,
            }
            seat |= {"former_booking": None, "occurred_at": next(time), "id": self._name("E")}
            before = where.get(person.name)
            if self._chance.random() < 0.2:
                events[booking] = self._start()
                history.events.append(moved(**seat | {"attendees": ()}, starts_at=events[booking]))
            elif before is None:
                where[person.name] = booking
                history.events.append(booked(**seat, starts_at=events[booking]))
            elif before == booking:
                where[person.name] = None
                history.events.append(cancelled(**seat, starts_at=events[booking]))
            else:
                where[person.name] = booking
                left = LeftBooking(booking=before, starts_at=events[before], ends_at=events[before] + 1800)
                history.events.append(moved(**seat, left=left, starts_at=events[booking]))
        history.expected = {name: None if booking is None else events[booking] for name, booking in where.items()}
        return history

    def _invitee(
        self, history: History, time: Iterator[int], events: dict[str, int], organizer: BookedPerson, name: str
    ) -> None:
        where, who = self._chance.choice(sorted(events)), self._name("I")
        common = {"organizer": organizer, "name": name}
        history.events.append(
            invitee(who, where, **common, starts_at=events[where], occurred_at=next(time), id=self._name("E"))
        )
        history.expected[name] = events[where]
        for _ in range(self._chance.randint(0, 3)):
            at, former, there = next(time), who, where
            is_over, arrives = self._chance.random() < 0.3, self._chance.random() < 0.9
            off = invitee(
                former,
                there,
                **common,
                happened="cancelled",
                awaits_successor=not is_over,
                starts_at=events[there],
                occurred_at=at + self._chance.choice([-1, 0, 1]),
                id=self._name("E"),
            )
            history.events.append(off)
            if is_over or not arrives:
                history.expected[name] = None
                return
            where, who = self._chance.choice(sorted(events)), self._name("I")
            history.events.append(
                invitee(
                    who,
                    where,
                    **common,
                    former_key=key_of(former, there),
                    happened="moved",
                    starts_at=events[where],
                    occurred_at=at,
                    id=self._name("E"),
                )
            )
            history.expected[name] = events[where]

    def _people(self, number: int) -> list[BookedPerson]:
        names = [self._name("Person ") for _ in range(number)]
        emails = [f"{name.replace(' ', '').lower()}@example.com" for name in names]
        return [BookedPerson(key=email, name=name, email=email) for name, email in zip(names, emails, strict=True)]

    def _some(self, people: list[BookedPerson]) -> tuple[BookedPerson, ...]:
        return tuple(self._chance.sample(people, self._chance.randint(0, len(people))))

    def _start(self) -> int:
        return self._chance.randrange(EARLIEST, LATEST) * HOUR

    def _name(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"

    def _times(self) -> Iterator[int]:
        return count(NOW * 1000 + self._chance.randrange(1000), 10)
