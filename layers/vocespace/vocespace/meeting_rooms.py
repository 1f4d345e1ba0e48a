"""The rooms of booked meetings: ready when the links open, given up when they close."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from vocespace.booking_routes import Route
from vocespace.identities import CUSTOMER_SUPPORT, Identity
from vocespace.leases import Leases
from vocespace.livekit_provider import RoomMapping, livekit_room
from vocespace.meetings import Attendee, Meeting
from vocespace.occupancy import Occupancy
from vocespace.rooms import EMPTY
from vocespace.space_records import Connection, Strategy, meeting_holder
from vocespace.spaces import Spaces
from vocespace.wishes import Wish

if TYPE_CHECKING:
    from vocespace.room_service import RoomService

_AT_DESKS = frozenset({Identity.ASSISTANT, Identity.CUSTOMER})
"""Who is in customer support even where no auth type is named, since no other one knows them."""


class MeetingRooms:
    """Opens and closes them. Both can be done any number of times.

    Args:
        spaces: The spaces.
        leases: Empty rooms.
        occupancy: Who is where.
        room_service: Gives the LiveKit server's RoomService; None where there is none to ask.
        room_mapping: What a LiveKit room is.
    """

    def __init__(
        self,
        spaces: Spaces,
        leases: Leases,
        occupancy: Occupancy,
        room_service: Callable[[], RoomService | None],
        room_mapping: RoomMapping,
    ) -> None:
        self._spaces = spaces
        self._leases = leases
        self._occupancy = occupancy
        self._room_service = room_service
        self._room_mapping = room_mapping

    def make_ready(self, meeting: Meeting) -> bool:
        """Finds a meeting its empty room, if it wants one, and keeps it until people can be there.

        Returns:
            Whether it has one now. In customer support it has none: there everybody is sent to an agent's.

        Raises:
            NoEmptyRoomError: the pool has none; there may be one by the time that somebody comes.
            StoreUnavailableError: nobody can tell.
        """
        if meeting.room != EMPTY or _is_customer_support(meeting.route):
            return False
        # Whoever comes first makes the space, and may have rights there by that: this is nobody.
        space = self._spaces.known(meeting.space)
        strategy = Strategy.CREATE if space is None else space.strategy
        if strategy is Strategy.AGENT:
            return False
        wish = Wish(meeting.space, None, _holder(meeting), expected_at=meeting.starts_at, held_until=meeting.closes_at)
        self._leases.room_for(wish, strategy)
        return True

    def close(self, meeting: Meeting, people: Iterable[Attendee]) -> bool:
        """Ends the call where the route says so, and gives up the room.

        In the empty room that was found for it the call ends for everybody; in a room that is anybody's, for the
        meeting's own people.

        Returns:
            Whether a room had been found for it.

        Raises:
            SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: the call could not be ended; do it
                again.
            StoreUnavailableError: nobody can tell.
        """
        if meeting.room != EMPTY:
            self._send_out(meeting, {each.id for each in people})
            return False
        lease, room = self._leases.held(meeting.space, _holder(meeting))
        if lease is not None and room is not None:
            self._end(meeting, lease.room)
        return self._leases.release(meeting.space, _holder(meeting))

    def _end(self, meeting: Meeting, room: str) -> None:
        service = self._service_to_end(meeting)
        if service is None:
            return
        name = livekit_room(meeting.space, room, self._room_mapping)
        if self._room_mapping == "room":
            service.end(name)
            return
        for person in sorted(_people(self._occupancy.inside(meeting.space, room))):
            service.remove(name, person)

    def _send_out(self, meeting: Meeting, people: set[str]) -> None:
        service = self._service_to_end(meeting)
        if service is None:
            return
        name = livekit_room(meeting.space, meeting.room, self._room_mapping)
        for person in sorted(people & _people(self._occupancy.inside(meeting.space, meeting.room))):
            service.remove(name, person)

    def _service_to_end(self, meeting: Meeting) -> RoomService | None:
        return self._room_service() if meeting.route.end_at_close else None


def _is_customer_support(route: Route) -> bool:
    return route.auth == CUSTOMER_SUPPORT or {route.organizer_identity, route.attendee_identity} <= _AT_DESKS


def _holder(meeting: Meeting) -> str:
    return meeting_holder(meeting.route.platform, meeting.id)


def _people(connections: Mapping[str, Connection]) -> set[str]:
    return {each.person for each in connections.values()}
