"""`POST /api/livekit-token`: what is refused, and that nothing of it is quoted."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.support.events import with_body, with_headers
from tests.support.participants import FUNCTION, ask, asking, said_in, with_policy
from tests.support.upstream import Upstream, answer_json
from tests.support.world import ACME, DEMO, TABLE, World

CANARY = "c4n4ry"
LIMITS = {"maxParticipants": 20, "emptyTimeout": 300, "departureTimeout": 20, "agents": ["minutes", "acme-*"]}
AGENT = {"agent_name": "minutes"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"room": CANARY}, "room"),
        ({"room_name": "a", "colour": CANARY}, "colour"),
        ({"room_name": "a", "roomName": "a"}, "roomName"),
        ({"participant_attributes": {}, "participantAttributes": {}}, "participantAttributes"),
        ({"room_config": {}, "roomConfig": {}}, "roomConfig"),
        ({"room_name": f"{CANARY}/a"}, "room_name"),
        ({"room_name": "a" * 129}, "room_name"),
        ({"room_name": 1}, "room_name"),
        ({"roomName": 1}, "roomName"),
        ({"participant_name": "a\n"}, "participant_name"),
        ({"participant_identity": "a" * 129}, "participant_identity"),
        ({"participant_metadata": {"k": 1}}, "participant_metadata"),
        ({"participant_metadata": "a" * 2049}, "participant_metadata"),
        ({"participant_metadata": "é" * 1025}, "participant_metadata"),
        ({"participant_attributes": {"a": "é" * 2048}}, "participant_attributes"),
        ({"participant_attributes": {"lk.publish_on_behalf": CANARY}}, "participant_attributes"),
        ({"participant_attributes": {"team": 1}}, "participant_attributes.team"),
        ({"participant_attributes": {"team": None}}, "participant_attributes.team"),
        ({"participant_attributes": {"identity": CANARY}}, "participant_attributes.identity"),
        ({"participant_attributes": {"auth": f"{CANARY}/"}}, "participant_attributes.auth"),
        ({"participant_attributes": {"room": "$main"}}, "participant_attributes.room"),
        ({"room_config": []}, "room_config"),
        ({"room_config": {"max_participants": -1}}, "room_config.max_participants"),
        ({"room_config": {"maxParticipants": 2**32}}, "room_config.maxParticipants"),
        ({"room_config": {"max_participants": "20"}}, "room_config.max_participants"),
        ({"room_config": {"agents": [{}]}}, "room_config.agents.0.agent_name"),
        ({"room_config": {"agents": [AGENT | {"colour": CANARY}]}}, "room_config.agents.0.colour"),
        ({"room_config": {"agents": [AGENT] * 5}}, "room_config.agents"),
    ],
)
def test_what_does_not_fit_is_named_and_not_quoted(world: World, body: dict[str, object], field: str) -> None:
    """By the spelling in which it came."""
    world.put_platform(with_policy(DEMO, roomConfig=LIMITS))

    answer = world.call(FUNCTION, asking(world, body))

    assert answer.status == 400, answer.text
    assert field in [each["field"] for each in answer.json["errors"]]
    assert CANARY not in answer.text


def test_metadata_and_attributes_have_room_up_to_their_limits(world: World) -> None:
    """In bytes, names and values of the attributes together."""
    attributes = {"a": "é" * 2047, "b": ""}

    said = said_in(ask(world, participant_metadata="é" * 1024, participant_attributes=attributes))

    assert said["metadata"] == "é" * 1024
    assert said["attributes"].items() >= attributes.items()


REFUSED: dict[str, dict[str, Any]] = {
    "more participants": {"max_participants": 21},
    "a longer empty timeout": {"empty_timeout": 301},
    "a longer departure timeout": {"departure_timeout": 21},
    "an agent that is not on the list": {"agents": [AGENT, {"agent_name": CANARY}]},
    "an agent of another pattern": {"agents": [{"agent_name": "acme"}]},
    "a pattern for an agent": {"agents": [{"agent_name": "*"}]},
    "an egress": {"egress": {"room": {"room_name": CANARY, "file_outputs": [{"filepath": CANARY}]}}},
    "an egress of tracks with credentials": {"egress": {"tracks": {"s3": {"access_key": CANARY, "secret": CANARY}}}},
    "tags": {"tags": {"a": CANARY}},
    "metadata of the room": {"metadata": CANARY},
    "a name": {"name": CANARY},
    "a delay": {"min_playout_delay": 1},
    "streams in step": {"syncStreams": True},
    "what nobody knows": {CANARY: CANARY},
    "one cap in two spellings": {"max_participants": 0, "maxParticipants": 21},
}


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_beyond_the_policy_is_said_of_a_room(
    world: World, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    """Whoever sends it, in whatever words; and an operator reads which rule it was."""
    world.put_platform(with_policy(DEMO, roomConfig=LIMITS))

    answer = ask(world, room_config=REFUSED[case])

    assert (answer.status, answer.json["code"]) == (403, "policy_refused")
    out = capsys.readouterr().out
    assert '"reason":"policy_room_config"' in out
    assert CANARY not in answer.text + out


@pytest.mark.parametrize(
    "config",
    [
        {"max_participants": 1},
        {"empty_timeout": 1},
        {"departure_timeout": 1},
        {"agents": [AGENT]},
        *(REFUSED[each] for each in ("an egress", "tags")),
    ],
)
def test_without_a_word_in_the_policy_nothing_is_said(world: World, config: dict[str, object]) -> None:
    """The default is closed."""
    answer = ask(world, room_config=config)

    assert (answer.status, answer.json["code"]) == (403, "policy_refused")


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"agents": []},
        {"agents": None, "max_participants": 0, "emptyTimeout": None},
        {"name": "", "metadata": "", "tags": {}, "egress": None, "syncStreams": False, "min_playout_delay": 0},
        {"egress": {"room": {}, "participant": None, "tracks": {"filepath": ""}}},
    ],
)
def test_what_says_nothing_may_be_said(world: World, config: dict[str, object]) -> None:
    """Clients write out messages in which nothing is set; none of it gets into the token."""
    assert "roomConfig" not in said_in(ask(world, room_config=config))


def test_a_pattern_of_agents_is_one(world: World) -> None:
    """As one of spaces is."""
    world.put_platform(with_policy(DEMO, roomConfig=LIMITS))

    said = said_in(ask(world, room_config={"agents": [{"agentName": "acme-notes"}, AGENT]}))

    assert said["roomConfig"] == {"agents": [{"agentName": "acme-notes"}, {"agentName": "minutes"}]}


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({}, 201),
        ({"participant_attributes": {"identity": "participant", "room": "stage", "auth": "acme"}}, 201),
        ({"participant_attributes": {"room": "$empty"}}, 201),
        ({"participant_attributes": {"room": "cellar"}}, 403),
        ({"participant_attributes": {"room": "$space"}}, 403),
        ({"participant_attributes": {"identity": "owner"}}, 403),
        ({"participant_attributes": {"auth": "demo"}}, 403),
        ({"room_name": "acme-1"}, 201),
        ({"room_name": "beta-1"}, 403),
    ],
)
def test_a_platform_is_held_to_its_policy(world: World, members: dict[str, object], status: int) -> None:
    """Space, room, identity and auth type, as by every other door."""
    answer = ask(world, platform="acme", **members)

    assert answer.status == status
    assert status == 201 or answer.json["code"] == "policy_refused"


@pytest.mark.parametrize(
    ("members", "becomes"),
    [
        ({"room_name": "hall"}, "hall"),
        ({"room_name": "hall/stage"}, "hall/stage"),
        ({"room_name": "hall/stage", "participant_attributes": {"room": "stage"}}, "hall/stage"),
        ({"room_name": "hall", "participant_attributes": {"room": "stage"}}, "hall/stage"),
        ({"room_name": "hall", "participant_attributes": {"room": "$space"}}, "hall"),
        ({"room_name": "hall/stage", "participant_attributes": {"room": "cellar"}}, None),
        ({"room_name": "hall//"}, None),
        ({"room_name": "hall/"}, None),
        ({"room_name": "/stage"}, None),
        ({"room_name": "hall/stage/left"}, None),
        ({"room_name": "hall/$empty"}, None),
        ({"room_name": "a" * 128 + "/" + "b" * 129}, None),
        ({"room_name": "a" * 129 + "/b"}, None),
    ],
)
def test_a_livekit_room_may_be_a_room_of_a_space(world: World, members: dict[str, Any], becomes: str | None) -> None:
    """Where the deployment maps rooms; what names two rooms, or none, is a mistake we do not settle."""
    world.configure(ROOM_MAPPING="room")

    answer = ask(world, **members)

    if becomes is None:
        assert answer.status == 400
        assert [each["field"] for each in answer.json["errors"]] == ["room_name"]
    else:
        assert answer.json["room_name"] == said_in(answer)["video"]["room"] == becomes


@pytest.mark.parametrize("policy", [{"rooms": ["a" * 120 + "*"]}, {"rooms": ["$*"]}, {"rooms": ["a/b"]}])
def test_a_policy_that_names_no_room_leaves_it_to_the_caller(world: World, policy: dict[str, object]) -> None:
    """Its first pattern may be of names that are too long, or of none at all: told, and no crash."""
    world.put_platform(with_policy(DEMO, **policy))

    answer = ask(world)

    assert answer.status == 400
    assert [each["field"] for each in answer.json["errors"]] == ["participant_attributes.room"]


def test_a_blocked_person_gets_no_token(world: World) -> None:
    """Under the id that the block names."""
    blocked = {"space": "my-workspace", "id": "user_12345", "expiresAt": None}
    assert world.call("blocks", with_body(world.event("blocks", "post_block"), **blocked)).status == 201

    answer = world.call(FUNCTION, world.event(FUNCTION, "post"))

    assert (answer.status, answer.json["code"]) == (403, "person_blocked")
    assert ask(world, room_name="my-workspace", participant_identity="user_2").status == 201


def test_a_customer_who_asks_for_an_agent_is_told_to_wait(world: World) -> None:
    """As by the other doors."""
    answer = ask(world, participant_attributes={"identity": "customer", "room": "$empty"})

    assert (answer.status, answer.json["code"]) == (409, "no_agent_available")


def test_a_token_is_counted_once(world: World) -> None:
    """As a request and as a token; what is refused is a request and no token."""
    world.put_platform(with_policy(DEMO, requestsPerMinute=4, tokensPerDay=2))

    answers = [
        ask(world),
        ask(world, room_config={"metadata": "x"}),
        ask(world),
        ask(world),
        ask(world),
    ]

    assert [each.status for each in answers] == [201, 403, 201, 429, 429]
    assert [each.headers["RateLimit"].partition(";t=")[0] for each in (answers[0], *answers[3:])] == [
        '"requestsPerMinute";r=3',
        '"tokensPerDay";r=0',
        '"requestsPerMinute";r=0',
    ]
    counters = [each for each in boto3.client("dynamodb").scan(TableName=TABLE)["Items"] if "QUOTA#" in each["pk"]["S"]]
    assert len(counters) == 2


def test_before_a_vocespace_server_there_is_no_token(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """It decides on all grants itself; it is asked for nothing, and no token is counted."""
    world.put_platform(with_policy(DEMO, tokensPerDay=1))
    with Upstream(lambda *_: answer_json(200, {})) as server:
        world.configure(CONNECTION_PROVIDER="vocespace", VOCESPACE_URL=server.url)

        answers = [ask(world), ask(world)]

        assert server.received == []
    assert {(each.status, each.json["code"]) for each in answers} == {(403, "policy_refused")}
    assert capsys.readouterr().out.count('"reason":"grants_elsewhere"') >= 2


def test_a_disabled_platform_gets_no_token(world: World) -> None:
    """Nor one whose key is another's."""
    world.put_platform(ACME.model_copy(update={"disabled": True}))
    event = with_headers(world.event(FUNCTION, "post"), authorization="Bearer nonsense")

    assert ask(world, platform="acme").status == 401
    assert world.call(FUNCTION, event).status == 401
