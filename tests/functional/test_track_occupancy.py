"""track_occupancy: rooms follow LiveKit's events; what fails comes again, and keeps nobody else's room waiting."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import Event, load_event
from tests.support.upstream import Upstream, answer_json
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, TABLE, World
from vocespace.attributes import Item
from vocespace.block_list import BlockList
from vocespace.blocks import Block
from vocespace.registry import Registry
from vocespace.rooms import MAIN
from vocespace.space_records import OCCUPIED, Room, room_key
from vocespace.table import Table, record_of

NAME = "track_occupancy"
SPACE = "my-workspace"
PERSON = "user_12345"


def batch(*messages: dict[str, Any]) -> Event:
    """An event of these messages, each in the group of its room."""
    (record,) = load_event(NAME, "came")["Records"]
    records = []
    for number, message in enumerate(messages):
        group = hashlib.sha256(str(message.get("roomName")).encode()).hexdigest()
        attributes = record["attributes"] | {"MessageGroupId": group}
        records.append(record | {"messageId": str(number), "body": json.dumps(message), "attributes": attributes})
    return {"Records": records}


def message(**members: object) -> dict[str, Any]:
    """The message that somebody has come, with members changed."""
    (record,) = load_event(NAME, "came")["Records"]
    return dict(json.loads(record["body"]) | members)


def failures(world: World, event: Event) -> list[str]:
    """Which messages come again."""
    answer = world.invoke(NAME, event)
    assert answer.keys() == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def inside(space: str = SPACE, room: str = MAIN) -> frozenset[str]:
    """Whose connections a room has."""
    (item,) = Table(TABLE).read([room_key(space, room)])
    return frozenset() if item is None else record_of(Room, item).occ


def occupied() -> list[Item]:
    """The entries of rooms in which somebody is."""
    return list(Table(TABLE).query(OCCUPIED))


@pytest.fixture(name="livekit")
def _livekit(world: World) -> Iterator[Upstream]:
    """A LiveKit server that takes out whomever it is told to."""
    with Upstream(lambda *_: answer_json(200, {})) as server:
        url = server.url.replace("http", "ws")
        world.put_secret("livekit", {"url": url, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
        yield server


def block(world: World, person: str) -> None:
    """Keeps somebody out, from a while ago on."""
    table = Table(TABLE)
    BlockList(table, Registry(table.read, world.clock), world.clock).add(Block(space=SPACE, id=person, created_at=NOW))


def test_rooms_follow_the_files(world: World) -> None:
    """Came, went, and the room ended; each may be told again."""
    assert failures(world, load_event(NAME, "came")) == []
    assert failures(world, load_event(NAME, "came")) == []
    assert inside() == {"PA_abc"}
    assert len(occupied()) == 1

    assert failures(world, load_event(NAME, "went")) == []
    assert failures(world, load_event(NAME, "ended")) == []
    assert failures(world, load_event(NAME, "came")) == []

    assert inside() == frozenset()
    assert occupied() == []


def test_a_batch_is_worked_on_in_order(world: World) -> None:
    """All of one room's."""
    assert failures(world, load_event(NAME, "came_and_went")) == []
    assert occupied() == []


def test_the_end_of_a_room_takes_everybody_along(world: World) -> None:
    """And a leaving that is told later does no harm."""
    failures(world, batch(message(), message(sid="PA_2", person="user_2")))
    assert inside() == {"PA_abc", "PA_2"}

    assert failures(world, load_event(NAME, "ended")) == []
    assert inside() == frozenset()
    assert failures(world, load_event(NAME, "went")) == []


@pytest.mark.parametrize(
    ("mapping", "name", "space", "room"),
    [
        ("space", "my-workspace", "my-workspace", MAIN),
        ("room", "my-workspace", "my-workspace", MAIN),
        ("room", "my-workspace/stage", "my-workspace", "stage"),
        ("space", "工作 区", "工作 区", MAIN),
    ],
)
def test_a_livekit_room_is_what_the_mapping_says(world: World, mapping: str, name: str, space: str, room: str) -> None:
    """The whole space, or one of its rooms."""
    world.configure(ROOM_MAPPING=mapping)

    assert failures(world, batch(message(roomName=name))) == []
    assert inside(space, room) == {"PA_abc"}


@pytest.mark.parametrize(
    ("mapping", "name"),
    [("space", "a/b"), ("space", "a#b"), ("space", "$space"), ("room", "a/b/c"), ("room", "a/"), ("room", "/a")],
)
def test_rooms_of_others_are_let_be(world: World, mapping: str, name: str) -> None:
    """No name of ours could be like that, and a key of the table could be mistaken for another."""
    world.configure(ROOM_MAPPING=mapping)

    for what in ("came", "went", "ended"):
        assert failures(world, batch(message(roomName=name, what=what, id=f"EV_{what}"))) == []
    assert occupied() == []


def test_what_fails_keeps_its_own_room_waiting_only(world: World) -> None:
    """A message that cannot be read, and all behind it in its group; not those of another room."""
    event = batch(message(what="levitated"), message(sid="PA_2"), message(roomName="elsewhere"))

    assert failures(world, event) == ["0", "1"]
    assert inside() == frozenset()
    assert inside("elsewhere") == {"PA_abc"}


def test_without_a_table_everything_comes_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And the function has not crashed: it says which messages, and in the log why."""
    fail("BatchGetItem", 500, "InternalServerError")

    assert failures(world, batch(message(), message(sid="PA_2"))) == ["0", "1"]
    log = capsys.readouterr().out
    assert '"InternalServerError"' in log
    assert PERSON not in log
    assert "secret-looking" not in log


def test_whoever_is_blocked_goes_out_again(world: World, livekit: Upstream) -> None:
    """Their participant token was signed before the block."""
    block(world, PERSON)

    assert failures(world, batch(message(), message(person="user_2", sid="PA_2"))) == []

    (request,) = livekit.received
    assert request.path == "/twirp/livekit.RoomService/RemoveParticipant"
    assert request.json() == {"room": SPACE, "identity": PERSON}


def test_whoever_is_blocked_stays_no_longer_than_livekit_is_away(
    world: World, livekit: Upstream, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message comes again until they are out."""
    block(world, PERSON)
    livekit.expect(lambda *_: answer_json(500, {}))
    assert failures(world, batch(message())) == ["0"]
    assert '"room_service_refused"' in capsys.readouterr().out

    livekit.expect(lambda *_: answer_json(200, {}))
    assert failures(world, batch(message())) == []

    assert len(livekit.received) == 1


def test_what_nobody_expected_quotes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its text could hold anything."""

    def broken(*_: object) -> None:
        raise RuntimeError(PERSON)

    monkeypatch.setattr("vocespace.tracking.Tracking.follow", broken)

    assert failures(world, batch(message())) == ["0"]
    log = "".join(capsys.readouterr())
    assert "RuntimeError" in log
    assert PERSON not in log
