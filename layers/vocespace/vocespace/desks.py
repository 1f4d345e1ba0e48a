"""Desks: in customer support, the room of an agent who waits, for the customer whose turn it is (design section 5).

Both sides wait in the order in which they came. A customer who asks is put in the queue, and gets an agent if there
are more of them than customers in front; whoever has not asked again within `QUEUE_SECONDS` is no longer in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocespace.blocks import space_partition
from vocespace.clock import Clock
from vocespace.errors import NoAgentAvailableError, StoreUnavailableError
from vocespace.leases import KEPT_SECONDS, Leases
from vocespace.space_records import (
    QUEUE_PREFIX,
    WAITING_PREFIX,
    Lease,
    QueuedCustomer,
    Room,
    new_lease_id,
    person_holder,
    queue_key,
    room_key,
    waiting_key,
)
from vocespace.table import CONFLICT, ConditionFailedError, Table, record_of
from vocespace.writes import Change, Condition

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

QUEUE_SECONDS = 20
"""For how long a customer who was told to come again keeps their turn."""

CUSTOMER_GRACE = 120
"""For how many seconds a desk is kept for a customer whom LiveKit has not seen yet."""

_ROUNDS = 8
_MAX_DESKS = 100
_DESKS_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class _Turn:
    """Where a customer stands: since when, behind how many, among how many."""

    since: int
    ahead: int
    waiting: int


class Desks:
    """Brings customers and agents together."""

    def __init__(self, table: Table, leases: Leases, clock: Clock) -> None:
        self._table = table
        self._leases = leases
        self._clock = clock

    def desk_for(self, space: str, customer: str) -> str:
        """The desk that the customer was sent to, or that of the agent who has waited longest.

        Raises:
            NoAgentAvailableError: nobody waits, or only for customers who came earlier; it says how many wait.
            StoreUnavailableError: nobody can tell.
        """
        turn = None
        for _ in range(_ROUNDS):
            lease, room = self._leases.held(space, person_holder(customer))
            try:
                if lease is not None and room is not None:
                    self._keep(space, lease, room)
                    self._leases.place(space, customer, lease.room, lease)
                    return lease.room
                turn = self._turn(space, customer)
                desks = self.waiting(space, enough=turn.ahead + 1)
                if turn.ahead >= len(desks):
                    break
                name, desk = desks[turn.ahead]
                self._send(space, customer, turn, name, desk, lease)
            except ConditionFailedError:
                continue
            except StoreUnavailableError as error:
                if error.reason != CONFLICT:
                    raise
            else:
                return name
        raise NoAgentAvailableError("no_agent_waiting", 1 if turn is None else turn.waiting)

    def waiting(self, space: str, *, enough: int = _MAX_DESKS) -> list[tuple[str, Room]]:
        """The desks whose agents wait, longest first; entries of those who never will again are removed.

        Args:
            space: The space.
            enough: After how many nobody needs to look for more; more may be found.

        Raises:
            StoreUnavailableError: the table cannot be read, or not be written.
        """
        now = self._clock.time()
        entries = [
            (int(since), room)
            for since, _, room in (
                item["sk"].removeprefix(WAITING_PREFIX).partition("#")
                for item in self._table.query(space_partition(space), WAITING_PREFIX)
            )
            if int(since) <= now
        ][:_MAX_DESKS]
        found: list[tuple[str, Room]] = []
        # Or entries that only have to be swept would cost a call each.
        size = max(enough, _DESKS_AT_ONCE)
        while entries and len(found) < enough:
            page, entries = entries[:size], entries[size:]
            items = self._table.read([room_key(space, room) for _, room in page])
            for (since, name), item in zip(page, items, strict=True):
                room = None if item is None else record_of(Room, item)
                if room is None or room.waiting_since != since or room.is_free(now):
                    self._sweep(space, since, name, room)
                elif room.awaits_customer(now):
                    found.append((name, room))
        return found

    def _turn(self, space: str, customer: str) -> _Turn:
        now = self._clock.time()
        queued = [
            (int(item["sk"].removeprefix(QUEUE_PREFIX).partition("#")[0]), record_of(QueuedCustomer, item))
            for item in self._table.query(space_partition(space), QUEUE_PREFIX)
        ]
        first: dict[str, int] = {}
        for since, each in queued:
            if each.until >= now:
                first.setdefault(each.customer, since)
        own = first.setdefault(customer, int(now * 1000))
        ahead = sum(1 for each, since in first.items() if (since, each) < (own, customer))
        until = int(now) + QUEUE_SECONDS
        entry = queue_key(space, own, customer) | QueuedCustomer(customer=customer, until=until).to_wire()
        self._table.write_together(self._table.put(entry | {"ttl": until + KEPT_SECONDS}))
        over = [queue_key(space, since, each.customer) for since, each in queued if first.get(each.customer) != since]
        if over:
            self._tidy(*map(self._table.remove, over[:_MAX_DESKS]))
        return _Turn(own, ahead, len(first))

    def _keep(self, space: str, lease: Lease, room: Room) -> None:
        """Keeps the desk for a customer whom LiveKit has not seen and who asks again, as long as the agent is there."""
        since = room.waiting_since
        if lease.lease_id != room.customer_lease or since is None:
            return
        until = int(self._clock.time()) + CUSTOMER_GRACE
        change = Change.of({"customerUntil": until, "waitingSince": until + 1})
        still = Condition(
            "customerLease = :lease AND waitingSince = :since", values={":lease": lease.lease_id, ":since": since}
        )
        self._table.write_together(
            self._table.change(room_key(space, lease.room), change, still),
            *self._moved(space, lease.room, since, until + 1),
        )

    def _moved(self, space: str, room: str, since: int, later: int) -> list[TransactWriteItemTypeDef]:
        """An agent waits from later on; nothing where that is the same second, as DynamoDB writes no item twice."""
        if since == later:
            return []
        return [
            self._table.remove(waiting_key(space, since, room)),
            self._table.put(waiting_key(space, later, room) | {"ttl": later + KEPT_SECONDS}),
        ]

    def _sweep(self, space: str, since: int, name: str, room: Room | None) -> None:
        writes = [self._table.remove(waiting_key(space, since, name))]
        if room is not None and room.waiting_since == since:
            gone = Condition(
                "waitingSince = :since AND attribute_not_exists(occ) AND leaseUntil = :until",
                values={":since": since, ":until": room.lease_until},
            )
            writes.append(self._table.change(room_key(space, name), Change.of({}, removed=["waitingSince"]), gone))
        self._tidy(*writes)

    def _tidy(self, *writes: TransactWriteItemTypeDef) -> None:
        # Who else tidies up at the same moment, or comes back, is none the worse for what stays a little longer.
        try:
            self._table.write_together(*writes)
        except ConditionFailedError:
            pass
        except StoreUnavailableError as error:
            if error.reason != CONFLICT:
                raise

    def _send(self, space: str, customer: str, turn: _Turn, name: str, desk: Room, stale: Lease | None) -> None:
        now = int(self._clock.time())
        since, until = desk.waiting_since or 0, now + CUSTOMER_GRACE
        lease = Lease(room=name, lease_id=new_lease_id())
        # Should the customer not come, the agent waits again from then on.
        change = Change.of(
            {"customer": customer, "customerLease": lease.lease_id, "customerUntil": until, "waitingSince": until + 1}
        )
        alone = Condition("occ = :alone", values={":alone": desk.occ})
        expected = Condition("attribute_not_exists(occ) AND leaseUntil >= :now", values={":now": now})
        still = Condition(
            "leaseId = :lease AND waitingSince = :since", values={":lease": desk.lease_id, ":since": since}
        )
        self._table.write_together(
            self._table.change(room_key(space, name), change, still.and_also(alone if desk.occ else expected)),
            *self._moved(space, name, since, until + 1),
            self._table.remove(queue_key(space, turn.since, customer)),
            self._leases.lease(space, person_holder(customer), lease, stale, until),
            self._leases.placing(space, customer, name, lease),
        )
