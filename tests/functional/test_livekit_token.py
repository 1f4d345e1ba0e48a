"""`POST /api/livekit-token`: what LiveKit's client SDKs send and get, and who may ask."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.support.clock import NOW
from tests.support.events import cases, load_event, with_body, with_headers, with_query
from tests.support.participants import FUNCTION, ask, asking, claims_of, judged, said_in, with_policy
from tests.support.users import ADA, everybody_is
from tests.support.world import DEMO, LIVEKIT_URL, World
from vocespace.identities import Identity
from vocespace.users import SignedInUser

ROLE = "arn:aws:iam::123456789012:role/acme-backend"
MINUTES = {"agents": ["minutes"]}
FILES = {
    "iam_post": 201,
    "post": 201,
    "post_agent": 201,
    "post_camel_case": 201,
    "post_no_credential": 401,
    "post_nothing": 201,
    "post_user": 201,
}
SET: dict[str, Any] = {
    "room_name": "my-workspace",
    "participant_name": "Zhang San",
    "participant_identity": "user_12345",
    "participant_metadata": "m",
    "participant_attributes": {"team": "red"},
}
CAMEL: dict[str, Any] = {
    "roomName": "my-workspace",
    "participantName": "Zhang San",
    "participantIdentity": "user_12345",
    "participantMetadata": "m",
    "participantAttributes": {"team": "red"},
}
BODIES: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "JS, nothing set (client-sdk-js TokenSource.ts)": ({}, {}),
    "JS, all set (client-sdk-js TokenSource.ts)": (SET, {}),
    "JS, an agent (client-sdk-js TokenSource.test.ts)": (
        {"room_config": {"agents": [{"agent_name": "minutes", "metadata": "m", "deployment": "d"}]}},
        {"roomConfig": {"agents": [{"agentName": "minutes", "metadata": "m", "deployment": "d"}]}},
    ),
    "Swift, nothing set (client-sdk-swift Token/)": ({"room_config": {}}, {}),
    "Swift, all set (client-sdk-swift Token/)": (SET | {"room_config": {}}, {}),
    "Android, nothing set (client-sdk-android EndpointTokenSource.kt)": ({"room_config": {}}, {}),
    "Android, all set (client-sdk-android EndpointTokenSource.kt)": (SET | {"room_config": {}}, {}),
    "Flutter, nothing set (client-sdk-flutter endpoint_token_source_test.dart)": ({"room_config": {}}, {}),
    "Flutter, all set (client-sdk-flutter endpoint_token_source_test.dart)": (SET | {"room_config": {}}, {}),
    "ProtoJSON in camelCase (livekit_token_source.proto)": (CAMEL | {"roomConfig": {"agents": []}}, {}),
}
"""What each client sends (livekit.md), and what comes of it in the token beside who and where."""


@pytest.mark.parametrize("case", FILES)
def test_each_event_file_is_answered(world: World, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """As a client reads it, and kept nowhere."""
    platform = with_policy(DEMO, roomConfig=MINUTES).model_copy(update={"roles": (ROLE,)})
    world.put_platform(platform)
    world.configure(IAM_ACCESS="true")
    everybody_is(monkeypatch)

    answer = world.call(FUNCTION, world.event(FUNCTION, case))

    assert {name for function, name in cases() if function == FUNCTION} == set(FILES)
    assert answer.status == FILES[case]
    assert answer.headers["Cache-Control"] == "no-store"
    if answer.status == 201:
        assert answer.json.keys() == {"server_url", "room_name", "participant_name", "participant_token"}
        assert answer.json["server_url"] == LIVEKIT_URL
        assert judged(answer.json["participant_token"]).video


@pytest.mark.parametrize("client", BODIES)
def test_each_client_is_understood(world: World, client: str) -> None:
    """Whatever it sends for what nobody set."""
    body, adds = BODIES[client]
    world.put_platform(with_policy(DEMO, roomConfig=MINUTES))

    answer = world.call(FUNCTION, asking(world, body))

    said = said_in(answer)
    assert {name: value for name, value in said.items() if name == "roomConfig"} == adds
    if body.keys() & {"room_name", "roomName"}:
        assert (said["sub"], said["name"], said["metadata"]) == ("user_12345", "Zhang San", "m")
        assert said["attributes"] == {"identity": "guest", "auth": "demo", "team": "red"}
        assert said["video"]["room"] == answer.json["room_name"] == "my-workspace"
    else:
        assert "metadata" not in said
        assert said["attributes"] == {"identity": "guest", "auth": "demo"}


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_empty_and_absent_are_alike(world: World, nothing: object) -> None:
    """Protocol buffers do not tell them apart."""
    wishes = dict.fromkeys(("identity", "auth", "room"), nothing)
    body = dict.fromkeys(SET, nothing) | {"participant_attributes": wishes, "room_config": None}

    said = said_in(world.call(FUNCTION, asking(world, body)))

    assert said.keys() == {"iss", "sub", "name", "nbf", "exp", "attributes", "video"}
    assert said["attributes"] == {"identity": "guest", "auth": "demo"}
    assert said["name"] == said["sub"]
    assert said_in(ask(world, participant_attributes=None))["attributes"] == said["attributes"]


def test_the_token_is_one_of_livekits(world: World) -> None:
    """LiveKit's own verifier reads who, where, for how long and as what, and how the room is set up."""
    limits = {"maxParticipants": 20, "emptyTimeout": 300, "departureTimeout": 20} | MINUTES
    world.put_platform(with_policy(DEMO, roomConfig=limits))
    agent = {"agent_name": "minutes", "metadata": "m", "attributes": {"a": "b"}}
    asked = {"max_participants": 20, "empty_timeout": 300, "departure_timeout": 20, "agents": [agent]}

    answer = ask(world, **SET, room_config=asked)

    claims = judged(answer.json["participant_token"])
    assert (claims.identity, claims.name, claims.metadata) == ("user_12345", "Zhang San", "m")
    assert claims.attributes == {"identity": "guest", "auth": "demo", "team": "red"}
    assert claims.video is not None
    assert (claims.video.room, claims.video.room_join) == ("my-workspace", True)
    assert claims.video.can_update_own_metadata is False
    config: Any = claims.room_config
    assert (config.max_participants, config.empty_timeout, config.departure_timeout) == (20, 300, 20)
    assert [(each.agent_name, each.metadata, dict(each.attributes)) for each in config.agents] == [
        ("minutes", "m", {"a": "b"})
    ]


@pytest.mark.parametrize(("cap", "lives"), [(86_400, 600), (600, 600), (599, 599), (60, 60)])
def test_it_lives_for_ten_minutes_or_as_long_as_the_platform_may(world: World, cap: int, lives: int) -> None:
    """With both ends said: a client takes a token without them for good for ever."""
    world.put_platform(with_policy(DEMO, maxTtlSeconds=cap))

    said = said_in(ask(world))

    assert (said["nbf"], said["exp"]) == (NOW, NOW + lives)


def test_a_room_is_made_up_within_the_policy(world: World) -> None:
    """Another one each time; where the pattern is a name, it is that one."""
    first, second = (ask(world, platform="acme") for _ in range(2))

    for answer in (first, second):
        assert answer.json["room_name"].startswith("acme-")
        assert said_in(answer)["video"]["room"] == answer.json["room_name"]
        assert said_in(answer)["attributes"]["room"] == "stage"
    assert first.json["room_name"] != second.json["room_name"]
    assert said_in(first)["sub"] != said_in(second)["sub"]

    world.put_platform(with_policy(DEMO, spaces=["hall", "*"], rooms=["$empty"]))
    world.configure()
    literal, again, other = (said_in(ask(world, participant_identity=each)) for each in ("u", "u", "v"))
    assert literal["video"]["room"] == "hall"
    assert literal["attributes"]["room"] == again["attributes"]["room"] != other["attributes"]["room"]
    assert literal["attributes"]["room"].startswith("room-")


def test_the_wishes_become_what_was_decided(world: World) -> None:
    """`$empty` is a room by then, and no other attribute can stand in its place."""
    wishes = {"identity": "owner", "auth": "demo", "room": "$empty", "Identity": "x", "role": "host"}

    said = said_in(ask(world, **SET | {"participant_attributes": wishes}))

    room = said["attributes"].pop("room")
    assert said["attributes"] == {"identity": "owner", "auth": "demo", "Identity": "x", "role": "host"}
    assert room.startswith("room-")
    assert said["video"]["roomAdmin"] is True
    assert said["video"]["roomRecord"] is True


@pytest.mark.parametrize(
    ("identity", "auth", "becomes"),
    [
        ("assistant", None, "c_s"),
        ("customer", None, "c_s"),
        ("participant", None, "demo"),
        (None, None, "demo"),
        ("guest", "c_s", "c_s"),
        ("owner", "c_s", None),
        ("participant", "c_s", None),
        ("assistant", "demo", None),
        ("customer", "demo", None),
    ],
)
def test_identity_and_auth_type_belong_together(
    world: World, identity: str | None, auth: str | None, becomes: str | None
) -> None:
    """As everywhere; the auth type may stand in the query as well, but not another one."""
    in_body = asking(world, {"participant_attributes": {"identity": identity, "auth": auth}})
    in_query = with_query(asking(world, {"participant_attributes": {"identity": identity}}), {"auth": auth or ""})

    for event in (in_body, in_query):
        answer = world.call(FUNCTION, event)
        if becomes is None:
            assert (answer.status, answer.json["code"]) == (403, "identity_refused")
        else:
            assert said_in(answer)["attributes"]["auth"] == becomes
    differing = world.call(FUNCTION, with_query(in_body, {"auth": "other"}))
    assert differing.status == (403 if auth is None else 400)


@pytest.mark.parametrize("guests", ["true", "false"])
def test_nobody_gets_no_token(world: World, guests: str) -> None:
    """Guest access opens VoceSpace's own door only."""
    world.configure(GUEST_ACCESS=guests)

    answer = world.call(FUNCTION, world.event(FUNCTION, "post_no_credential"))

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert world.call(FUNCTION, load_event(FUNCTION, "post")).status == 401


def test_the_key_may_come_in_either_header(world: World) -> None:
    """Client SDKs let their caller choose the headers."""
    event = with_headers(world.event(FUNCTION, "post"), authorization=None, x_api_key=world.api_keys["demo"])

    assert said_in(world.call(FUNCTION, event))["sub"] == "user_12345"


def test_a_user_is_who_they_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under their own id and name, as what their token gives them."""
    everybody_is(monkeypatch)
    event = world.event(FUNCTION, "post_user")
    wishes = {"identity": "participant", "auth": "demo", "room": "stage"}

    said = said_in(world.call(FUNCTION, with_body(event, participant_attributes=wishes, participant_name="Eve")))

    assert (said["sub"], said["name"], said["attributes"]) == (ADA.id, "Ada", wishes)
    again = said_in(world.call(FUNCTION, event | {"body": "{}"}))
    assert (again["sub"], again["attributes"]["identity"]) == (ADA.id, "participant")
    assert said_in(world.call(FUNCTION, with_body(event, participant_identity=ADA.id)))["sub"] == ADA.id


def test_a_user_without_a_name_takes_that_of_the_request_or_the_id(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A LiveKit client does not have to know one."""
    everybody_is(monkeypatch, SignedInUser("demo_x", None, None, (Identity.GUEST,)))
    event = world.event(FUNCTION, "post_user") | {"body": "{}"}

    assert said_in(world.call(FUNCTION, event))["name"] == "demo_x"
    assert said_in(world.call(FUNCTION, with_body(event, participant_name="Eve")))["name"] == "Eve"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"participant_identity": "demo_eve"}, "user_id"),
        ({"participant_attributes": {"identity": "owner"}}, "user_identity"),
        ({"participant_attributes": {"team": "c4n4ry"}}, "policy_own_metadata"),
        ({"participant_metadata": "c4n4ry"}, "policy_own_metadata"),
        ({"room_config": {"agents": [{"agent_name": "c4n4ry"}]}}, "policy_room_config"),
    ],
)
def test_a_user_is_nobody_else_and_says_nothing_of_themselves(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    members: dict[str, object],
    reason: str,
) -> None:
    """Attributes may carry roles in a front end: only a platform vouches for them."""
    everybody_is(monkeypatch)

    answer = world.call(FUNCTION, with_body(world.event(FUNCTION, "post_user"), **members))

    assert answer.status == 403
    assert f'"reason":"{reason}"' in capsys.readouterr().out
    assert "c4n4ry" not in answer.text


def test_a_user_may_say_of_themselves_what_the_policy_lets_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may change it inside may as well bring it along; an identity that may not, may not."""
    user = SignedInUser("demo_ada", "Ada", None, (Identity.PARTICIPANT, Identity.GUEST))
    everybody_is(monkeypatch, user, with_policy(DEMO, grants={"participant": {"canUpdateOwnMetadata": True}}))
    event = with_body(
        world.event(FUNCTION, "post_user"), participant_attributes={"team": "red"}, participant_metadata="m"
    )

    said = said_in(world.call(FUNCTION, event))

    assert (said["attributes"]["team"], said["metadata"]) == ("red", "m")
    assert said["video"]["canUpdateOwnMetadata"] is True
    guest = with_body(event, participant_attributes={"team": "red", "identity": "guest"})
    assert world.call(FUNCTION, guest).status == 403


def test_the_record_tells_of_the_participant_token(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """By its SHA-256 and nothing else of it; no VoceSpace token was made."""
    answer = ask(world, **SET | {"participant_name": "c4n4ry", "participant_metadata": "c4n4ry"})

    out = capsys.readouterr().out
    [record] = [each for each in map(json.loads, out.splitlines()) if each.get("message") == "issued"]
    token = answer.json["participant_token"]
    assert record["tokenSha256"] == hashlib.sha256(token.encode()).hexdigest()
    assert (record["what"], record["caller"], record["platform"]) == ("participant", "key", "demo")
    assert (record["space"], record["identity"], record["auth"]) == ("my-workspace", "guest", "demo")
    assert record.keys().isdisjoint({"kid", "jti"})
    for secret in ("c4n4ry", token, world.api_keys["demo"]):
        assert secret not in out
    assert "eyJ" not in json.dumps(claims_of(token))
