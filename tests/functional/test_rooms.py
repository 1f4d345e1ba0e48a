"""Rooms: what a platform sees of them, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import with_body, with_headers
from tests.support.world import DEMO, TABLE, Answer, World
from vocespace.leases import NO_SHOW_GRACE
from vocespace.occupancy import Occupancy, Presence
from vocespace.space_records import Space, Strategy, room_key, space_key
from vocespace.table import Table

SPACE = "my-workspace"
PERSON = "user_12345"


def listing(world: World, *, platform: str = "demo", space: str = SPACE) -> Answer:
    """What a platform is answered."""
    path = f"/api/spaces/{space}/rooms"
    event = world.event("rooms", "get_rooms", platform=platform)
    http = event["requestContext"]["http"] | {"path": path}
    context = event["requestContext"] | {"http": http}
    parameters = {"space": space}
    return world.call("rooms", event | {"rawPath": path, "pathParameters": parameters, "requestContext": context})


def rooms(world: World, space: str = SPACE) -> dict[str, Any]:
    """The rooms of a space, by name."""
    answer = listing(world, space=space)
    assert answer.status == 200
    return {each.pop("name"): each for each in answer.json["rooms"]}


def make(*pool: str, space: str = SPACE) -> None:
    """Makes a space with a pool."""
    table, made = Table(TABLE), Space(created_at=NOW, strategy=Strategy.POOL)
    table.write_together(table.put(space_key(space) | made.to_wire()))
    for name in pool:
        table.write_together(table.put(room_key(space, name) | {"made": "pool"}))


def let_in(world: World, **members: object) -> str | None:
    """Lets somebody in, and says into which room."""
    answer = world.call(
        "connection_details", with_body(world.event("connection_details", "post_platform"), space=SPACE, **members)
    )
    assert answer.status == 200
    room: str | None = answer.json.get("room")
    return room


def came(world: World, sid: str = "PA_1", person: str = PERSON) -> None:
    """LiveKit tells that somebody came."""
    now = int(world.clock.time() * 1000)
    Occupancy(Table(TABLE), "space").came(Presence(SPACE, "RM_1", person, sid, now))


def went(world: World, sid: str = "PA_1", person: str = PERSON) -> None:
    """LiveKit tells that they left."""
    now = int(world.clock.time() * 1000)
    Occupancy(Table(TABLE), "space").went(Presence(SPACE, "RM_1", person, sid, now))


def test_a_room_of_the_pool_is_free_then_leased_then_occupied_then_free(world: World) -> None:
    """As it is given away, entered and left, and no longer kept."""
    make("blue")
    free = {"made": "pool", "state": "free", "occupancy": 0}
    assert rooms(world) == {"blue": free}

    assert let_in(world, id=PERSON, room="$empty") == "blue"
    assert rooms(world)["blue"] == free | {"state": "leased"}
    came(world)
    came(world, "PA_2")
    assert rooms(world)["blue"] == free | {"state": "occupied", "occupancy": 2}
    went(world)
    went(world, "PA_2")
    assert rooms(world)["blue"] == free | {"state": "leased"}
    world.clock.advance(61)
    assert rooms(world)["blue"] == free


def test_a_fresh_room_is_listed_for_as_long_as_it_is_somebodys(world: World) -> None:
    """Afterwards nobody is sent there any more, whether or not the table is cleaned up."""
    name = let_in(world, id=PERSON, room="$empty")
    assert rooms(world) == {name: {"made": "fresh", "state": "leased", "occupancy": 0}}

    world.clock.advance(NO_SHOW_GRACE)
    assert list(rooms(world)) == [name]
    world.clock.advance(1)
    assert rooms(world) == {}


def test_a_named_room_is_listed(world: World) -> None:
    """And so is the main room, once somebody was there."""
    let_in(world, id=PERSON, room="stage")
    came(world, person="somebody else")

    assert rooms(world) == {
        "$space": {"made": "named", "state": "occupied", "occupancy": 1},
        "stage": {"made": "named", "state": "free", "occupancy": 0},
    }


def test_of_a_desk_it_is_told_whether_the_agent_waits(world: World) -> None:
    """From our answer on, and not while a customer is there."""
    desk = let_in(world, id="agent", identity="assistant", auth="c_s", room="$empty")
    assert desk is not None
    assert rooms(world)[desk]["agentWaits"] is True
    came(world, "PA_agent", "agent")
    assert rooms(world)[desk]["agentWaits"] is True

    assert let_in(world, id="customer", identity="customer", auth="c_s", room="$empty") == desk
    assert rooms(world)[desk]["agentWaits"] is False


def test_nobody_is_named(world: World) -> None:
    """Neither who is inside nor who holds a room."""
    let_in(world, id="c4n4ry", room="$empty")
    let_in(world, id="c4n4ry-agent", identity="assistant", auth="c_s", room="$empty")
    came(world, "PA_c4n4ry", "c4n4ry")

    assert "c4n4ry" not in listing(world).text


@pytest.mark.parametrize("space", ["Beratung Süd", "हिन्दी", "a.b_c-d"])
def test_a_space_is_found_by_its_name(world: World, space: str) -> None:
    """Whatever its script: API Gateway hands over both path and parameter decoded."""
    make("blue", space=space)

    assert list(rooms(world, space)) == ["blue"]


def test_an_unknown_space_is_not_found(world: World) -> None:
    """And looking for it does not make it."""
    assert listing(world).status == listing(world).status == 404
    assert list(Table(TABLE).query(f"SPACE#{SPACE}")) == []


def test_a_platform_sees_its_own_spaces_only(world: World) -> None:
    """Whether there is such a space is none of its business either."""
    assert listing(world, platform="acme").json["code"] == "policy_refused"
    make("blue")
    assert listing(world, platform="acme").json["code"] == "policy_refused"
    make("blue", space="acme-1")
    assert listing(world, platform="acme", space="acme-1").status == 200


def test_nobody_may_see_nothing(world: World) -> None:
    """There are no guests here."""
    make("blue")

    assert world.call("rooms", world.event("rooms", "get_no_credential")).status == 401
    wrong = with_headers(world.event("rooms", "get_rooms"), authorization="Bearer nonsense")
    assert world.call("rooms", wrong).status == 401


def test_a_name_that_is_none_is_refused(world: World) -> None:
    """By the field, and not by its value."""
    answer = listing(world, space="a$b")

    assert answer.status == 400
    assert [each["field"] for each in answer.json["errors"]] == ["space"]


def test_looking_counts_as_a_request(world: World) -> None:
    """And tells what is left."""
    make("blue")
    policy = DEMO.policy.model_copy(update={"requests_per_minute": 1})
    world.put_platform(DEMO.model_copy(update={"policy": policy}))

    first, second = listing(world), listing(world)

    assert (first.status, second.status) == (200, 429)
    assert first.headers["RateLimit"].startswith('"requestsPerMinute";r=0;t=')


@pytest.mark.parametrize("operation", ["BatchGetItem", "Query"])
def test_a_table_that_is_away_lists_nothing(world: World, operation: str) -> None:
    """Not even an empty list, which would say that there are no rooms."""
    make("blue")
    fail(operation, 500, "InternalServerError")

    assert listing(world).status == 503
