"""Leases: an empty room for whoever asks for `$empty`, held by one person or one meeting at a time (design section 5).

One write decides: the room, if it is free, and the holder's lease, if there is no living one, are written together or
not at all. A lease ends by the clock, so nothing is left behind when nobody shows up.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from vocespace.admission import PARTICIPANT_SECONDS
from vocespace.blocks import space_partition
from vocespace.clock import Clock
from vocespace.errors import NoEmptyRoomError, StoreUnavailableError
from vocespace.space_records import (
    ROOM_PREFIX,
    Lease,
    Room,
    Strategy,
    Whereabouts,
    lease_key,
    new_lease_id,
    room_key,
    waiting_key,
    whereabouts_key,
)
from vocespace.table import CONFLICT, ConditionFailedError, Table, record_of
from vocespace.wishes import Wish
from vocespace.writes import NEW, Change, Condition

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

NO_SHOW_GRACE = 900
"""For how many seconds a room is kept for somebody whom LiveKit has not seen yet."""

KEPT_SECONDS = 86_400
"""For how long what is over may stay in the table before DynamoDB cleans it up."""

_LEASE_KEPT_SECONDS = 30 * KEPT_SECONDS
"""Longer than anybody stays: whoever is inside and asks again still has the same room."""

_FRESH_PREFIX = "room-"
_FRESH_BYTES = 8
_ROUNDS = 8

_LEASE_WRITE = 1
_OF_A_LEASE = frozenset(
    {"heldUntil", "agent", "agentSid", "waitingSince", "customer", "customerLease", "customerUntil"}
)

Shuffle = Callable[[list[str]], None]


class Leases:
    """Finds empty rooms.

    Args:
        table: The table.
        clock: The time.
        shuffle: Puts candidates in an order of its own, so that callers at the same moment do not all try the same.
    """

    def __init__(self, table: Table, clock: Clock, shuffle: Shuffle = random.shuffle) -> None:
        self._table = table
        self._clock = clock
        self._shuffle = shuffle

    def room_for(self, wish: Wish, strategy: Strategy) -> str:
        """The room that the holder has, or else one that is empty.

        Raises:
            NoEmptyRoomError: the pool has none.
            StoreUnavailableError: nobody can tell.
        """
        for _ in range(_ROUNDS):
            lease, room = self.held(wish.space, wish.holder)
            if lease is not None and room is not None:
                if self._keep(wish, lease, room):
                    if wish.person is not None:
                        self.place(wish.space, wish.person, lease.room, lease, is_alone=wish.is_alone)
                    return lease.room
                continue
            taken, was_contended = self._taken(wish, lease, strategy)
            if taken is not None:
                return taken
            if not was_contended:
                break
        raise NoEmptyRoomError("no_empty_room")

    def held(self, space: str, holder: str) -> tuple[Lease | None, Room | None]:
        """What a holder holds: the lease, if there ever was one, and its room, if the lease still lasts."""
        (item,) = self._table.read([lease_key(space, holder)])
        if item is None:
            return None, None
        lease = record_of(Lease, item)
        (item,) = self._table.read([room_key(space, lease.room)])
        room = None if item is None else record_of(Room, item)
        return lease, room if room is not None and room.is_held(lease.lease_id, self._clock.time()) else None

    def place(self, space: str, person: str, room: str, lease: Lease | None = None, *, is_alone: bool = False) -> None:
        """Notes to which room a person was let in: LiveKit knows the space they are in, and no more.

        Args:
            space: The space.
            person: The person.
            room: The room.
            lease: By which lease; None where none is needed.
            is_alone: Whether it is kept for them alone until they come.

        Raises:
            StoreUnavailableError: the table cannot be written.
        """
        self._table.update(whereabouts_key(space, person), self._placed(room, lease, is_alone=is_alone))

    def placing(
        self, space: str, person: str, room: str, lease: Lease, *, is_alone: bool = False
    ) -> TransactWriteItemTypeDef:
        """The same as a write, for `Table.write_together`."""
        return self._table.change(whereabouts_key(space, person), self._placed(room, lease, is_alone=is_alone))

    def lease(self, space: str, holder: str, lease: Lease, stale: Lease | None, until: int) -> TransactWriteItemTypeDef:
        """A write that gives a holder a lease in the place of one that is over, if that is still the last one."""
        return self._table.put(
            lease_key(space, holder) | lease.to_wire() | {"ttl": until + _LEASE_KEPT_SECONDS},
            NEW if stale is None else Condition("leaseId = :stale", values={":stale": stale.lease_id}),
        )

    def release(self, space: str, holder: str) -> bool:
        """Gives up what a holder has; whoever is inside, or on the way with a token, is not disturbed.

        Returns:
            Whether the holder ever had a room, the living one or another before.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        for _ in range(_ROUNDS):
            lease, room = self.held(space, holder)
            if lease is None or room is None:
                return lease is not None
            # The last token for this room could have been minted a moment ago.
            until = min(room.lease_until, int(self._clock.time()) + PARTICIPANT_SECONDS)
            as_read = {":lease": lease.lease_id, ":was": room.lease_until}
            still = Condition("leaseId = :lease AND leaseUntil = :was", values=as_read)
            given = Change.of({"leaseUntil": until}, removed=["heldUntil"])
            try:
                self._table.update(room_key(space, lease.room), given, still)
            except ConditionFailedError:
                continue
            return True
        raise StoreUnavailableError(CONFLICT)

    def _placed(self, room: str, lease: Lease | None, *, is_alone: bool) -> Change:
        placed = Whereabouts(room=room, lease_id=None if lease is None else lease.lease_id, is_alone=is_alone)
        given = placed.to_wire() | {"ttl": int(self._clock.time()) + KEPT_SECONDS}
        return Change.of(given, removed={"leaseId"} - given.keys())

    def _keep(self, wish: Wish, lease: Lease, room: Room) -> bool:
        """Whether a lease lasts for as long as the token opens the door that is minted now."""
        now = int(self._clock.time())
        if lease.lease_id != room.lease_id:
            return True
        # What was said when it began is out of date where the meeting has moved.
        given: dict[str, object] = {} if wish.held_until in {None, room.held_until} else {"heldUntil": wish.held_until}
        until = _kept_until(wish, now)
        if room.lease_until < until - NO_SHOW_GRACE + PARTICIPANT_SECONDS:
            given["leaseUntil"] = until
            # Nothing is to be cleaned up under whoever is inside.
            if room.made == "fresh" and not room.occ:
                given["ttl"] = until + KEPT_SECONDS
        if not given:
            return True
        still = "attribute_exists(occ)" if room.occ else "attribute_not_exists(occ) AND leaseUntil >= :now"
        values = {":lease": lease.lease_id} | ({} if room.occ else {":now": now})
        condition = Condition(f"leaseId = :lease AND {still}", values=values)
        try:
            self._table.update(room_key(wish.space, lease.room), Change.of(given), condition)
        except ConditionFailedError:
            return False
        return True

    def _taken(self, wish: Wish, stale: Lease | None, strategy: Strategy) -> tuple[str | None, bool]:
        was_contended = False
        for name, room in self._candidates(wish.space, strategy):
            try:
                self._take(wish, name, room, stale)
            except ConditionFailedError as error:
                was_contended = True
                if _LEASE_WRITE in error.failed:
                    # Somebody asked for the same holder at the same moment, and was first.
                    break
            except StoreUnavailableError as error:
                if error.reason != CONFLICT:
                    raise
                was_contended = True
            else:
                return name, False
        return None, was_contended

    def _candidates(self, space: str, strategy: Strategy) -> Iterator[tuple[str, Room | None]]:
        if strategy is not Strategy.POOL:
            yield _FRESH_PREFIX + secrets.token_hex(_FRESH_BYTES), None
            return
        now = self._clock.time()
        items = self._table.query(space_partition(space), ROOM_PREFIX, consistent=False)
        rooms = {item["sk"].removeprefix(ROOM_PREFIX): record_of(Room, item) for item in items}
        names = [name for name, room in rooms.items() if room.made == "pool" and room.is_free(now)]
        self._shuffle(names)
        yield from ((name, rooms[name]) for name in names)

    def _take(self, wish: Wish, name: str, room: Room | None, stale: Lease | None) -> None:
        now = int(self._clock.time())
        lease = Lease(room=name, lease_id=new_lease_id())
        until = _kept_until(wish, now)
        given: dict[str, object] = {"leaseId": lease.lease_id, "leaseUntil": until}
        if room is None:
            given |= {"made": "fresh", "ttl": until + KEPT_SECONDS}
        if wish.held_until is not None:
            given["heldUntil"] = wish.held_until
        writes = [
            self.lease(wish.space, wish.holder, lease, stale, max(until, wish.held_until or 0)),
        ]
        if wish.person is not None:
            writes.append(self.placing(wish.space, wish.person, name, lease, is_alone=wish.is_alone))
        if wish.is_desk:
            given |= {"agent": wish.person, "waitingSince": now}
            writes.append(self._table.put(waiting_key(wish.space, now, name) | {"ttl": until + KEPT_SECONDS}))
        if room is not None and room.waiting_since is not None and room.waiting_since != now:
            writes.append(self._table.remove(waiting_key(wish.space, room.waiting_since, name)))
        change = Change.of(given, removed=_OF_A_LEASE - given.keys())
        condition = NEW if room is None else _free(now)
        self._table.write_together(self._table.change(room_key(wish.space, name), change, condition), *writes)


def _kept_until(wish: Wish, now: int) -> int:
    return max(now, wish.expected_at or 0) + NO_SHOW_GRACE


def _free(now: int) -> Condition:
    # Who is inside is a set, and DynamoDB keeps no empty ones. Ends are compared, and never left to its TTL.
    return Condition(
        "made = :pool AND attribute_not_exists(occ) AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now)",
        values={":pool": "pool", ":now": now},
    )
