"""Follows what happens to bookings: meetings, their people and everybody's link, whatever the order it is told in.

Whatever is told may be told again: what is done already is found done, and the rest is gone on with.
"""

from __future__ import annotations

from collections.abc import Iterable

from vocespace import observability
from vocespace.announcements import Announcements
from vocespace.booking_chains import BookingChains, Chain
from vocespace.booking_events import BookingEvent, Happened
from vocespace.booking_routes import NO_TYPE, Route
from vocespace.booking_writes import BookingChange, BookingWrites
from vocespace.clock import Clock
from vocespace.due_times import DueTimes
from vocespace.errors import StoreUnavailableError
from vocespace.invitees import Place, invitees, person_key
from vocespace.link_store import LinkStore
from vocespace.meeting_changes import attended, begun, changed, completed, inherited, is_newer, is_personal, merged
from vocespace.meeting_messages import News
from vocespace.meeting_store import MeetingStore
from vocespace.meetings import Attendee, Meeting, Standing, Status
from vocespace.people_changes import in_version, people_after
from vocespace.registry import Registry
from vocespace.route_book import RouteBook
from vocespace.table import CONFLICT, ConditionFailedError, Table
from vocespace.word_on_people import WordOnPeople

_ROUNDS = 8
"""How often an event is looked at anew because somebody else wrote meanwhile; then the queue has it come again."""


class Bookings:
    """Follows bookings.

    Args:
        table: The table.
        meetings: Meetings, looked at.
        links: Join links.
        registry: Platforms.
        due_times: When something is to be done about meetings.
        announcements: Tells people and platforms.
        clock: The time.
    """

    def __init__(  # noqa: PLR0913 - each of them is used
        self,
        table: Table,
        meetings: MeetingStore,
        links: LinkStore,
        *,
        registry: Registry,
        due_times: DueTimes,
        announcements: Announcements,
        clock: Clock,
    ) -> None:
        self._meetings = meetings
        self._registry = registry
        self._due_times = due_times
        self._announcements = announcements
        self._clock = clock
        self._routes = RouteBook(table)
        self._chains = BookingChains(table, meetings)
        self._writes = BookingWrites(table, links, due_times, clock)

    def follow(self, event: BookingEvent) -> None:
        """Does what follows from an event.

        Raises:
            StoreUnavailableError, SecretsUnavailableError: not all is done; tell it again.
        """
        for each in event.by_booking():
            self._follow(each)

    def _follow(self, event: BookingEvent) -> None:
        for _ in range(_ROUNDS):
            try:
                change = self._change(event)
                if change is None:
                    return
                self._writes.write(change)
            except ConditionFailedError:
                continue
            self._see_to(event, change)
            return
        raise StoreUnavailableError(CONFLICT)

    def abandon(self, meeting: str) -> None:
        """Takes those who have left a meeting, and have had the time to arrive elsewhere, for cancelled.

        Raises:
            StoreUnavailableError, SecretsUnavailableError: not all is done; tell it again.
        """
        for _ in range(_ROUNDS):
            before = self._meetings.meeting(meeting)
            if before is None:
                return
            change = self._abandoned(before)
            try:
                self._writes.write(change)
            except ConditionFailedError:
                continue
            if change.meeting.status is Status.CANCELLED:
                self._due_times.arrange(change.meeting)
            if change.meeting.merged_into is not None:
                self._announcements.tell(change.meeting, News.CANCELLED)
                self._tell_all(change.meeting.merged_into)
            # All of them, in case it broke off before they were told.
            gone = [each for each in change.people.values() if News.CANCELLED in _news(change.meeting, each)]
            self._tell(change.meeting, gone)
            return
        raise StoreUnavailableError(CONFLICT)

    def _abandoned(self, before: Meeting) -> BookingChange:
        now, people = self._clock.time(), {each.key: each for each in self._meetings.people(before.id)}
        over = {"standing": Standing.CANCELLED, "abandoned_at": None}
        after = {
            key: each.model_copy(update=over) if each.abandoned_at is not None and each.abandoned_at <= now else each
            for key, each in people.items()
        }
        was_left = before.merged_into is None and after != people
        meeting = attended(before, after.values(), by=before.last_event, at=int(now * 1000), was_left=was_left)
        return self._final(before.route.source, Chain(before, people), meeting, after, None)

    def _change(self, event: BookingEvent) -> BookingChange | None:
        """What an event changes; None where it is not followed."""
        chain = self._chains.find(event)
        before = chain.meeting
        if chain.is_out_of_date and before is None:
            return None
        route = self._route(event, before)
        if route is None:
            observability.booking_dropped(event.source, "no_route")
            return None
        is_cancelled = event.happened is Happened.CANCELLED
        platform = self._registry.platform(route.platform)
        if platform is None and not (is_cancelled and before is not None):
            observability.booking_dropped(event.source, "no_platform")
            return None
        holds = not chain.is_out_of_date and (before is None or chain.is_successor or is_newer(event, before.word))
        meeting = begun(event, route) if before is None else changed(before, event, route) if holds else before
        holds = holds or (not chain.is_out_of_date and meeting.last_event == event.id)
        place = Place(meeting.space, meeting.room)
        told = WordOnPeople.of(
            event,
            meeting,
            invitees(event, meeting.route, place, platform),
            holds=holds,
            is_out_of_date=chain.is_out_of_date,
            supersedes=chain.is_successor,
        )
        return self._changed(completed(meeting, event, lists=told.lists, hosts=told.hosts), chain, told)

    def _route(self, event: BookingEvent, known: Meeting | None) -> Route | None:
        """By which route an event goes: where it names none that there is, a meeting goes on by its own."""
        if known is None:
            return self._routes.route(event.source, event.event_type)
        is_named = event.event_type != NO_TYPE
        route = self._routes.route(event.source, event.event_type if is_named else known.route.event_type)
        # Nobody wants to hear of such bookings any more, but no link is to live on, or to die, for that.
        return route or known.route

    def _changed(self, meeting: Meeting, chain: Chain, told: WordOnPeople) -> BookingChange:
        event = told.event
        abandoned_at = self._due_times.abandonment(meeting).due_at
        people = people_after(meeting.id, chain.people, chain.comers, told, abandoned_at=abandoned_at)
        # Whom all had left stays so until somebody comes, however it moves.
        left = (is_personal(event) and told.is_about) or (chain.meeting is not None and chain.meeting.is_deserted)
        meeting = attended(meeting, people.values(), by=event.id, at=event.occurred_at, was_left=left)
        origin = chain.origin
        if origin is not None and chain.is_merged:
            meeting = inherited(meeting, origin)
            origin = merged(origin, meeting, event)
        elif origin is not None:
            origin = attended(origin, chain.stays, by=event.id, at=event.occurred_at, was_left=True)
        return self._final(event.source, chain, meeting, people, origin)

    def _final(
        self, source: str, chain: Chain, meeting: Meeting, people: dict[str, Attendee], origin: Meeting | None
    ) -> BookingChange:
        before, were = chain.meeting, chain.people
        is_new = before is None or before.version != meeting.version
        final = {
            key: in_version(meeting, each, were.get(key), chain.comers.get(key), is_new=is_new)
            for key, each in people.items()
        }
        dues = []
        if any(each.standing is Standing.LEAVING and were.get(key) != each for key, each in final.items()):
            dues.append(self._due_times.abandonment(meeting))
        if origin is not None and chain.origin is not None and origin.version != chain.origin.version:
            # Should it break off before those who stay there are told.
            dues.append(self._due_times.abandonment(origin))
        return BookingChange(source, chain, meeting, final, origin, tuple(dues))

    def _see_to(self, event: BookingEvent, change: BookingChange) -> None:
        meeting, people = change.meeting, change.people
        for due in change.dues:
            self._due_times.send(due)
        if change.is_new_version or meeting.last_event == event.id:
            self._due_times.arrange(meeting)
            self._tell(meeting, people.values())
        else:
            concerned = {each.key for each in change.changed_people()}
            concerned |= {person_key(each.key) for each in (event.organizer, *event.attendees) if each is not None}
            self._tell(meeting, (each for key, each in people.items() if key in concerned))
        if change.origin is not None:
            self.abandon(change.origin.id)

    def _tell_all(self, meeting: str) -> None:
        found = self._meetings.meeting(meeting)
        if found is not None:
            self._tell(found, self._meetings.people(meeting))

    def _tell(self, meeting: Meeting, people: Iterable[Attendee]) -> None:
        if meeting.closes_at <= self._clock.time():
            # Whoever is told of what is over would only wonder.
            return
        for each in people:
            for news in _news(meeting, each):
                self._announcements.tell(meeting, news, each)


def _news(meeting: Meeting, person: Attendee) -> tuple[News, ...]:
    """What is to be told to somebody in this version of the meeting."""
    is_since_now = person.since == meeting.version
    if person.standing is Standing.LEAVING:
        return ()
    if person.standing is Standing.CANCELLED:
        return (News.CANCELLED, News.LINK_REVOKED) if is_since_now else ()
    if meeting.status is Status.CANCELLED:
        # Whoever was never told of it need not be told that it is off.
        return () if is_since_now else (News.CANCELLED, News.LINK_REVOKED)
    return (News.LINK_READY,) if is_since_now else (News.RESCHEDULED,)
