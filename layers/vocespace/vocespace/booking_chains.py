"""Which meeting a source means, whatever it calls the booking by now, and in whichever order it tells of that.

Some sources give a booking a new name when it moves; others give each invitation one, and move people one by one. Both
leave the former name behind: what is told under it later is out of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from vocespace.booking_events import BookedPerson, BookingEvent
from vocespace.invitees import person_key
from vocespace.meeting_changes import is_newer
from vocespace.meeting_store import MeetingStore
from vocespace.meetings import (
    Attendee,
    AttendeeAlias,
    BookingAlias,
    Meeting,
    Standing,
    attendee_alias_key,
    booking_alias_key,
)
from vocespace.occupancy import READ_AT_ONCE
from vocespace.people_changes import Comer
from vocespace.table import ConditionFailedError, Table, record_of


@dataclass(frozen=True, slots=True)
class Chain:
    """Where an event belongs.

    Attributes:
        meeting: To which meeting; None: to none that is known.
        people: Everybody of it, by their keys.
        origin: From which other meeting people come over; None: from none.
        stays: Everybody of that one who stays there.
        comers: Who comes over, by their keys in the meeting.
        is_merged: Whether the other meeting turns out to be this one.
        is_out_of_date: Whether the source calls it something else by now.
        is_successor: Whether it is the first that is told under a new name: what was told under the former one is past.
        names: What bookings are called, and whether no more; None: the name is free again.
        invitees: To whom the names of invitations lead, and whether no more.
        known_names, known_invitees: What the names that were looked for led to; None: to nothing.
    """

    meeting: Meeting | None
    people: dict[str, Attendee] = field(default_factory=dict)
    origin: Meeting | None = None
    stays: tuple[Attendee, ...] = ()
    comers: dict[str, Comer] = field(default_factory=dict)
    is_merged: bool = False
    is_out_of_date: bool = False
    is_successor: bool = False
    names: Mapping[str, bool | None] = field(default_factory=dict)
    invitees: dict[str, tuple[str, bool]] = field(default_factory=dict)
    known_names: Mapping[str, BookingAlias | None] = field(default_factory=dict)
    known_invitees: Mapping[str, AttendeeAlias | None] = field(default_factory=dict)


class BookingChains:
    """Finds where events belong.

    Args:
        table: The table.
        meetings: Meetings and their people.
    """

    def __init__(self, table: Table, meetings: MeetingStore) -> None:
        self._table = table
        self._meetings = meetings

    def find(self, event: BookingEvent) -> Chain:
        """Where an event belongs.

        Raises:
            ConditionFailedError: somebody else is changing just that; look again.
            StoreUnavailableError: nobody can tell.
        """
        movers = (each for each in event.attendees if each.former_key not in {None, each.key})
        mover = next(movers, None)
        return self._of_booking(event) if mover is None else self._of_invitee(event, mover)

    def _of_booking(self, event: BookingEvent) -> Chain:
        former = event.former_booking if event.former_booking != event.booking else None
        known = self._booking_aliases(event, event.booking, *([] if former is None else [former]))
        now, before = known[event.booking], known.get(former or "")
        meeting, origin = self._meant(event, now), self._led_to(before)
        chain = Chain(
            meeting,
            is_out_of_date=now is not None and now.is_former,
            names={event.booking: now is not None and now.is_former} | ({} if former is None else {former: True}),
            known_names=known,
        )
        if meeting is None and origin is not None and before is not None:
            chain = _renamed(chain, event, origin, is_next=not before.is_former)
        if chain.meeting is not None:
            # Before the names of its people: whoever changes those writes the meeting too.
            chain = replace(chain, people=self._people(chain.meeting))
        if meeting is not None and origin is not None and origin.id != meeting.id:
            comers = {key: _merging(each, origin, chain) for key, each in self._people(origin).items()}
            chain = replace(chain, origin=origin, comers=comers, is_merged=True)
        return self._dated(event, chain)

    def _dated(self, event: BookingEvent, chain: Chain) -> Chain:
        owned = [] if event.is_whole else [each.key for each in event.attendees if _has_key_of_their_own(each)]
        known = self._invitee_aliases(event, owned)
        if any(each is not None and each.is_former for each in known.values()):
            # Whoever it is about has moved on, and for nobody else it is news.
            return Chain(None, is_out_of_date=True)
        return replace(chain, invitees={key: (person_key(key), False) for key in owned}, known_invitees=known)

    def _of_invitee(self, event: BookingEvent, mover: BookedPerson) -> Chain:
        former_key, key = mover.former_key or mover.key, person_key(mover.key)
        names = self._booking_aliases(event, event.booking)
        meeting = self._meant(event, names[event.booking])
        people = {} if meeting is None else self._people(meeting)
        known = self._invitee_aliases(event, [mover.key, former_key])
        origin, there, comer = self._left(known[former_key])
        now = known[mover.key]
        if now is not None and now.is_former:
            return self._late(former_key, now, known, origin, there, comer)
        chain = Chain(
            meeting,
            people,
            names={event.booking: False},
            invitees={mover.key: (key, False), former_key: (key, True)},
            known_names=names,
            known_invitees=known,
        )
        if origin is None or comer is None:
            return chain
        comers = {key: Comer(comer, origin, is_invited=True)}
        others = {each: person for each, person in there.items() if each != comer.key}
        named = {person_key(each.key) for each in event.attendees}
        if meeting is None and origin.booking == event.booking:
            # It was begun between the two looks.
            raise ConditionFailedError
        if meeting is None and all(each.is_organizer or each.key in named for each in others.values()):
            # Nobody else is left there: it is the meeting that moves.
            names_of = {**chain.names, origin.booking: None}
            return replace(chain, meeting=origin, people=others, comers=comers, is_successor=True, names=names_of)
        if meeting is not None and meeting.id == origin.id:
            return replace(chain, people=others, comers=comers)
        along = {each for each, person in others.items() if each in named and not person.is_organizer}
        comers |= {each: Comer(others[each], origin, is_invited=True) for each in along}
        stays = tuple(person for each, person in others.items() if each not in along)
        return replace(chain, origin=origin, stays=stays, comers=comers)

    def _late(
        self,
        former_key: str,
        now: AttendeeAlias,
        known: Mapping[str, AttendeeAlias | None],
        origin: Meeting | None,
        there: dict[str, Attendee],
        comer: Attendee | None,
    ) -> Chain:
        """Whoever is told to have moved has moved on already."""
        meeting = self._led_to(now)
        if meeting is None:
            return Chain(None, is_out_of_date=True)
        people = self._people(meeting)
        chain = Chain(
            meeting,
            people,
            is_out_of_date=True,
            invitees={former_key: (now.attendee, True)},
            known_invitees=known,
        )
        if origin is None or comer is None:
            return chain
        if now.attendee not in people:
            # They were seen there last, and have a link elsewhere: this one is not to open anything any more.
            comer = comer.model_copy(update={"standing": Standing.CANCELLED})
        chain = replace(chain, comers={now.attendee: Comer(comer, origin, is_invited=False)})
        if origin.id == meeting.id:
            return replace(chain, people={key: each for key, each in people.items() if key != comer.key})
        return replace(chain, origin=origin, stays=tuple(each for key, each in there.items() if key != comer.key))

    def _left(self, alias: AttendeeAlias | None) -> tuple[Meeting | None, dict[str, Attendee], Attendee | None]:
        if alias is None or alias.is_former or (origin := self._led_to(alias)) is None:
            return None, {}, None
        people = self._people(origin)
        return origin, people, people.get(alias.attendee)

    def _meant(self, event: BookingEvent, alias: BookingAlias | None) -> Meeting | None:
        meeting = self._led_to(alias)
        if alias is not None and not alias.is_former and meeting is not None and meeting.booking != event.booking:
            raise ConditionFailedError
        return meeting

    def _led_to(self, alias: BookingAlias | AttendeeAlias | None) -> Meeting | None:
        name = None if alias is None else alias.meeting
        while name is not None:
            meeting = self._meetings.meeting(name)
            if meeting is None or meeting.merged_into is None:
                return meeting
            name = meeting.merged_into
        return None

    def _people(self, meeting: Meeting) -> dict[str, Attendee]:
        return {each.key: each for each in self._meetings.people(meeting.id)}

    def _booking_aliases(self, event: BookingEvent, *bookings: str) -> dict[str, BookingAlias | None]:
        items = self._table.read([booking_alias_key(event.source, each) for each in bookings])
        aliases = (None if item is None else record_of(BookingAlias, item) for item in items)
        return dict(zip(bookings, aliases, strict=True))

    def _invitee_aliases(self, event: BookingEvent, keys: Iterable[str]) -> dict[str, AttendeeAlias | None]:
        wanted, found = list(dict.fromkeys(keys)), dict[str, AttendeeAlias | None]()
        for first in range(0, len(wanted), READ_AT_ONCE):
            page = wanted[first : first + READ_AT_ONCE]
            items = self._table.read([attendee_alias_key(event.source, each) for each in page])
            aliases = (None if item is None else record_of(AttendeeAlias, item) for item in items)
            found |= zip(page, aliases, strict=True)
        return found


def _merging(person: Attendee, origin: Meeting, chain: Chain) -> Comer:
    """Somebody of a booking that turns out to be a former one: what was told under the later name holds."""
    told = None if chain.meeting is None else chain.meeting.hosted if person.is_organizer else chain.meeting.listed
    return Comer(person, origin, is_invited=False, is_left_out=told is not None and person.key not in chain.people)


def _renamed(chain: Chain, event: BookingEvent, meeting: Meeting, *, is_next: bool) -> Chain:
    """A booking that is known by a former name only."""
    if is_next or is_newer(event, meeting.word):
        return replace(chain, meeting=meeting, is_successor=is_next, names={**chain.names, meeting.booking: True})
    # It has got yet another name since.
    return replace(chain, meeting=meeting, is_out_of_date=True, names={**chain.names, event.booking: True})


def _has_key_of_their_own(person: BookedPerson) -> bool:
    """Whether a key names one invitation, and not whoever it is for."""
    return person.key not in {(person.email or "").lower(), person.name.lower()}
