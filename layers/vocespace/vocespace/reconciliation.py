"""Occupancy, held against what LiveKit says: for the events that were lost (design section 5).

The table is read before LiveKit is asked, and a connection never comes back once it is over. So whoever was known
before and is not listed after has gone, and whoever is listed and has meanwhile gone is noted down as over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vocespace.clock import Clock
from vocespace.desks import Desks
from vocespace.livekit_messages import is_place
from vocespace.livekit_provider import RoomMapping
from vocespace.occupancy import Occupancy, Presence
from vocespace.room_service import RoomService


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was mended.

    Attributes:
        came: How many connections were not known.
        went: How many were known and are over.
    """

    came: int
    went: int


class Reconciliation:
    """Mends what the table says of who is where.

    Args:
        occupancy: What it says of who is where.
        desks: Those in which agents wait.
        room_service: What LiveKit says.
        keep_out: Takes out again whoever may not be there.
        room_mapping: What a LiveKit room is.
        clock: The time.
    """

    def __init__(
        self,
        occupancy: Occupancy,
        desks: Desks,
        room_service: RoomService,
        *,
        keep_out: Callable[[Presence], None],
        room_mapping: RoomMapping,
        clock: Clock,
    ) -> None:
        self._occupancy = occupancy
        self._desks = desks
        self._room_service = room_service
        self._keep_out = keep_out
        self._room_mapping = room_mapping
        self._clock = clock

    def run(self) -> Reconciled:
        """Mends everything once.

        Raises:
            SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: LiveKit cannot be asked, and nothing has
                been changed; or it was, and somebody could not be taken out.
            StoreUnavailableError: not everything is mended.
        """
        now = int(self._clock.time() * 1000)
        known = {(each.room_name, each.sid): each for each in self._known(now)}
        listed = {(self._occupancy.place(each.room_name)[0], each.sid): each for each in self._listed(now)}
        came, went = listed.keys() - known.keys(), known.keys() - listed.keys()
        # Comings first: an agent who has a new connection has not left the desk.
        for key in sorted(came):
            self._occupancy.came(listed[key])
        for key in sorted(went):
            # Later by one, so that what was mended here a moment ago is no reason to leave the rest as it is.
            self._occupancy.went(known[key], if_unchanged_since=now + 1)
        for space in sorted({space for space, _ in known | listed}):
            self._desks.waiting(space)
        # Last: should it fail, everything else is mended.
        for key in sorted(came):
            self._keep_out(listed[key])
        return Reconciled(len(came), len(went))

    def _known(self, at: int) -> Iterator[Presence]:
        """Who is taken to be somewhere. The space stands for the LiveKit room: to whoever goes it is all the same."""
        for space, name in self._occupancy.occupied():
            for sid, known in self._occupancy.inside(space, name).items():
                yield Presence(space, known.live_kit_sid or "", known.person, sid, at)

    def _listed(self, at: int) -> Iterator[Presence]:
        for room in self._room_service.rooms():
            if not is_place(room.name, self._room_mapping):
                continue
            for each in self._room_service.participants(room.name):
                if each.is_person() and each.is_there():
                    yield Presence(room.name, room.sid, each.identity, each.sid, at)
