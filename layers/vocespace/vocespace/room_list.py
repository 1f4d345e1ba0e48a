"""The rooms of a space as a platform may see them: how many people are inside, and nobody's name."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from vocespace.blocks import SpaceQuery
from vocespace.clock import Clock
from vocespace.errors import NotFoundError
from vocespace.occupancy import Occupancy
from vocespace.platforms import Platform
from vocespace.rooms import RoomType
from vocespace.space_records import Room, Space, space_key
from vocespace.table import Table, record_of
from vocespace.wire import WireModel


class RoomState(StrEnum):
    """Whether a room can be had."""

    FREE = "free"
    LEASED = "leased"
    OCCUPIED = "occupied"


class ListedRoom(WireModel):
    """A room of a space."""

    name: RoomType = Field(description="Its name; `$space` is the main room.")
    made: Literal["named", "fresh", "pool"] = Field(
        description="`named`: somebody asked for it by name; `fresh`: made for whoever wanted an empty one, and listed "
        "for as long as it is theirs; `pool`: one of those that the operator gave the space."
    )
    state: RoomState = Field(
        description="`occupied`: somebody is inside; `leased`: nobody is, and it is kept for whoever is to come or to "
        "come back; `free`: neither."
    )
    occupancy: int = Field(ge=0, description="How many people are inside; who came in twice counts twice.")
    agent_waits: bool | None = Field(
        None, description="Where it is an agent's: whether the agent waits there for a customer."
    )


class ListedRooms(WireModel):
    """The rooms of a space."""

    rooms: tuple[ListedRoom, ...]


class RoomList:
    """Looks at the rooms of spaces.

    Args:
        table: The table.
        occupancy: Who is where.
        clock: The time.
    """

    def __init__(self, table: Table, occupancy: Occupancy, clock: Clock) -> None:
        self._table = table
        self._occupancy = occupancy
        self._clock = clock

    def rooms_of(self, query: SpaceQuery, platform: Platform | None) -> ListedRooms:
        """Lists the rooms of a space, for a platform or, with None, for the operator.

        Raises:
            PolicyRefusedError: the space is none of the platform's.
            NotFoundError: there is no such space.
            StoreUnavailableError: nobody can tell.
        """
        if platform is not None:
            platform.policy.check_space(query.space)
        self.space(query.space)
        now = self._clock.time()
        return ListedRooms(rooms=tuple(_listed(name, room, now) for name, room in self.living(query.space)))

    def space(self, space: str) -> Space:
        """A space as the table has it.

        Raises:
            NotFoundError: there is none.
            StoreUnavailableError: nobody can tell.
        """
        (item,) = self._table.read([space_key(space)])
        if item is None:
            raise NotFoundError("space")
        return record_of(Space, item)

    def living(self, space: str) -> list[tuple[str, Room]]:
        """The rooms of a space that somebody is in or can still come into, by name.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        now = self._clock.time()
        # Nobody is sent to a fresh room once its lease is over: it only waits for DynamoDB to clean it up.
        return [
            (name, room)
            for name, room in self._occupancy.rooms_of(space)
            if room.made != "fresh" or not room.is_free(now)
        ]


def state_of(room: Room, now: float) -> RoomState:
    """Whether a room can be had."""
    if room.occ:
        return RoomState.OCCUPIED
    return RoomState.FREE if room.is_free(now) else RoomState.LEASED


def _listed(name: str, room: Room, now: float) -> ListedRoom:
    state = state_of(room, now)
    is_desk = room.agent is not None and state is not RoomState.FREE
    return ListedRoom(
        name=name,
        made=room.made,
        state=state,
        occupancy=len(room.occ),
        agent_waits=room.awaits_customer(now) if is_desk else None,
    )
