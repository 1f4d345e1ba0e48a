"""Spaces: the first person into an unknown one creates it (VoceSpace API page; design sections 4 and 5)."""

from __future__ import annotations

from cachetools import TTLCache

from vocespace.clock import Clock
from vocespace.space_records import Space, room_key, space_key
from vocespace.table import ConditionFailedError, Table, record_of
from vocespace.writes import NEW, Change

MEMORY_SECONDS = 60
"""For how long a change of a space's settings can go unnoticed, in each instance."""

MEMORY_ENTRIES = 1024


class Spaces:
    """Knows the spaces that there are."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._memory: TTLCache[str, Space] = TTLCache(MEMORY_ENTRIES, MEMORY_SECONDS, timer=clock.time)
        self._rooms: TTLCache[tuple[str, str], None] = TTLCache(MEMORY_ENTRIES, MEMORY_SECONDS, timer=clock.time)

    def entered(self, space: str, *, person: str | None, platform: str | None) -> tuple[Space, bool]:
        """Somebody comes in.

        Args:
            space: The space.
            person: Whose it is if they are the first; None: nobody's.
            platform: Who vouches for them.

        Returns:
            The space, and whether it was made for this person just now.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        known = self.known(space)
        if known is not None:
            return known, False
        made = Space(created_at=int(self._clock.time()), created_by=person, platform=platform)
        try:
            self._table.write_together(self._table.put(space_key(space) | made.to_wire(), NEW))
        except ConditionFailedError:
            # Two came first at the same moment, and it was the other one.
            return self._read(space) or made, False
        self._memory[space] = made
        return made, True

    def known(self, space: str) -> Space | None:
        """A space, as it was within the last minute; None where nobody has come into it yet.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        return self._memory.get(space) or self._read(space)

    def named_room(self, space: str, room: str) -> None:
        """Makes a room that somebody has asked for by name, unless it is there.

        Raises:
            StoreUnavailableError: the table cannot be written.
        """
        if (space, room) not in self._rooms:
            named = Change("SET #made = if_not_exists(#made, :made)", {"#made": "made"}, {":made": "named"})
            self._table.update(room_key(space, room), named)
            self._rooms[space, room] = None

    def _read(self, space: str) -> Space | None:
        (item,) = self._table.read([space_key(space)])
        if item is None:
            return None
        self._memory[space] = known = record_of(Space, item)
        return known
