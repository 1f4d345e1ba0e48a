"""A space and everybody who wants into it: allocation and occupancy over one table, and nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.support.clock import NOW, FakeClock
from vocespace.admission import Admission
from vocespace.allocation import Allocation
from vocespace.blocks import space_partition
from vocespace.desks import Desks
from vocespace.identities import Identity
from vocespace.leases import Leases, Shuffle
from vocespace.livekit_provider import RoomMapping
from vocespace.occupancy import Occupancy, Presence
from vocespace.space_records import WAITING_PREFIX, Room, Space, Strategy, room_key, space_key
from vocespace.spaces import Spaces
from vocespace.table import Table, record_of
from vocespace.token_result import TokenResult

SPACE = "hall"
TABLE = "houses"
SESSION = "RM_1"


def in_order(_: list[str]) -> None:
    """Leaves candidates as they are."""


class MeddledTable(Table):
    """A table in which somebody else gets in between a caller's reads and its next writes, each time once.

    Attributes:
        meanwhile: What happens right before each of the next writes of several items.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.meanwhile: list[Callable[[], object]] = []

    def write_together(self, *writes: object) -> None:
        """Lets the other one go first."""
        if self.meanwhile:
            self.meanwhile.pop(0)()
        super().write_together(*writes)  # type: ignore[arg-type]


class House:
    """The parts, wired together as the container does it, over a table and a clock of the test's."""

    def __init__(
        self, table: Table, clock: FakeClock, *, mapping: RoomMapping = "space", shuffle: Shuffle = in_order
    ) -> None:
        self.table, self.clock = table, clock
        self.leases = Leases(table, clock, shuffle)
        self.desks = Desks(table, self.leases, clock)
        self.spaces = Spaces(table, clock)
        self.allocation = Allocation(self.spaces, self.leases, self.desks)
        self.occupancy = Occupancy(table, mapping)

    def set_up(self, strategy: Strategy = Strategy.CREATE, pool: Iterable[str] = ()) -> None:
        """Makes the space, and its pool."""
        space = Space(created_at=NOW, strategy=strategy)
        self.table.write_together(self.table.put(space_key(SPACE) | space.to_wire()))
        for name in pool:
            self.table.write_together(self.table.put(room_key(SPACE, name) | {"made": "pool"}))

    def settle(
        self,
        person: str,
        room: str | None = "$empty",
        *,
        identity: Identity = Identity.PARTICIPANT,
        platform: str | None = "demo",
        meeting: str | None = None,
    ) -> Admission:
        """Somebody is admitted, and asks where to go."""
        support = identity in {Identity.ASSISTANT, Identity.CUSTOMER}
        auth = None if platform is None else "c_s" if support else "demo"
        now = int(self.clock.time())
        who = TokenResult(id=person, username=person, space=SPACE, room=room, identity=identity, iat=now, exp=now + 600)
        return self.allocation.settle(Admission(who, identity, auth, platform, meeting=meeting))

    def ask(self, person: str, *, meeting: str | None = None, platform: str | None = "demo") -> str:
        """Somebody asks for an empty room, and gets one."""
        return _room(self.settle(person, meeting=meeting, platform=platform))

    def agent(self, person: str) -> str:
        """An agent asks for a desk."""
        return _room(self.settle(person, identity=Identity.ASSISTANT))

    def customer(self, person: str) -> str:
        """A customer asks for an agent."""
        return _room(self.settle(person, identity=Identity.CUSTOMER))

    def presence(self, person: str, sid: str, *, room_name: str = SPACE, session: str = SESSION) -> Presence:
        """A connection, as LiveKit tells of it now."""
        return Presence(room_name, session, person, sid, int(self.clock.time() * 1000))

    def came(self, person: str, sid: str | None = None, **told: str) -> None:
        """LiveKit tells that somebody came; the sid is their name unless another one is said."""
        self.occupancy.came(self.presence(person, sid or person, **told))

    def went(self, person: str, sid: str | None = None, **told: str) -> None:
        """LiveKit tells that they left."""
        self.occupancy.went(self.presence(person, sid or person, **told))

    def room(self, name: str) -> Room:
        """A room as the table has it."""
        (item,) = self.table.read([room_key(SPACE, name)])
        assert item is not None
        return record_of(Room, item)

    def inside(self) -> dict[str, set[str]]:
        """Which connections are in which room, where any is."""
        rooms = {name: set(room.occ) for name, room in self.occupancy.rooms_of(SPACE) if room.occ}
        assert rooms.keys() == {name for _, name in self.occupancy.occupied()}
        return rooms

    def waiting(self) -> list[tuple[int, str]]:
        """The entries of waiting agents: since when, and in which room."""
        keys = [item["sk"].removeprefix(WAITING_PREFIX) for item in self._entries()]
        return [(int(since), room) for since, _, room in (key.partition("#") for key in keys)]

    def _entries(self) -> list[dict[str, str]]:
        return list(self.table.query(space_partition(SPACE), WAITING_PREFIX))


def _room(admission: Admission) -> str:
    assert admission.person.room is not None
    return admission.person.room
