"""What the table keeps about a space: itself, its rooms, who holds them, and who waits (design section 5).

All of it is one partition. Times are Unix seconds, except where milliseconds are said.
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from vocespace.attributes import Key
from vocespace.blocks import space_partition
from vocespace.names import PersonName, PlaceName
from vocespace.platforms import PlatformId
from vocespace.rooms import RoomType
from vocespace.wire import WireModel

ROOM_PREFIX = "ROOM#"
LEASE_PREFIX = "LEASE#"
WAITING_PREFIX = "WAITING#"
QUEUE_PREFIX = "QUEUE#"

_LEASE_BYTES = 12

PERSON_HOLDER = "PERSON#"
MEETING_HOLDER = "MEETING#"

OCCUPIED = "OCCUPIED"
"""The partition that lists all rooms in which somebody is; no name of a space or a room holds a slash."""

INSIDE = 2**40 - 1
"""The end of what lasts for as long as somebody is inside."""

Seconds = Annotated[int, Field(ge=0, le=INSIDE)]
LeaseId = Annotated[str, Field(min_length=1, max_length=64)]
Sids = Annotated[frozenset[str], Field(strict=False)]


class Strategy(StrEnum):
    """How a space finds an empty room."""

    CREATE = "create"
    POOL = "pool"
    AGENT = "agent"


class Space(WireModel):
    """A space.

    Attributes:
        created_at: When the first person came, or the operator made it.
        created_by: That person's id.
        platform: Who vouched for that person; None for a guest of nobody's.
        strategy: How it finds an empty room.
    """

    created_at: Seconds
    created_by: PersonName | None = None
    platform: PlatformId | None = None
    strategy: Annotated[Strategy, Field(strict=False)] = Strategy.CREATE


class Room(WireModel):
    """A room of a space.

    Attributes:
        made: Whether it was asked for by name, made for whoever wanted an empty one, or is one of the space's pool.
        lease_id: Of whoever holds it, or held it last.
        lease_until: Until when it is held while nobody is inside.
        held_until: Until when it is held in any case, once somebody has come: a meeting's end.
        occ: The LiveKit sids of who is inside.
        occ_at: When somebody came or left last, Unix milliseconds.
        agent: Whose desk it is.
        agent_sid: The sid of the agent's connection, while there is one.
        waiting_since: Since when, or from when on, the agent waits for a customer; None while one is inside.
        customer: Who was sent there last.
        customer_lease: The id of that customer's lease.
        customer_until: Until when the room is kept for the customer.
    """

    made: Literal["named", "fresh", "pool"]
    lease_id: LeaseId | None = None
    lease_until: Seconds = 0
    held_until: Seconds | None = None
    occ: Sids = frozenset()
    occ_at: Annotated[int, Field(ge=0)] | None = None
    agent: PersonName | None = None
    agent_sid: str | None = None
    waiting_since: Seconds | None = None
    customer: PersonName | None = None
    customer_lease: LeaseId | None = None
    customer_until: Seconds = 0

    def is_free(self, now: float) -> bool:
        """Whether nobody holds it and nobody is inside."""
        return not self.occ and self.lease_until < now

    def is_held(self, lease_id: str, now: float) -> bool:
        """Whether this lease on it lasts: the holder's, or that of the customer who was sent there."""
        if lease_id == self.customer_lease:
            return now <= self.customer_until
        return lease_id == self.lease_id and not self.is_free(now)

    def awaits_customer(self, now: float) -> bool:
        """Whether its agent waits: alone inside, or not seen yet and still expected."""
        present = self.occ == {self.agent_sid} if self.occ else now <= self.lease_until
        return self.waiting_since is not None and self.waiting_since <= now and present


class Lease(WireModel):
    """Which room somebody holds, as long as the room says so too."""

    room: PlaceName
    lease_id: LeaseId


class Whereabouts(WireModel):
    """Where somebody is.

    Attributes:
        room: To which room they were let in last; None: to none that they named.
        lease_id: By which lease; None: they needed none.
        is_alone: Whether that lease is kept for them alone: others of a meeting may still come when one has come.
        sid: The sid of their last connection to LiveKit.
    """

    room: RoomType | None = None
    lease_id: LeaseId | None = None
    is_alone: bool = False
    sid: str | None = None


class Connection(WireModel):
    """A connection to LiveKit that was seen, so that no event about it counts twice or too late.

    Attributes:
        room: In which room of the space.
        person: Whose.
        live_kit_sid: The sid of the LiveKit room that it is to; None where only its end was told.
        is_over: Whether it has ended.
    """

    room: RoomType
    person: PersonName
    live_kit_sid: str | None = None
    is_over: bool = False


class QueuedCustomer(WireModel):
    """A customer who waits for an agent, and until when that is believed without another word from them."""

    customer: PersonName
    until: Seconds


def space_key(space: str) -> Key:
    """The primary key of a space's own item."""
    return {"pk": space_partition(space), "sk": "SPACE"}


def room_key(space: str, room: str) -> Key:
    """The primary key of a room's item."""
    return {"pk": space_partition(space), "sk": f"{ROOM_PREFIX}{room}"}


def lease_key(space: str, holder: str) -> Key:
    """The primary key of the item that says which room a person or a meeting holds."""
    return {"pk": space_partition(space), "sk": f"{LEASE_PREFIX}{holder}"}


def whereabouts_key(space: str, person: str) -> Key:
    """The primary key of the item that says to which room a person was let in."""
    return {"pk": space_partition(space), "sk": f"PERSON#{person}"}


def connection_key(space: str, sid: str) -> Key:
    """The primary key of the item about a connection to LiveKit."""
    return {"pk": space_partition(space), "sk": f"SID#{sid}"}


def occupied_key(space: str, room: str) -> Key:
    """The primary key of the entry of a room in which somebody is, among those of all spaces."""
    return {"pk": OCCUPIED, "sk": f"{space}/{room}"}


def waiting_key(space: str, since: int, room: str) -> Key:
    """The primary key of a waiting agent's entry: whoever has waited longest comes first."""
    return {"pk": space_partition(space), "sk": f"{WAITING_PREFIX}{since:013d}#{room}"}


def queue_key(space: str, since: int, customer: str) -> Key:
    """The primary key of a waiting customer's entry, likewise; `since` in milliseconds."""
    return {"pk": space_partition(space), "sk": f"{QUEUE_PREFIX}{since:013d}#{customer}"}


def person_holder(person: str) -> str:
    """The holder that a person is on their own."""
    return f"{PERSON_HOLDER}{person}"


def meeting_holder(platform: str | None, meeting: str) -> str:
    """The holder that all people of a meeting are together; two platforms may call two meetings the same."""
    return f"{MEETING_HOLDER}{platform}#{meeting}"


def new_lease_id() -> str:
    """An id that no other lease has."""
    return secrets.token_hex(_LEASE_BYTES)
