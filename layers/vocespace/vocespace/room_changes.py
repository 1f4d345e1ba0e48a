"""What becomes of a room when somebody comes or goes: of its lease, and of the desk that it may be.

Each function gives the writes that belong together; the first is the room's own, and holds only if nobody has given the
room to somebody else meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocespace.leases import KEPT_SECONDS
from vocespace.space_records import INSIDE, Room, occupied_key, room_key, waiting_key
from vocespace.table import Table
from vocespace.writes import NEW, Change, Condition

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

REJOIN_GRACE = 60
"""For how many seconds a room is kept for whoever has just left it."""


@dataclass(frozen=True, slots=True)
class RoomChanges:
    """The writes about one room of a space, as it is now.

    Attributes:
        table: The table.
        space: The space.
        name: The room.
        room: As it was read; None where the table has none.
    """

    table: Table
    space: str
    name: str
    room: Room | None

    def coming(self, person: str, sid: str, *, lease_id: str | None, at: int) -> list[TransactWriteItemTypeDef]:
        """Somebody comes, on the lease that was kept for them alone if there is one; `at` in Unix milliseconds."""
        room, removed = self.room, {"ttl"}
        given = self._changed(at)
        writes = [self.table.put(occupied_key(self.space, self.name))]
        if room is None:
            given["made"] = "named"
        elif person == room.customer:
            given["customerUntil"] = INSIDE
            removed |= {"waitingSince"}
            writes += self._no_longer_waiting()
        elif person == room.agent:
            given["agentSid"] = sid
            if room.customer_until != INSIDE:
                # Not before the customer who is on the way has had the time to come.
                since = room.waiting_since or max(at // 1000, room.customer_until + 1)
                writes += self._waiting_from(since, given)
        if room is not None and lease_id is not None and lease_id == room.lease_id:
            # It was kept for who is here now. Whoever only passes through a room takes nothing from who is expected.
            given["leaseUntil"] = at // 1000
        change = Change.of(given, removed=removed, added={"occ": frozenset({sid})})
        return [self._change(change), *writes]

    def going(self, person: str, sid: str, *, others: Mapping[str, str], at: int) -> list[TransactWriteItemTypeDef]:
        """Somebody who is inside goes.

        Args:
            person: Who.
            sid: With which connection.
            others: Whose the other connections are, where an agent or a customer goes.
            at: When, Unix milliseconds.
        """
        room = self.room or Room(made="named")
        given, removed = self._changed(at), set[str]()
        seconds, own = at // 1000, [each for each, whose in others.items() if whose == person]
        writes: list[TransactWriteItemTypeDef] = []
        if person == room.agent and own:
            given["agentSid"] = own[0]
        elif person == room.agent:
            removed |= {"waitingSince", "agentSid"}
            writes += self._no_longer_waiting()
        elif person == room.customer and not own:
            given["customerUntil"] = seconds + REJOIN_GRACE
            if room.agent in others.values():
                writes += self._waiting_from(seconds + REJOIN_GRACE + 1, given)
        if room.occ == {sid}:
            writes += self._emptied(seconds, given)
        change = Change.of(given, removed=removed, taken={"occ": frozenset({sid})})
        return [self._change(change, Condition("occ = :seen", values={":seen": room.occ})), *writes]

    def _changed(self, at: int) -> dict[str, object]:
        # What comes late is no reason to take a later change for an earlier one.
        return {"occAt": max(at, 0 if self.room is None else self.room.occ_at or 0)}

    def _emptied(self, seconds: int, given: dict[str, object]) -> list[TransactWriteItemTypeDef]:
        room = self.room or Room(made="named")
        until = max(seconds + REJOIN_GRACE, room.lease_until, room.held_until or 0)
        given["leaseUntil"] = until
        if room.made == "fresh":
            given["ttl"] = until + KEPT_SECONDS
        return [self.table.remove(occupied_key(self.space, self.name))]

    def _waiting_from(self, since: int, given: dict[str, object]) -> list[TransactWriteItemTypeDef]:
        given["waitingSince"] = since
        return [self.table.put(waiting_key(self.space, since, self.name) | {"ttl": since + KEPT_SECONDS})]

    def _no_longer_waiting(self) -> list[TransactWriteItemTypeDef]:
        if self.room is None or self.room.waiting_since is None:
            return []
        return [self.table.remove(waiting_key(self.space, self.room.waiting_since, self.name))]

    def _change(self, change: Change, also: Condition | None = None) -> TransactWriteItemTypeDef:
        condition = NEW if self.room is None else _as_read(self.room)
        return self.table.change(
            room_key(self.space, self.name), change, condition if also is None else condition.and_also(also)
        )


def _as_read(room: Room) -> Condition:
    read = {
        "leaseId": room.lease_id,
        "leaseUntil": room.lease_until,
        "customerLease": room.customer_lease,
        "customerUntil": room.customer_until,
        "waitingSince": room.waiting_since,
    }
    parts = [f"{name} = :was_{name}" if value else f"attribute_not_exists({name})" for name, value in read.items()]
    return Condition(" AND ".join(parts), values={f":was_{name}": value for name, value in read.items() if value})
