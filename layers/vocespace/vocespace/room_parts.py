"""The parts that know the rooms of spaces, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from vocespace.allocation import Allocation
from vocespace.block_list import BlockList
from vocespace.clock import Clock
from vocespace.desks import Desks
from vocespace.leases import Leases
from vocespace.settings import Settings
from vocespace.spaces import Spaces
from vocespace.table import Table

if TYPE_CHECKING:
    from vocespace.meeting_rooms import MeetingRooms
    from vocespace.occupancy import Occupancy
    from vocespace.reconciliation import Reconciliation
    from vocespace.room_list import RoomList
    from vocespace.room_service import RoomService
    from vocespace.tracking import Tracking


class RoomParts:
    """The parts, over those that they share with others."""

    def __init__(
        self,
        settings: Settings,
        table: Table,
        blocks: BlockList,
        room_service: Callable[[], RoomService | None],
        clock: Clock,
    ) -> None:
        self._room_mapping = settings.room_mapping
        self._table = table
        self._blocks = blocks
        self._room_service = room_service
        self._clock = clock

    @cached_property
    def allocation(self) -> Allocation:
        """Where in a space people go."""
        return Allocation(self._spaces, self._leases, self._desks)

    @cached_property
    def of_meetings(self) -> MeetingRooms:
        """The rooms that booked meetings are in."""
        from vocespace.meeting_rooms import MeetingRooms

        return MeetingRooms(self._spaces, self._leases, self._occupancy, self._room_service, self._room_mapping)

    @cached_property
    def tracking(self) -> Tracking:
        """What follows LiveKit's events."""
        from vocespace.tracking import Tracking

        return Tracking(self._occupancy, self._blocks, self._room_service, self._room_mapping)

    @cached_property
    def reconciliation(self) -> Reconciliation | None:
        """What holds occupancy against LiveKit; None where the server behind is a VoceSpace server."""
        room_service = self._room_service()
        if room_service is None:
            return None
        from vocespace.reconciliation import Reconciliation

        return Reconciliation(
            self._occupancy,
            self._desks,
            room_service,
            keep_out=self.tracking.keep_out,
            room_mapping=self._room_mapping,
            clock=self._clock,
        )

    @cached_property
    def listing(self) -> RoomList:
        """Rooms, looked at."""
        from vocespace.room_list import RoomList

        return RoomList(self._table, self._occupancy, self._clock)

    @cached_property
    def _spaces(self) -> Spaces:
        return Spaces(self._table, self._clock)

    @cached_property
    def _leases(self) -> Leases:
        return Leases(self._table, self._clock)

    @cached_property
    def _desks(self) -> Desks:
        return Desks(self._table, self._leases, self._clock)

    @cached_property
    def _occupancy(self) -> Occupancy:
        from vocespace.occupancy import Occupancy

        return Occupancy(self._table, self._room_mapping)
