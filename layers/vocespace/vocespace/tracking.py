"""What is done about each event of LiveKit's: occupancy follows it, and whoever may not be there goes out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vocespace.block_list import BlockList
from vocespace.errors import PersonBlockedError
from vocespace.livekit_events import Happening, RoomEvent
from vocespace.livekit_messages import is_place
from vocespace.livekit_provider import RoomMapping
from vocespace.occupancy import Occupancy, Presence

if TYPE_CHECKING:
    from vocespace.room_service import RoomService


class Tracking:
    """Follows what happens in the rooms. It can be told the same any number of times.

    Args:
        occupancy: Who is where.
        blocks: Who may not come into which space.
        room_service: Gives the LiveKit server's RoomService; None where there is none to ask.
        room_mapping: What a LiveKit room is.
    """

    def __init__(
        self,
        occupancy: Occupancy,
        blocks: BlockList,
        room_service: Callable[[], RoomService | None],
        room_mapping: RoomMapping,
    ) -> None:
        self._occupancy = occupancy
        self._blocks = blocks
        self._room_service = room_service
        self._room_mapping = room_mapping

    def follow(self, event: RoomEvent) -> None:
        """Takes in one event.

        Raises:
            StoreUnavailableError: not all is written; tell it again.
            SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: somebody who may not be there could not
                be taken out; tell it again.
        """
        if not is_place(event.room_name, self._room_mapping):
            return
        presence = event.presence
        if presence is None:
            self._occupancy.ended(event.room_name, event.room_sid, event.at)
        elif event.what is Happening.WENT:
            self._occupancy.went(presence)
        else:
            self._occupancy.came(presence)
            self.keep_out(presence)

    def keep_out(self, presence: Presence) -> None:
        """Takes somebody out again who may not be where they are.

        A participant token outlives the block that was made after it was signed, and the lease of the room it is for.

        Raises:
            StoreUnavailableError, SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: as `follow`.
        """
        space, _ = self._occupancy.place(presence.room_name)
        if self._is_blocked(space, presence.person) or self._occupancy.is_displaced(presence):
            rooms = self._room_service()
            if rooms is not None:
                rooms.remove_from_space(space, presence.person)

    def _is_blocked(self, space: str, person: str) -> bool:
        try:
            self._blocks.check(space, person)
        except PersonBlockedError:
            return True
        return False
