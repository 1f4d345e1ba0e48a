"""How a space is shown: its rooms, for whom they are kept, and how many wait; nobody is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vocespace.blocks import space_partition
from vocespace.container import Container
from vocespace.room_list import RoomState, state_of
from vocespace.space_records import (
    LEASE_PREFIX,
    MEETING_HOLDER,
    PERSON_HOLDER,
    QUEUE_PREFIX,
    Lease,
    QueuedCustomer,
    Room,
    Space,
)
from vocespace.table import Table, record_of
from vocespace_cli.output import Output, utc

_KINDS = {MEETING_HOLDER: "meeting", PERSON_HOLDER: "person"}


@dataclass(frozen=True, slots=True)
class SeenRoom:
    """A room at one moment.

    Attributes:
        name: Its name.
        room: As the table has it.
        state: Whether it can be had.
        holder: What holds it: an agent, a meeting or a person; None where nothing does.
        until: Until when it is kept while nobody is inside; None where somebody is, or it is free.
        agent_waits: Whether an agent waits there for a customer.
    """

    name: str
    room: Room
    state: RoomState
    holder: str | None
    until: int | None
    agent_waits: bool


@dataclass(frozen=True, slots=True)
class SeenSpace:
    """A space at one moment: itself, its rooms, and how many customers wait for an agent."""

    name: str
    space: Space
    rooms: list[SeenRoom]
    customers_waiting: int

    @property
    def agents_waiting(self) -> int:
        """How many agents wait for a customer."""
        return sum(each.agent_waits for each in self.rooms)


def look_at(parts: Container, name: str, now: int) -> SeenSpace:
    """A space as it is now.

    Raises:
        NotFoundError: there is none.
        StoreUnavailableError: nobody can tell.
    """
    space = parts.rooms.listing.space(name)
    kinds = _kinds(parts.table, name)
    rooms = [_seen(each, room, kinds, now) for each, room in parts.rooms.listing.living(name)]
    return SeenSpace(name, space, rooms, _customers_waiting(parts.table, name, now))


def space_members(seen: SeenSpace) -> dict[str, Any]:
    """A space for a script."""
    return {
        "space": seen.name,
        "strategy": seen.space.strategy.value,
        "createdAt": seen.space.created_at,
        "agentsWaiting": seen.agents_waiting,
        "customersWaiting": seen.customers_waiting,
        "rooms": [_members(each) for each in seen.rooms],
    }


def show_space(output: Output, seen: SeenSpace) -> None:
    """Prints a space."""
    output.pairs(
        {
            "Space": seen.name,
            "Strategy": seen.space.strategy.value,
            "Made": utc(seen.space.created_at),
            "Agents waiting": str(seen.agents_waiting),
            "Customers waiting": str(seen.customers_waiting),
        }
    )
    if not seen.rooms:
        output.line("It has no rooms yet.")
        return
    columns = ("Room", "Made", "State", "Inside", "Held by", "Kept until")
    output.table(columns, [_row(each) for each in seen.rooms])


def _seen(name: str, room: Room, kinds: dict[str, str], now: int) -> SeenRoom:
    state = state_of(room, now)
    if state is RoomState.FREE:
        return SeenRoom(name, room, state, holder=None, until=None, agent_waits=False)
    # Whoever walks into a named room does not hold it.
    holder = "agent" if room.agent is not None else kinds.get(room.lease_id or "")
    until = room.lease_until if state is RoomState.LEASED else None
    return SeenRoom(name, room, state, holder, until, room.awaits_customer(now))


def _kinds(table: Table, space: str) -> dict[str, str]:
    """What holds each lease, by the lease's id."""
    found = {}
    for item in table.query(space_partition(space), LEASE_PREFIX):
        holder = item["sk"].removeprefix(LEASE_PREFIX)
        kind = next((kind for prefix, kind in _KINDS.items() if holder.startswith(prefix)), None)
        if kind is not None:
            found[record_of(Lease, item).lease_id] = kind
    return found


def _customers_waiting(table: Table, space: str, now: int) -> int:
    entries = (record_of(QueuedCustomer, item) for item in table.query(space_partition(space), QUEUE_PREFIX))
    return len({each.customer for each in entries if each.until >= now})


def _members(seen: SeenRoom) -> dict[str, Any]:
    members: dict[str, Any] = {
        "name": seen.name,
        "made": seen.room.made,
        "state": seen.state.value,
        "occupancy": len(seen.room.occ),
    }
    if seen.holder is not None:
        members["heldBy"] = seen.holder
    if seen.until is not None:
        members["keptUntil"] = seen.until
    if seen.holder == "agent":
        members["agentWaits"] = seen.agent_waits
    return members


def _row(seen: SeenRoom) -> tuple[str, ...]:
    waits = ", who waits" if seen.agent_waits else ""
    until = "" if seen.until is None else utc(seen.until)
    return (seen.name, seen.room.made, seen.state, str(len(seen.room.occ)), f"{seen.holder or ''}{waits}", until)
