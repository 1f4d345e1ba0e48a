"""Blocks: who is kept out of a space, at issue and at redemption, by whom, and at what price."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import Event, load_event, with_body, with_headers, with_query
from tests.support.upstream import Upstream, answer_json
from tests.support.world import DEMO, LIVEKIT_KEY, LIVEKIT_SECRET, TABLE, Answer, World
from vocespace import aws
from vocespace.jws import parse_compact, verified_claims

SPACE = "my-workspace"
PERSON = "user_12345"
LIST = {"space": SPACE}
ONE = {"space": SPACE, "id": PERSON}


def block(world: World, **members: object) -> Answer:
    """Blocks the person of the event files in their space, in demo's name."""
    return block_as(world, "demo", members)


def block_as(world: World, platform: str, members: Mapping[str, object]) -> Answer:
    """The same in another's name."""
    empty: dict[str, object] = dict.fromkeys(("expiresAt", "reason", "kick"))
    event = with_body(world.event("blocks", "post_block", platform=platform), **{**empty, **ONE, **members})
    return world.call("blocks", event)


def listed(world: World, **query: str) -> Any:  # noqa: ANN401 - JSON
    """The blocks of a space, as the API lists them."""
    return world.call("blocks", with_query(world.event("blocks", "get_blocks"), LIST | query)).json["blocks"]


def unblock(world: World, **query: str) -> Answer:
    """Lets the person in again."""
    return world.call("blocks", with_query(world.event("blocks", "delete_block"), ONE | query))


def attempts(world: World) -> list[int]:
    """What the person gets by every way in, to no room: a connection, a link, and a link that they already have."""
    token = world.token(id=PERSON, space=SPACE)
    redeem = with_query(world.event("connection_details", "get_json"), {"auth": "demo", "token": token})
    events = [
        ("connection_details", with_body(world.event("connection_details", "post_platform"), **ONE, room=None)),
        ("redirect_url", with_body(world.event("redirect_url", "post_ttl"), **ONE, room=None)),
        ("connection_details", redeem),
    ]
    return [world.call(*each).status for each in events]


def test_a_blocked_person_is_refused_at_issue_and_at_redemption(world: World) -> None:
    """Also with a token that was signed before; in every other space they are who they were."""
    assert attempts(world) == [200, 201, 200]

    answer = block(world, reason="shouting")

    assert answer.status == 201
    assert answer.json == {
        "space": SPACE, "id": PERSON, "reason": "shouting", "createdAt": NOW, "platform": "demo"
    }  # fmt: skip
    assert attempts(world) == [403, 403, 403]
    elsewhere = with_body(world.event("redirect_url", "post_ttl"), id=PERSON, space="elsewhere")
    assert world.call("redirect_url", elsewhere).status == 201
    somebody_else = with_body(world.event("redirect_url", "post_ttl"), id="user_2", space=SPACE)
    assert world.call("redirect_url", somebody_else).status == 201


def test_the_refusal_says_so_and_not_why(world: World) -> None:
    """The reason is for whoever reads the list."""
    block(world, reason="c4n4ry")

    answer = world.call("redirect_url", with_body(world.event("redirect_url", "post_ttl"), **ONE))

    assert (answer.status, answer.json["code"]) == (403, "person_blocked")
    assert "c4n4ry" not in answer.text


def test_when_a_block_is_answered_it_holds_in_every_instance(world: World) -> None:
    """The first one in a space takes as long as an instance may remember that there was none; the next ones nothing."""
    assert attempts(world) == [200, 201, 200]

    block(world)
    first = world.clock.time()
    world.clock.advance(60)
    second = world.clock.time()
    block(world, id="user_2")

    assert first == NOW + 5
    assert world.clock.time() == second
    assert attempts(world) == [403, 403, 403]


def test_two_first_blocks_at_once_both_wait(world: World) -> None:
    """The second does not rely on the wait of the first, which is not over."""
    block(world)
    before = world.clock.wall = NOW + 2

    block(world, id="user_2")

    assert world.clock.time() == before + 5


def test_a_block_ends_when_it_was_to_end(world: World) -> None:
    """On time, although the table clears it away only later."""
    block(world, expiresAt=NOW + 100)

    assert attempts(world) == [403, 403, 403]
    world.clock.wall = NOW + 99
    assert len(listed(world)) == 1
    world.clock.advance(1)
    assert attempts(world) == [200, 201, 200]
    assert listed(world) == []
    (item,) = [each for each in _items() if each["sk"]["S"].startswith("BLOCK#")]
    assert item["ttl"] == {"N": str(NOW + 100)}


def test_blocking_again_replaces_the_block(world: World) -> None:
    """So that twice the same does no harm, and an end can be changed."""
    block(world, expiresAt=NOW + 100, reason="a")
    block(world, reason="b")

    (only,) = listed(world)
    assert (only["reason"], only.get("expiresAt")) == ("b", None)


def test_who_is_let_in_again_is_let_in(world: World) -> None:
    """At once, and a second time there is nothing to do."""
    block(world)

    answer = unblock(world)

    assert (answer.status, answer.text) == (204, "")
    assert attempts(world) == [200, 201, 200]
    assert unblock(world).status == 404


def test_a_space_without_blocks_costs_no_call(world: World) -> None:
    """Neither before the first one nor after the last one, and a remembered platform none at all."""
    block(world)
    block(world, id="user_2")
    unblock(world)
    assert _digests() == 1
    unblock(world, id="user_2")
    assert _digests() == 0
    attempts(world)
    world.clock.advance(5)
    calls: list[str] = []
    aws.dynamodb().meta.events.register("before-call", lambda model, **_: calls.append(model.name))

    assert attempts(world) == [200, 201, 200]
    assert calls == ["BatchGetItem"]
    world.clock.advance(4)
    assert attempts(world) == [200, 201, 200]
    assert calls == ["BatchGetItem"]


def test_a_space_with_blocks_costs_one_call_a_person(world: World) -> None:
    """And only there."""
    block(world, id="user_2")
    attempts(world)
    calls: list[str] = []
    aws.dynamodb().meta.events.register("before-call", lambda model, **_: calls.append(model.name))

    attempts(world)

    assert calls == ["BatchGetItem"] * 3


def test_a_guest_can_be_blocked_too(world: World) -> None:
    """By the id that guests have."""
    event = world.event("connection_details", "get_guest")
    query = event["queryStringParameters"] | {"identity": "eve", "spaceName": SPACE}
    assert world.call("connection_details", with_query(event, query)).status == 200

    block(world, id="guest_eve")

    assert world.call("connection_details", with_query(event, query)).status == 403


def test_a_platform_blocks_in_its_own_spaces_only(world: World) -> None:
    """It can neither keep anybody out of another's, nor see who is, nor let them in."""
    assert block_as(world, "acme", {}).json["code"] == "policy_refused"
    block(world)
    event = with_query(world.event("blocks", "get_blocks", platform="acme"), LIST)
    assert world.call("blocks", event).json["code"] == "policy_refused"
    event = with_query(world.event("blocks", "delete_block", platform="acme"), ONE)
    assert world.call("blocks", event).json["code"] == "policy_refused"
    assert attempts(world) == [403, 403, 403]
    assert block_as(world, "acme", {"space": "acme-1"}).status == 201


@pytest.mark.parametrize("case", ["post_block", "get_blocks", "delete_block"])
def test_nobody_may_do_nothing(world: World, case: str) -> None:
    """There are no guests here."""
    event = with_headers(world.event("blocks", case), authorization=None)

    assert world.call("blocks", event).status == 401
    assert world.call("blocks", load_event("blocks", case)).status == 401
    assert _items_of("SPACE#") == []


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"space": None}, "space"),
        ({"space": "a/b"}, "space"),
        ({"id": None}, "id"),
        ({"id": "a\n"}, "id"),
        ({"expiresAt": NOW}, "expiresAt"),
        ({"expiresAt": "tomorrow"}, "expiresAt"),
        ({"reason": "x" * 257}, "reason"),
        ({"kick": "yes"}, "kick"),
        ({"until": NOW + 60}, "until"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_written(
    world: World, members: dict[str, object], field: str
) -> None:
    """A block that is half right is none."""
    answer = block_as(world, "demo", members)

    assert answer.status == 400
    assert [each["field"] for each in answer.json["errors"]] == [field]
    assert _items_of("SPACE#") == _items_of("BLOCKS") == []


@pytest.mark.parametrize("query", [{}, {"space": ""}, {"space": "a/b"}, {"space": "a", "more": "b"}])
def test_a_query_that_does_not_fit_is_refused(world: World, query: dict[str, str]) -> None:
    """Both where one reads and where one deletes."""
    for case in ("get_blocks", "delete_block"):
        assert world.call("blocks", with_query(world.event("blocks", case), query)).status == 400


@pytest.mark.parametrize("operation", ["TransactWriteItems", "BatchGetItem"])
def test_a_table_that_is_away_writes_nothing(world: World, operation: str) -> None:
    """And says so: whoever asked knows that the person is not blocked yet."""
    fail(operation, 500, "InternalServerError")

    assert block(world).status == 503
    assert _items_of("SPACE#") == _items_of("BLOCKS") == []


def test_a_block_that_cannot_be_looked_up_lets_nobody_in(world: World) -> None:
    """Nobody can tell whether it is this person."""
    block(world, id="user_2")
    assert attempts(world) == [200, 201, 200]
    fail("BatchGetItem", 400, "ThrottlingException")

    assert attempts(world) == [503, 503, 503]


def test_a_kick_removes_the_person_from_the_room(world: World) -> None:
    """By LiveKit's RoomService, with a token for this one room and nothing else, once the block holds."""
    with Upstream(lambda *_: answer_json(200, {})) as server:
        _livekit_at(world, server)
        answer = block(world, kick=True)

        assert answer.json["kick"] == "removed"
        (request,) = server.received
    assert (request.method, request.path) == ("POST", "/twirp/livekit.RoomService/RemoveParticipant")
    assert request.json() == {"room": SPACE, "identity": PERSON}
    token = request.headers["authorization"].removeprefix("Bearer ")
    now = int(world.clock.time())
    assert verified_claims(parse_compact(token), LIVEKIT_SECRET.encode()) == {
        "iss": LIVEKIT_KEY,
        "nbf": now,
        "exp": now + 60,
        "video": {"roomAdmin": True, "room": SPACE},
    }


def test_a_kick_looks_into_every_room_of_the_space(world: World) -> None:
    """Where each of them is a LiveKit room of its own."""
    rooms = {"rooms": [{"name": SPACE}, {"name": f"{SPACE}/stage"}, {"name": f"{SPACE}-2/stage"}, {"name": "other"}]}
    with Upstream(lambda got, _: answer_json(200, rooms if got.path.endswith("ListRooms") else {})) as server:
        _livekit_at(world, server)
        world.configure(ROOM_MAPPING="room")
        assert block(world, kick=True).json["kick"] == "removed"

        removed = [json.loads(each.body)["room"] for each in server.received[1:]]
    assert removed == [SPACE, f"{SPACE}/stage"]


@pytest.mark.parametrize(("status", "outcome"), [(404, "not_there"), (401, "failed"), (500, "failed"), (302, "failed")])
def test_a_block_holds_whatever_becomes_of_the_kick(world: World, status: int, outcome: str) -> None:
    """And the answer says what became of it."""
    with Upstream(lambda *_: answer_json(status, {"code": "not_found", "msg": "c4n4ry"})) as server:
        _livekit_at(world, server)
        answer = block(world, kick=True)

    assert (answer.status, answer.json["kick"]) == (201, outcome)
    assert attempts(world) == [403, 403, 403]


def test_a_livekit_server_that_is_away_does_not_stop_the_block(world: World) -> None:
    """Nothing answers there."""
    with Upstream(lambda *_: answer_json(200, {})) as server, server.refusing():
        _livekit_at(world, server)
        answer = block(world, kick=True)

    assert (answer.status, answer.json["kick"]) == (201, "failed")


def test_before_a_vocespace_server_nobody_can_be_kicked(world: World) -> None:
    """There is no LiveKit key: refused, and not half done."""
    world.configure(CONNECTION_PROVIDER="vocespace")

    answer = block(world, kick=True)

    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "kick"
    assert _items_of("SPACE#") == []
    assert block(world).status == 201


def test_calls_about_blocks_count_as_requests(world: World) -> None:
    """And tell what is left."""
    policy = DEMO.policy.model_copy(update={"requests_per_minute": 1})
    world.put_platform(DEMO.model_copy(update={"policy": policy}))
    event: Event = with_query(world.event("blocks", "get_blocks"), LIST)

    first, second = world.call("blocks", event), world.call("blocks", event)

    assert (first.status, second.status) == (200, 429)
    assert first.headers["RateLimit"].startswith('"requestsPerMinute";r=0;t=')


def _livekit_at(world: World, server: Upstream) -> None:
    url = server.url.replace("http:", "ws:")
    world.put_secret("livekit", {"url": url, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})


def _items() -> list[Any]:
    return list(boto3.client("dynamodb").scan(TableName=TABLE)["Items"])


def _items_of(prefix: str) -> list[Any]:
    return [item for item in _items() if item["pk"]["S"].startswith(prefix)]


def _digests() -> int:
    return sum(len(item) - 2 for item in _items_of("BLOCKS"))
