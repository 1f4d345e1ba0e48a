"""The parts that know join links and booked meetings, each made when it is first asked for."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from vocespace import aws
from vocespace.document_cache import SECRET, CachedDocument

if TYPE_CHECKING:
    from vocespace.announcements import Announcements
    from vocespace.booking_intake import BookingIntake
    from vocespace.booking_sources import BookingSources
    from vocespace.bookings import Bookings
    from vocespace.container import Container
    from vocespace.deliveries import Deliveries
    from vocespace.due_times import DueTimes
    from vocespace.join_links import JoinCodes
    from vocespace.joining import Joining
    from vocespace.link_making import LinkMaking
    from vocespace.link_store import LinkStore
    from vocespace.meeting_moments import MeetingMoments
    from vocespace.meeting_store import MeetingStore
    from vocespace.meeting_sweep import MeetingSweep


class MeetingParts:
    """The parts, over those that they share with others."""

    def __init__(self, shared: Container) -> None:
        self._shared = shared
        self._settings, self._table, self._clock = shared.settings, shared.table, shared.clock

    @cached_property
    def link_making(self) -> LinkMaking:
        """Join links, made by platforms."""
        from vocespace.link_making import LinkMaking

        return LinkMaking(self.links, self._clock)

    @cached_property
    def joining(self) -> Joining:
        """Coming in by a join link."""
        from vocespace.joining import Joining

        return Joining(self.links, self._shared.registry, self._shared.connections, self._clock)

    @cached_property
    def links(self) -> LinkStore:
        """Join links."""
        from vocespace.link_store import LinkStore

        return LinkStore(self._table, self.meetings, self._codes.value, self._clock)

    @cached_property
    def meetings(self) -> MeetingStore:
        """Meetings, looked at."""
        from vocespace.meeting_store import MeetingStore

        return MeetingStore(self._table)

    @cached_property
    def intake(self) -> BookingIntake:
        """What takes in the webhooks of booking systems."""
        from vocespace.booking_intake import BookingIntake

        return BookingIntake(self.sources, self._clock)

    @cached_property
    def sources(self) -> CachedDocument[BookingSources]:
        """Which booking systems are believed, and by which secrets."""
        from vocespace.booking_sources import BookingSources

        return CachedDocument(
            SECRET,
            "booking_sources",
            read=partial(aws.read_secret, self._settings.booking_sources_secret_id),
            parse=BookingSources.parse,
            clock=self._clock,
        )

    @cached_property
    def bookings(self) -> Bookings:
        """What follows what happens to bookings."""
        from vocespace.bookings import Bookings

        return Bookings(
            self._table,
            self.meetings,
            self.links,
            registry=self._shared.registry,
            due_times=self.due_times,
            announcements=self.announcements,
            clock=self._clock,
        )

    @cached_property
    def due_times(self) -> DueTimes:
        """When something is to be done about meetings."""
        from vocespace.due_times import DueTimes

        return DueTimes(self._table, self._settings, self._clock)

    @cached_property
    def moments(self) -> MeetingMoments:
        """What is done about meetings when the time has come."""
        from vocespace.meeting_moments import MeetingMoments

        return MeetingMoments(
            self.meetings,
            self._shared.rooms.of_meetings,
            due_times=self.due_times,
            announcements=self.announcements,
            bookings=lambda: self.bookings,
            clock=self._clock,
        )

    @cached_property
    def sweep(self) -> MeetingSweep:
        """What finds the moments that were lost."""
        from vocespace.meeting_sweep import MeetingSweep

        return MeetingSweep(self.meetings, self.due_times)

    @cached_property
    def announcements(self) -> Announcements:
        """What is to be told to whom."""
        from vocespace.announcements import Announcements

        return Announcements(self._settings.deliveries_queue_url)

    @cached_property
    def deliveries(self) -> Deliveries:
        """What tells it."""
        from vocespace.deliveries import Deliveries

        return Deliveries(self._settings, self._table, self.meetings, self.links, self._codes.value, self._clock)

    @cached_property
    def _codes(self) -> CachedDocument[JoinCodes]:
        from vocespace.join_links import JoinCodes

        return CachedDocument(
            SECRET,
            "join_links",
            read=partial(aws.read_secret, self._settings.join_link_secret_id),
            parse=JoinCodes.parse,
            clock=self._clock,
        )
