"""A space in which nine rooms of ten are taken, and which is the same again after every allocation."""

from __future__ import annotations

import random
from collections.abc import Iterator
from enum import StrEnum

from tests.support.clock import NOW, FakeClock
from tests.support.house import SPACE, House, in_order
from tests.support.tables import at_once
from tools.bench.meter import Meter, Usage
from vocespace.attributes import Item
from vocespace.blocks import space_partition
from vocespace.errors import NoAgentAvailableError, NoEmptyRoomError, StoreUnavailableError
from vocespace.identities import Identity
from vocespace.space_records import Strategy, new_lease_id, room_key, waiting_key
from vocespace.table import Table

CALLERS = 16
"""How many ask at the same moment, where several do."""

_TAKEN_OF_TEN = 9
_LONG = 86_400
_MOST_WRITES = 100


class Kind(StrEnum):
    """What is asked for."""

    POOL = "pool"
    CREATE = "create"
    AGENT = "agent"
    CUSTOMER = "customer"


class RoomScene:
    """One space with a number of rooms, in a table of its own.

    Args:
        table: The table, empty.
        meter: Watches the client by which it is reached.
        kind: What is asked for there. For agents and customers the rooms are desks, and at one of ten an agent waits.
        size: How many rooms there are.
    """

    def __init__(self, table: Table, meter: Meter, kind: Kind, size: int) -> None:
        self.kind = kind
        self.free = size // 10
        self._table, self._meter = table, meter
        clock = FakeClock()
        self._callers = [House(table, clock, shuffle=random.shuffle) for _ in range(CALLERS)]
        self._first_fit = [House(table, clock, shuffle=in_order) for _ in range(CALLERS)]
        self._callers[0].set_up(Strategy.POOL if kind is Kind.POOL else Strategy.CREATE)
        items = [each for number in range(size) for each in self._room(number)]
        for start in range(0, len(items), _MOST_WRITES):
            table.write_together(*map(table.put, items[start : start + _MOST_WRITES]))
        self._items = {(each["pk"], each["sk"]): each for each in items}
        for house in (*self._callers, *self._first_fit):
            # Each has been asked before: a warm instance knows the space.
            house.spaces.entered(SPACE, person="ada", platform="demo")
        meter.taken()

    def ask(self) -> None:
        """Somebody asks, and gets what they ask for."""
        self._ask(self._callers[0], "somebody")

    def served_at_once(self, *, first_fit: bool) -> int:
        """As many people ask at the same moment as there are callers; how many of them are served.

        Args:
            first_fit: Whether each tries the free rooms of the pool in their order, and not in one of its own.
        """
        houses = self._first_fit if first_fit else self._callers
        return sum(at_once(CALLERS, lambda number: self._is_served(houses[number], f"person-{number}")))

    def restore(self) -> Usage:
        """Makes the space what it was, as far as anything was written since, and tells what was used till now."""
        usage = self._meter.taken()
        writes = [
            self._table.put(self._items[pk, sk])
            if (pk, sk) in self._items
            else self._table.remove({"pk": pk, "sk": sk})
            for pk, sk in sorted(usage.written)
        ]
        for start in range(0, len(writes), _MOST_WRITES):
            self._table.write_together(*writes[start : start + _MOST_WRITES])
        self._meter.taken()
        return usage

    def bare_transaction(self) -> None:
        """The least that an allocation could be: one write of three items, and nothing read."""
        self._table.write_together(
            *(self._table.put({"pk": space_partition("bare"), "sk": sk, "room": "a"}) for sk in ("1", "2", "3"))
        )

    def _is_served(self, house: House, person: str) -> bool:
        try:
            self._ask(house, person)
        except (NoEmptyRoomError, NoAgentAvailableError, StoreUnavailableError):
            return False
        return True

    def _ask(self, house: House, person: str) -> None:
        identities = {Kind.AGENT: Identity.ASSISTANT, Kind.CUSTOMER: Identity.CUSTOMER}
        house.settle(person, identity=identities.get(self.kind, Identity.PARTICIPANT))

    def _room(self, number: int) -> Iterator[Item]:
        name, is_free = f"room-{number:04d}", number % 10 == _TAKEN_OF_TEN
        room = room_key(SPACE, name) | {"made": "pool" if self.kind is Kind.POOL else "fresh"}
        leased = {"leaseId": new_lease_id(), "leaseUntil": NOW + _LONG}
        if self.kind in {Kind.POOL, Kind.CREATE}:
            yield room | ({} if is_free else leased)
            return
        agent = room | leased | {"agent": f"agent-{number}", "agentSid": f"PA_{number}"}
        if is_free:
            since = NOW - number
            yield agent | {"occ": frozenset({f"PA_{number}"}), "waitingSince": since}
            yield waiting_key(SPACE, since, name)
        else:
            yield agent | {"occ": frozenset({f"PA_{number}", f"PA_c{number}"}), "customer": f"customer-{number}"}
