"""Writes what becomes of a meeting, of its people and of what the source calls them.

All of it goes together, as far as DynamoDB takes so much at once. Beyond that people follow by the score; whatever
breaks off in between is gone on with when the same event comes again, and a source that calls the meeting something new
is believed last of all, so that nobody stays behind where nobody would look for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocespace.booking_chains import Chain
from vocespace.clock import Clock
from vocespace.due_times import DueTimes
from vocespace.join_links import Invited, JoinLink
from vocespace.link_store import KEPT_SECONDS, LinkStore
from vocespace.meeting_messages import MeetingDue
from vocespace.meetings import (
    Attendee,
    AttendeeAlias,
    BookingAlias,
    Meeting,
    attendee_alias_key,
    attendee_key,
    booking_alias_key,
    meeting_key,
)
from vocespace.table import Table
from vocespace.writes import NEW, Change, Condition

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

MAX_TOGETHER = 100
"""How many items DynamoDB writes in one transaction."""

_LOCKS = 2


@dataclass(frozen=True, slots=True)
class BookingChange:
    """What an event changes.

    Attributes:
        source: Whose.
        chain: Where it belongs, as that was read.
        meeting: The meeting as it is now.
        people: Everybody of it, as they are now.
        origin: The meeting from which people came over, as it is now.
        dues: What is due beside what the meetings' times say.
    """

    source: str
    chain: Chain
    meeting: Meeting
    people: dict[str, Attendee]
    origin: Meeting | None
    dues: tuple[MeetingDue, ...]

    @property
    def is_new_version(self) -> bool:
        """Whether everybody has to be told."""
        return self.chain.meeting is None or self.meeting.version != self.chain.meeting.version

    def changed_people(self) -> list[Attendee]:
        """Those who are not as they were, or not where."""
        were, comers = self.chain.people, self.chain.comers
        return [each for key, each in self.people.items() if key in comers or were.get(key) != each]


class BookingWrites:
    """Writes changes.

    Args:
        table: The table.
        links: Join links.
        due_times: What is due.
        clock: The time.
    """

    def __init__(self, table: Table, links: LinkStore, due_times: DueTimes, clock: Clock) -> None:
        self._table = table
        self._links = links
        self._due_times = due_times
        self._clock = clock

    def write(self, change: BookingChange) -> None:
        """Writes a change; one that changes nothing is none.

        Raises:
            ConditionFailedError: somebody else wrote meanwhile; nothing more was written, look again.
            StoreUnavailableError, SecretsUnavailableError: not all of it was written.
        """
        names = self._names(change)
        people = [self._person(change, each) for each in change.changed_people()]
        groups = [self._head(change), *([*people, names] if change.chain.is_merged else [names, *people])]
        if change.meeting == change.chain.meeting and change.origin is None and not any(groups):
            return
        packed = list(_packed(groups))
        for number, writes in enumerate(packed):
            is_last = number == len(packed) - 1
            self._table.write_together(*self._locks(change, number, is_last=is_last), *writes)

    def _head(self, change: BookingChange) -> list[TransactWriteItemTypeDef]:
        writes = [self._due_times.entry(due) for due in change.dues]
        if change.is_new_version:
            writes += self._due_times.entries(change.chain.meeting, change.meeting)
        before, now_is = change.chain.origin, change.origin
        if before is not None and now_is is not None and before.version != now_is.version:
            writes += self._due_times.entries(before, now_is)
        return writes

    def _locks(self, change: BookingChange, number: int, *, is_last: bool) -> Iterator[TransactWriteItemTypeDef]:
        before, now_is = change.chain.meeting, change.meeting
        yield self._lock(before, now_is, number, is_put=number == 0)
        if change.origin is not None:
            yield self._lock(change.chain.origin, change.origin, number, is_put=is_last)

    def _lock(self, before: Meeting | None, now_is: Meeting, number: int, *, is_put: bool) -> TransactWriteItemTypeDef:
        # Whoever writes anything of a meeting writes the meeting, and nobody does who has not read it as it is.
        read = (0 if before is None else before.revision) + number
        still = Condition("revision = :read", values={":read": read}) if read else NEW
        if not is_put:
            return self._table.change(meeting_key(now_is.id), Change.of({"revision": read + 1}), still)
        meeting = now_is.model_copy(update={"revision": read + 1})
        return self._table.put(meeting_key(meeting.id) | meeting.to_wire() | _kept(meeting.closes_at), still)

    def _names(self, change: BookingChange) -> list[TransactWriteItemTypeDef]:
        chain, meeting, source = change.chain, change.meeting, change.source
        kept = _kept(meeting.closes_at)
        writes: list[TransactWriteItemTypeDef] = []
        for name, is_former in chain.names.items():
            key, is_known = booking_alias_key(source, name), chain.known_names.get(name)
            if is_former is None:
                writes.append(self._table.remove(key))
                continue
            alias = BookingAlias(meeting=meeting.id, is_former=is_former)
            if alias != is_known or change.is_new_version:
                is_new = name in chain.known_names and is_known is None
                writes.append(self._table.put(key | alias.to_wire() | kept, NEW if is_new else None))
        for name, (attendee, is_former) in chain.invitees.items():
            alias_of = AttendeeAlias(meeting=meeting.id, attendee=attendee, is_former=is_former)
            if alias_of != (was := chain.known_invitees.get(name)):
                key = attendee_alias_key(source, name)
                writes.append(self._table.put(key | alias_of.to_wire() | kept, NEW if was is None else None))
        return writes

    def _person(self, change: BookingChange, person: Attendee) -> list[TransactWriteItemTypeDef]:
        meeting, was, comer = change.meeting, change.chain.people.get(person.key), change.chain.comers.get(person.key)
        invited = Invited(meeting=meeting.id, attendee=person.key)
        kept = _kept(person.kept_for)
        writes = [self._table.put(attendee_key(meeting.id, person.key) | person.to_wire() | kept)]
        if comer is not None:
            writes.append(self._table.remove(attendee_key(comer.meeting.id, comer.attendee.key)))
            writes += self._links.keeping(person.link, closes_at=person.kept_for, invited=invited)
        elif was is None:
            link = JoinLink(
                id=person.link,
                platform=meeting.route.platform,
                created_at=int(self._clock.time()),
                invited=invited,
            )
            writes += self._links.writes(link, closes_at=person.kept_for)
        elif was.kept_for < person.kept_for:
            writes += self._links.keeping(person.link, closes_at=person.kept_for)
        return writes


def _kept(closes_at: int) -> dict[str, int]:
    return {"ttl": closes_at + KEPT_SECONDS}


def _packed(groups: list[list[TransactWriteItemTypeDef]]) -> Iterator[list[TransactWriteItemTypeDef]]:
    """Groups of writes that belong together, as many at once as go."""
    writes: list[TransactWriteItemTypeDef] = []
    for group in groups:
        if len(writes) + len(group) + _LOCKS > MAX_TOGETHER:
            yield writes
            writes = []
        writes = [*writes, *group]
    yield writes
