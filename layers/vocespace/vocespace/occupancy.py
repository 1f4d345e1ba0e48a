"""Who is in which room, by what LiveKit tells (design section 5; LiveKit's webhooks).

LiveKit guarantees nothing: events come twice, late, in another order, or never. So what counts is a set of connections,
each known by its sid: one that was seen cannot come again, and one that is over cannot come back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocespace.blocks import space_partition
from vocespace.errors import StoreUnavailableError
from vocespace.leases import KEPT_SECONDS
from vocespace.livekit_provider import RoomMapping
from vocespace.room_changes import RoomChanges
from vocespace.rooms import MAIN
from vocespace.space_records import (
    OCCUPIED,
    ROOM_PREFIX,
    Connection,
    Room,
    Whereabouts,
    connection_key,
    room_key,
    whereabouts_key,
)
from vocespace.table import CONFLICT, ConditionFailedError, Table, record_of
from vocespace.writes import NEW, Change, Condition

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

READ_AT_ONCE = 100
"""How many items DynamoDB reads in one call."""

_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody's connection to a LiveKit room, and when it began or ended.

    Attributes:
        room_name: The LiveKit room.
        room_sid: Its sid.
        person: Whose connection; the LiveKit identity.
        sid: The connection's sid.
        at: Unix milliseconds.
    """

    room_name: str
    room_sid: str
    person: str
    sid: str
    at: int


class Occupancy:
    """Keeps the rooms' sets of connections. Every method can be told the same any number of times.

    Args:
        table: The table.
        room_mapping: What a LiveKit room is.
    """

    def __init__(self, table: Table, room_mapping: RoomMapping) -> None:
        self._table = table
        self._room_mapping = room_mapping

    def came(self, presence: Presence) -> None:
        """Somebody is there.

        Raises:
            StoreUnavailableError: nothing was written; tell it again.
        """
        space, room_named = self.place(presence.room_name)

        def writes() -> list[TransactWriteItemTypeDef]:
            if self._connections(space, [presence.sid]):
                return []
            person, sid = presence.person, presence.sid
            whereabouts = self._whereabouts(space, person)
            name = room_named or whereabouts.room or MAIN
            connection = Connection(room=name, person=person, live_kit_sid=presence.room_sid)
            is_awaited = whereabouts.is_alone and whereabouts.room == name
            lease_id = whereabouts.lease_id if is_awaited else None
            return [
                self._table.put(connection_key(space, sid) | connection.to_wire(), NEW),
                *self._changes(space, name).coming(person, sid, lease_id=lease_id, at=presence.at),
                self._table.change(whereabouts_key(space, person), Change.of({"sid": sid}, removed=["ttl"])),
            ]

        self._write(writes)

    def is_displaced(self, presence: Presence) -> bool:
        """Whether the room that somebody comes back to has meanwhile been given to others.

        A participant token can open longer than a room is kept for whoever has left it.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        space, room_named = self.place(presence.room_name)
        whereabouts = self._whereabouts(space, presence.person)
        if whereabouts.lease_id is None or whereabouts.room is None or room_named not in {None, whereabouts.room}:
            return False
        room = self._changes(space, whereabouts.room).room
        if room is None or whereabouts.lease_id in {room.lease_id, room.customer_lease}:
            return False
        return room.lease_until >= presence.at // 1000 or bool(room.occ - {presence.sid})

    def went(self, presence: Presence, *, if_unchanged_since: int | None = None) -> None:
        """Somebody is no longer there.

        Args:
            presence: The connection that is over.
            if_unchanged_since: Does nothing where the room has changed at that moment, Unix milliseconds, or later.

        Raises:
            StoreUnavailableError: nothing was written; tell it again.
        """
        space, _ = self.place(presence.room_name)

        def writes() -> list[TransactWriteItemTypeDef]:
            known = self._connections(space, [presence.sid]).get(presence.sid)
            if known is None:
                # It is told before the coming that it ends.
                return [self._over(space, presence, MAIN, NEW)]
            changes = self._changes(space, known.room)
            if known.is_over or _is_newer(changes.room, if_unchanged_since):
                return []
            return [
                self._over(space, presence, known.room, Condition("isOver = :no", values={":no": False})),
                *self._leaving(space, changes, known.person, presence),
                *self._forgetting(space, presence),
            ]

        self._write(writes)

    def ended(self, room_name: str, room_sid: str, at: int) -> None:
        """A LiveKit room has ended; one of the same name that began later is not meant.

        Raises:
            StoreUnavailableError: not all was written; tell it again.
        """
        space, room_named = self.place(room_name)
        rooms = self.rooms_of(space) if room_named is None else [(room_named, self._changes(space, room_named).room)]
        for sid in [sid for _, room in rooms if room is not None for sid in sorted(room.occ)]:
            connection = self._connections(space, [sid]).get(sid)
            if connection is not None and connection.live_kit_sid == room_sid:
                self.went(Presence(room_name, room_sid, connection.person, sid, at))

    def rooms_of(self, space: str) -> list[tuple[str, Room]]:
        """The rooms of a space, by name."""
        items = self._table.query(space_partition(space), ROOM_PREFIX)
        return [(item["sk"].removeprefix(ROOM_PREFIX), record_of(Room, item)) for item in items]

    def occupied(self) -> list[tuple[str, str]]:
        """Space and name of every room in which somebody is."""
        places = (item["sk"].partition("/") for item in self._table.query(OCCUPIED))
        return [(space, room) for space, _, room in places]

    def inside(self, space: str, room: str) -> dict[str, Connection]:
        """Who is in a room, by the sids of their connections.

        Raises:
            StoreUnavailableError: the table cannot be read.
        """
        found = self._changes(space, room).room
        return {} if found is None else self._connections(space, sorted(found.occ))

    def place(self, room_name: str) -> tuple[str, str | None]:
        """The space that a LiveKit room belongs to, and the room where the LiveKit room is only that."""
        if self._room_mapping == "space":
            return room_name, None
        space, _, room = room_name.partition("/")
        return space, room or MAIN

    def _leaving(
        self, space: str, changes: RoomChanges, person: str, presence: Presence
    ) -> list[TransactWriteItemTypeDef]:
        room, sid = changes.room, presence.sid
        if room is None or sid not in room.occ:
            return []
        is_of_desk = person in {room.agent, room.customer}
        others = self._connections(space, sorted(room.occ - {sid})) if is_of_desk else {}
        whose = {each: connection.person for each, connection in others.items()}
        return changes.going(person, sid, others=whose, at=presence.at)

    def _over(self, space: str, presence: Presence, room: str, condition: Condition) -> TransactWriteItemTypeDef:
        over = Connection(room=room, person=presence.person, live_kit_sid=presence.room_sid, is_over=True)
        ttl = presence.at // 1000 + KEPT_SECONDS
        return self._table.put(connection_key(space, presence.sid) | over.to_wire() | {"ttl": ttl}, condition)

    def _connections(self, space: str, sids: list[str]) -> dict[str, Connection]:
        found: dict[str, Connection] = {}
        for first in range(0, len(sids), READ_AT_ONCE):
            page = sids[first : first + READ_AT_ONCE]
            items = self._table.read([connection_key(space, sid) for sid in page])
            found |= {
                sid: record_of(Connection, item) for sid, item in zip(page, items, strict=True) if item is not None
            }
        return found

    def _changes(self, space: str, name: str) -> RoomChanges:
        (item,) = self._table.read([room_key(space, name)])
        return RoomChanges(self._table, space, name, None if item is None else record_of(Room, item))

    def _whereabouts(self, space: str, person: str) -> Whereabouts:
        (item,) = self._table.read([whereabouts_key(space, person)])
        return Whereabouts() if item is None else record_of(Whereabouts, item)

    def _forgetting(self, space: str, presence: Presence) -> list[TransactWriteItemTypeDef]:
        if self._whereabouts(space, presence.person).sid != presence.sid:
            return []
        over = Change.of({"ttl": presence.at // 1000 + KEPT_SECONDS})
        still = Condition("sid = :sid", values={":sid": presence.sid})
        return [self._table.change(whereabouts_key(space, presence.person), over, still)]

    def _write(self, writes: Callable[[], list[TransactWriteItemTypeDef]]) -> None:
        """Makes what is to be written, anew as often as somebody else was faster; nothing where all is said."""
        for _ in range(_ROUNDS):
            wanted = writes()
            if not wanted:
                return
            try:
                self._table.write_together(*wanted)
            except ConditionFailedError:
                continue
            else:
                return
        raise StoreUnavailableError(CONFLICT)


def _is_newer(room: Room | None, moment: int | None) -> bool:
    return moment is not None and room is not None and room.occ_at is not None and room.occ_at >= moment
