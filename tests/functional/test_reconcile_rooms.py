"""reconcile_rooms: what LiveKit says is mended into the table, unless something newer is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest

from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import load_event
from tests.support.upstream import Answer, Received, Upstream, answer_json
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, TABLE, World
from vocespace.background import WorkFailedError
from vocespace.block_list import BlockList
from vocespace.blocks import Block, space_partition
from vocespace.leases import NO_SHOW_GRACE
from vocespace.livekit_provider import RoomMapping
from vocespace.occupancy import Occupancy, Presence
from vocespace.registry import Registry
from vocespace.rooms import MAIN
from vocespace.space_records import OCCUPIED, WAITING_PREFIX, Room, room_key
from vocespace.table import Table, record_of

NAME = "reconcile_rooms"
SPACE = "my-workspace"


class LiveKit:
    """A LiveKit server's RoomService: who is in which of its rooms, by their sids."""

    def __init__(self) -> None:
        self.rooms: dict[str, list[dict[str, Any]]] = {}
        self.before_answer: Callable[[str], None] = lambda _: None
        self.broken: str | None = None

    def join(self, room: str, sid: str, identity: str, **members: object) -> None:
        """Puts somebody in."""
        # With defaults and unknown members, in snake_case: as Twirp writes it.
        person = {"sid": sid, "identity": identity, "state": "ACTIVE", "kind": "STANDARD", "joined_at": "1795000000"}
        self.rooms.setdefault(room, []).append(person | {"name": "Zhang San", "tracks": []} | members)

    def face(self, request: Received, _: Upstream) -> Answer:
        """Answers whoever may ask."""
        method = request.path.removeprefix("/twirp/livekit.RoomService/")
        self.before_answer(method)
        token = request.headers["authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, LIVEKIT_SECRET, ["HS256"], options={"verify_exp": False, "verify_nbf": False})
        video = claims["video"]
        if method == self.broken:
            return answer_json(503, {"code": "unavailable"})
        if method == "ListRooms":
            assert video == {"roomList": True}
            rooms = [{"sid": f"RM_{name}", "name": name, "num_participants": 0} for name in self.rooms]
            return answer_json(200, {"rooms": rooms})
        room = request.json()["room"]
        assert video == {"roomAdmin": True, "room": room}
        if room not in self.rooms:
            return answer_json(404, {"code": "not_found"})
        return answer_json(200, {"participants": self.rooms[room]})


@pytest.fixture(name="livekit")
def _livekit() -> LiveKit:
    return LiveKit()


@pytest.fixture(name="server")
def _server(world: World, livekit: LiveKit) -> Iterator[Upstream]:
    with Upstream(livekit.face) as server:
        url = server.url.replace("http", "ws")
        world.put_secret("livekit", {"url": url, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
        yield server


def reconcile(world: World) -> None:
    """What the schedule does."""
    assert world.invoke(NAME, load_event(NAME, "schedule")) is None


def occupancy(mapping: RoomMapping = "space") -> Occupancy:
    """What the webhooks are told to."""
    return Occupancy(Table(TABLE), mapping)


def presence(sid: str, person: str = "user_1", *, room: str = SPACE, at: float = NOW - 600) -> Presence:
    """Somebody's connection, ten minutes ago."""
    return Presence(room, f"RM_{room}", person, sid, int(at * 1000))


def inside(space: str = SPACE, room: str = MAIN) -> frozenset[str]:
    """Whose connections a room has."""
    (item,) = Table(TABLE).read([room_key(space, room)])
    return frozenset() if item is None else record_of(Room, item).occ


@pytest.mark.usefixtures("server")
def test_lost_comings_and_goings_are_mended(world: World, livekit: LiveKit, capsys: pytest.CaptureFixture[str]) -> None:
    """All of a room's in one run, and counted."""
    for sid in ("PA_stays", "PA_lost_1", "PA_lost_2"):
        occupancy().came(presence(sid, sid))
    livekit.join(SPACE, "PA_stays", "PA_stays")
    livekit.join(SPACE, "PA_new_1", "user_8")
    livekit.join(SPACE, "PA_new_2", "user_9", kind="SIP")

    reconcile(world)

    assert inside() == {"PA_stays", "PA_new_1", "PA_new_2"}
    log = capsys.readouterr().out
    lines = [json.loads(line) for line in log.splitlines()]
    (told,) = (line for line in lines if line.get("message") == "reconciled")
    assert (told["came"], told["went"]) == (2, 2)
    assert "user_8" not in log


@pytest.mark.usefixtures("server")
def test_twice_is_as_good_as_once(world: World, livekit: LiveKit) -> None:
    """And a webhook that comes late changes nothing any more."""
    occupancy().came(presence("PA_gone"))
    livekit.join(SPACE, "PA_new", "user_9")
    reconcile(world)
    reconcile(world)

    occupancy().came(presence("PA_gone"))
    occupancy().came(presence("PA_new", "user_9", at=NOW - 1))

    assert inside() == {"PA_new"}
    occupancy().went(presence("PA_new", "user_9", at=NOW + 1))
    reconcile(world)
    assert inside() == frozenset()


@pytest.mark.usefixtures("server")
def test_a_room_that_is_gone_is_empty(world: World, livekit: LiveKit) -> None:
    """Whether LiveKit does not list it, or it ends between the two questions."""
    occupancy().came(presence("PA_1"))
    occupancy().came(presence("PA_2", room="elsewhere"))
    livekit.join("elsewhere", "PA_2", "user_1")

    def end(method: str) -> None:
        if method == "ListParticipants":
            livekit.rooms.clear()

    livekit.before_answer = end

    reconcile(world)

    assert inside() == inside("elsewhere") == frozenset()
    assert list(Table(TABLE).query(OCCUPIED)) == []


@pytest.mark.usefixtures("server")
def test_who_fills_no_room_does_not_count(world: World, livekit: LiveKit) -> None:
    """Recorders, agents, those who are on their way out, ids of nobody; and rooms that cannot be ours."""
    livekit.join(SPACE, "PA_1", "egress", kind="EGRESS")
    livekit.join(SPACE, "PA_2", "agent", kind="AGENT")
    livekit.join(SPACE, "PA_3", "user_1", state="DISCONNECTED")
    livekit.join(SPACE, "PA_4", "")
    livekit.join("a/b", "PA_5", "user_1")

    reconcile(world)

    assert list(Table(TABLE).query(OCCUPIED)) == []


@pytest.mark.usefixtures("server")
def test_rooms_of_their_own_are_mended_too(world: World, livekit: LiveKit) -> None:
    """Where each is a LiveKit room."""
    world.configure(ROOM_MAPPING="room")
    occupancy("room").came(presence("PA_gone", room=f"{SPACE}/stage"))
    livekit.join(f"{SPACE}/hall", "PA_new", "user_9")
    livekit.join(SPACE, "PA_main", "user_8")

    reconcile(world)

    assert inside(room="stage") == frozenset()
    assert inside(room="hall") == {"PA_new"}
    assert inside() == {"PA_main"}


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("asked", ["ListRooms", "ListParticipants"])
def test_a_fresh_webhook_wins(world: World, livekit: LiveKit, asked: str) -> None:
    """Who comes while LiveKit is asked is not taken for gone, and who goes is not taken for there."""
    occupancy().came(presence("PA_goes", "user_1"))
    livekit.join(SPACE, "PA_goes", "user_1")

    def happen(method: str) -> None:
        if method == asked:
            occupancy().came(presence("PA_comes", "user_2", at=NOW + 1))
            occupancy().went(presence("PA_goes", "user_1", at=NOW + 1))

    livekit.before_answer = happen

    reconcile(world)

    assert inside() == {"PA_comes"}


@pytest.mark.usefixtures("server")
def test_a_room_that_has_just_changed_is_left_for_the_next_time(world: World, livekit: LiveKit) -> None:
    """LiveKit's list could be older than what its webhooks told."""
    occupancy().came(presence("PA_1", at=NOW + 1))
    livekit.rooms[SPACE] = []

    reconcile(world)
    assert inside() == {"PA_1"}
    world.clock.advance(300)
    reconcile(world)

    assert inside() == frozenset()


@pytest.mark.usefixtures("server")
def test_an_agent_who_has_reconnected_keeps_the_place_in_the_line(world: World, livekit: LiveKit) -> None:
    """The new connection is taken in before the old one goes."""
    agent = world.event("connection_details", "post_agent")
    body = json.loads(agent["body"]) | {"room": "$empty"}
    room = world.call("connection_details", agent | {"body": json.dumps(body)}).json["room"]
    occupancy().came(presence("PA_old", body["id"], room=body["space"], at=NOW))
    (before,) = Table(TABLE).read([room_key(body["space"], room)])
    world.clock.advance(600)
    livekit.join(body["space"], "PA_new", body["id"])

    reconcile(world)

    (after,) = Table(TABLE).read([room_key(body["space"], room)])
    assert before is not None
    assert after is not None
    assert record_of(Room, after).occ == {"PA_new"}
    assert record_of(Room, after).waiting_since == record_of(Room, before).waiting_since


@pytest.mark.usefixtures("server")
def test_entries_of_desks_that_are_given_up_are_swept(world: World, livekit: LiveKit) -> None:
    """The agent has never come; nobody has to ask for one."""
    agent = world.event("connection_details", "post_agent")
    body = json.loads(agent["body"]) | {"room": "$empty"}
    world.call("connection_details", agent | {"body": json.dumps(body)})
    partition = space_partition(body["space"])
    assert len(list(Table(TABLE).query(partition, WAITING_PREFIX))) == 1
    world.clock.advance(NO_SHOW_GRACE + 1)
    livekit.join(body["space"], "PA_1", "user_1")

    reconcile(world)

    assert list(Table(TABLE).query(partition, WAITING_PREFIX)) == []


@pytest.mark.parametrize("broken", ["ListRooms", "ListParticipants", None])
def test_livekit_away_changes_nothing(
    world: World, livekit: LiveKit, server: Upstream, broken: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is counted and logged, and is no crash."""
    occupancy().came(presence("PA_1"))
    livekit.join("elsewhere", "PA_2", "user_2")
    livekit.broken = broken
    if broken is None:
        with server.refusing():
            reconcile(world)
    else:
        reconcile(world)

    assert inside() == {"PA_1"}
    assert inside("elsewhere") == frozenset()
    log = capsys.readouterr().out
    assert ("room_service_unreachable" if broken is None else "room_service_refused") in log
    assert '"LiveKitUnasked":[1.0]' in log.replace(" ", "")


def test_an_answer_that_is_none_changes_nothing(world: World, server: Upstream) -> None:
    """Such as of another service."""
    occupancy().came(presence("PA_1"))
    server.expect(lambda *_: answer_json(200, {"rooms": [{"name": 5}]}))

    reconcile(world)

    assert inside() == {"PA_1"}


def test_a_full_room_fits(world: World, livekit: LiveKit, server: Upstream) -> None:
    """Hundreds of people with their metadata are far more than the 64 KiB that other answers may have."""
    for number in range(150):
        livekit.join(SPACE, f"PA_{number}", f"user_{number}", metadata="x" * 1000)
    assert server.received == []

    reconcile(world)

    assert len(inside()) == 150
    livekit.rooms.clear()
    world.clock.advance(300)
    reconcile(world)
    assert inside() == frozenset()


@pytest.mark.usefixtures("server")
def test_without_a_table_the_run_has_failed(world: World) -> None:
    """Somebody is told by the alarm for errors."""
    fail("Query", 500, "InternalServerError")

    with pytest.raises(WorkFailedError, match="InternalServerError"):
        reconcile(world)


def test_before_a_vocespace_server_there_is_nothing_to_ask(world: World) -> None:
    """The schedule is off there; whoever invokes it all the same does no harm."""
    world.configure(CONNECTION_PROVIDER="vocespace")

    reconcile(world)


def test_whoever_is_blocked_and_was_never_told_of_goes_out_again(
    world: World, livekit: LiveKit, server: Upstream
) -> None:
    """They came by a token from before the block, and the webhook of their coming was lost."""
    table = Table(TABLE)
    block = Block(space=SPACE, id="user_1", created_at=NOW)
    BlockList(table, Registry(table.read, world.clock), world.clock).add(block)
    livekit.join(SPACE, "PA_1", "user_1")
    livekit.join(SPACE, "PA_2", "user_2")

    reconcile(world)

    removed = [each.json() for each in server.received if each.path.endswith("/RemoveParticipant")]
    assert removed == [{"room": SPACE, "identity": "user_1"}]
    assert inside() == {"PA_1", "PA_2"}


@pytest.mark.usefixtures("server")
def test_who_cannot_be_taken_out_keeps_nothing_else_from_being_mended(world: World, livekit: LiveKit) -> None:
    """The last thing that is done is what failed."""
    table = Table(TABLE)
    block = Block(space=SPACE, id="user_1", created_at=NOW)
    BlockList(table, Registry(table.read, world.clock), world.clock).add(block)
    occupancy().came(presence("PA_0", "user_0"))
    livekit.join(SPACE, "PA_1", "user_1")
    livekit.broken = "RemoveParticipant"

    reconcile(world)

    assert inside() == {"PA_1"}
