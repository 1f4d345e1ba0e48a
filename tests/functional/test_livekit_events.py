"""POST /hooks/livekit: what comes from LiveKit is handed on at once, without what nobody needs; all else is refused."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest

from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import Event, with_headers
from tests.support.livekit_webhooks import body_of, credential, in_base64, with_members
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, LIVEKIT_URL, Answer, World
from vocespace.livekit_events import MAX_EVENT

NAME = "livekit_events"
JOINED = {
    "id": "EV_wL6Lh5MAFmDd",
    "what": "came",
    "roomName": "my-workspace",
    "roomSid": "RM_ZcJFuN42JpfG",
    "person": "user_12345",
    "sid": "PA_abc",
    "at": NOW * 1000,
}
NEXT_SECRET = "the-next-secret-of-livekit-0123456789abcdef"
PREVIOUS_SECRET = "the-previous-secret-of-livekit-0123456789abcdef"


def joined(world: World) -> Event:
    """What LiveKit says of a person who has come."""
    return world.event(NAME, "participant_joined")


def messages(world: World) -> list[Any]:
    """The bodies of what is in the queue."""
    return [json.loads(each["body"]) for each in world.queued()]


def signed_by(world: World, key: str, secret: str, **claims: object) -> Answer:
    """What somebody gets who signs with this pair."""
    event = joined(world)
    token = credential(body_of(event), key=key, secret=secret, now=int(world.clock.time()), **claims)
    return world.call(NAME, with_headers(event, authorization=token))


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("participant_joined", JOINED),
        ("participant_left", JOINED | {"id": "EV_2", "what": "went"}),
        (
            "participant_connection_aborted",
            JOINED | {"id": "EV_3", "what": "went", "person": "user_67890", "sid": "PA_def"},
        ),
        (
            "room_finished",
            {"id": "EV_4", "what": "ended", "roomName": "my-workspace", "roomSid": "RM_ZcJFuN42JpfG", "at": NOW * 1000},
        ),
    ],
)
def test_what_changes_occupancy_is_handed_on(world: World, case: str, expected: dict[str, object]) -> None:
    """With ids and a time; neither the name nor any metadata goes along."""
    answer = world.call(NAME, world.event(NAME, case))

    assert (answer.status, answer.json) == (200, {"status": "ok"})
    assert messages(world) == [expected]


@pytest.mark.parametrize("case", ["track_published", "agent_joined"])
def test_what_does_not_is_taken_and_forgotten(world: World, case: str) -> None:
    """Unknown events, and those who fill no room."""
    assert world.call(NAME, world.event(NAME, case)).status == 200
    assert messages(world) == []


@pytest.mark.parametrize(
    "members",
    [
        {"event": "participant_levitated"},
        {"event": ""},
        {"participant": None},
        {"participant": {"sid": "PA_abc", "identity": "\n"}},
        {"participant": {"sid": "", "identity": "user_12345"}},
        {"participant": {"sid": "PA abc", "identity": "user_12345"}},
        {"participant": {"sid": "PA_abc", "identity": "egress", "kind": "EGRESS"}},
        {"room": {}},
        {"id": ""},
        {"createdAt": "0"},
    ],
)
def test_what_cannot_be_ours_is_taken_and_forgotten(world: World, members: dict[str, object]) -> None:
    """Others may use the same LiveKit server; repeating the event would change nothing."""
    event = world.from_livekit(with_members(joined(world), **members))

    assert world.call(NAME, event).status == 200
    assert messages(world) == []


def test_both_spellings_are_read(world: World) -> None:
    """Also whole numbers as such, a kind that is named, and members that nobody knows yet."""
    participant = {"sid": "PA_abc", "identity": "user_12345", "kind": "SIP", "joined_at_ms": 1, "new": {"a": [1]}}
    event = with_members(joined(world), participant=participant, created_at=NOW, createdAt=NOW)
    said = json.loads(event["body"])
    del said["createdAt"]
    event = world.from_livekit(event | {"body": json.dumps(said)})

    assert world.call(NAME, event).status == 200
    assert messages(world) == [JOINED]


def test_a_room_is_worked_on_in_order_and_an_event_once(world: World) -> None:
    """The group is the room's, by digest; a retry of LiveKit's is dropped by its id."""
    for case in ("participant_joined", "participant_joined", "participant_left"):
        assert world.call(NAME, world.event(NAME, case)).status == 200

    first, second = world.queued()

    assert [json.loads(each["body"])["what"] for each in (first, second)] == ["came", "went"]
    assert first["attributes"]["MessageGroupId"] == second["attributes"]["MessageGroupId"]
    assert "my-workspace" not in first["attributes"]["MessageGroupId"]


def test_the_body_may_come_in_base64(world: World) -> None:
    """API Gateway takes the media type for a binary one."""
    assert world.call(NAME, in_base64(joined(world))).status == 200
    assert messages(world) == [JOINED]


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer "])
def test_a_scheme_does_no_harm(world: World, scheme: str) -> None:
    """LiveKit sends the JWT alone; a proxy may not."""
    event = joined(world)
    event = with_headers(event, authorization=scheme + event["headers"]["authorization"])

    assert world.call(NAME, event).status == 200


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 200),
        ({"nbf": None}, 200),
        ({"exp": NOW - 59}, 200),
        ({"exp": NOW - 60}, 401),
        ({"exp": None}, 401),
        ({"exp": str(NOW + 300)}, 401),
        ({"exp": True}, 401),
        ({"nbf": NOW + 60}, 200),
        ({"nbf": NOW + 61}, 401),
        ({"iss": None}, 401),
        ({"iss": "APIother"}, 401),
        ({"sha256": None}, 401),
        ({"sha256": ""}, 401),
        ({"sha256": "é"}, 401),
        ({"sha256": 5}, 401),
        ({"sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}, 401),
    ],
)
def test_every_claim_counts(world: World, claims: dict[str, object], status: int) -> None:
    """A minute of leeway, and the SHA-256 of just this body."""
    assert signed_by(world, LIVEKIT_KEY, LIVEKIT_SECRET, **claims).status == status
    assert len(messages(world)) == (status == 200)


def test_a_changed_body_is_refused(world: World) -> None:
    """By one byte."""
    event = joined(world)

    assert world.call(NAME, event | {"body": event["body"] + " "}).status == 401


def test_a_participant_token_is_no_credential(world: World) -> None:
    """It is a JWT by the same key, and every participant has one."""
    details = world.call("connection_details", world.event("connection_details", "post_platform")).json
    event = with_headers(joined(world), authorization=details["participantToken"])

    answer = world.call(NAME, event)

    assert answer.status == 401
    assert messages(world) == []


def test_algorithms_are_pinned(world: World) -> None:
    """Neither none, nor one that the secret would also do for."""
    event = joined(world)
    claims = jwt.decode(event["headers"]["authorization"], options={"verify_signature": False})
    tokens = [
        jwt.encode(claims, LIVEKIT_SECRET + LIVEKIT_SECRET, "HS512"),
        jwt.encode(claims, "", "none"),
        jwt.encode(claims, LIVEKIT_SECRET, "HS256", headers={"crit": ["exp"]}),
    ]

    answers = [world.call(NAME, with_headers(event, authorization=token)) for token in tokens]

    assert [answer.status for answer in answers] == [401, 401, 401]


def test_every_refusal_looks_the_same(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason is for the log."""
    event = joined(world)
    answers = [
        world.call(NAME, world.event(NAME, "no_token")),
        world.call(NAME, with_headers(event, authorization="")),
        world.call(NAME, event | {"body": "{}"}),
        signed_by(world, LIVEKIT_KEY, NEXT_SECRET),
        signed_by(world, "APIother", LIVEKIT_SECRET),
        signed_by(world, LIVEKIT_KEY, LIVEKIT_SECRET, exp=NOW - 600),
    ]

    assert {answer.text for answer in answers} == {answers[0].text}
    assert {answer.status for answer in answers} == {401}
    log = capsys.readouterr().out
    for reason in ("webhook_no_token", "webhook_body", "webhook_signature", "webhook_key", "webhook_time"):
        assert f'"{reason}"' in log
    assert "user_12345" not in log


def test_every_live_pair_may_have_signed(world: World) -> None:
    """The next one, once the server has it, and the previous one until it is retired."""
    world.put_secret(
        "livekit",
        {
            "url": LIVEKIT_URL,
            "apiKey": LIVEKIT_KEY,
            "apiSecret": LIVEKIT_SECRET,
            "next": {"apiKey": "APInext", "apiSecret": NEXT_SECRET},
            "previous": {"apiKey": "APIprevious", "apiSecret": PREVIOUS_SECRET, "retireAfter": NOW + 100},
        },
    )
    pairs = [(LIVEKIT_KEY, LIVEKIT_SECRET), ("APInext", NEXT_SECRET), ("APIprevious", PREVIOUS_SECRET)]

    assert [signed_by(world, *pair).status for pair in pairs] == [200, 200, 200]
    assert signed_by(world, "APInext", LIVEKIT_SECRET).status == 401
    world.clock.advance(100 + 60)
    assert [signed_by(world, *pair).status for pair in pairs] == [200, 200, 401]


def test_a_key_that_was_put_to_use_a_moment_ago_is_looked_for(world: World) -> None:
    """Once in half a minute: LiveKit may be quicker than the cache."""
    assert world.call(NAME, joined(world)).status == 200
    world.put_secret("livekit", {"url": LIVEKIT_URL, "apiKey": "APInew", "apiSecret": NEXT_SECRET})

    assert signed_by(world, "APInew", NEXT_SECRET).status == 200


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/webhook+json", 200),
        ("Application/Webhook+JSON; charset=utf-8", 200),
        ("application/json", 415),
        ("application/webhook+json; charset=latin-1", 415),
        (None, 415),
    ],
)
def test_media_type_is_livekit_s(world: World, media_type: str | None, status: int) -> None:
    """What is declared as something else is not LiveKit's."""
    assert world.call(NAME, with_headers(joined(world), content_type=media_type)).status == status


def test_a_large_event_is_taken_and_one_beyond_all_limits_is_not(world: World) -> None:
    """Nobody stays unseen by the size of their metadata, nor by the number of their attributes."""
    attributes = {f"name-{number}": "\x01" * 200 for number in range(300)}
    participant = {
        "sid": "PA_abc", "identity": "user_12345", "metadata": "\x01" * 64_000, "attributes": attributes
    }  # fmt: skip
    room = {"sid": "RM_ZcJFuN42JpfG", "name": "my-workspace", "metadata": "\x01" * 64_000}
    large = world.from_livekit(with_members(joined(world), participant=participant, room=room))

    assert world.call(NAME, large).status == 200
    assert messages(world) == [JOINED]
    for event in (large | {"body": "x" * (MAX_EVENT + 1)}, in_base64(large | {"body": "x" * (MAX_EVENT + 1)})):
        answer = world.call(NAME, event)
        assert (answer.status, answer.json["detail"]) == (413, "The body is larger than 2048 KiB.")


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"', '{"createdAt": "soon"}', '{"room": 5}'])
def test_what_is_no_event_is_refused(world: World, body: str) -> None:
    """Even by LiveKit's own signature."""
    assert world.call(NAME, world.from_livekit(joined(world) | {"body": body})).status == 400


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (403, "AccessDenied"), (400, "Gone")])
def test_without_a_queue_livekit_is_asked_to_come_again(world: World, status: int, code: str) -> None:
    """It repeats after a 503."""
    event = joined(world)
    fail("SendMessage", status, code)

    answer = world.call(NAME, event)

    assert (answer.status, answer.json["code"]) == (503, "store_unavailable")
    assert "Retry-After" in answer.headers


def test_before_a_vocespace_server_nothing_is_taken(world: World) -> None:
    """There is no LiveKit key by which anything could be LiveKit's."""
    world.configure(CONNECTION_PROVIDER="vocespace")

    assert world.call(NAME, joined(world)).status == 401
