"""meeting_events: what is due is done as the files say it, and what fails comes again alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import jwt
import pytest

from local.cloud import REGION
from tests.support.aws_faults import fail
from tests.support.booked import HOUR, MEETING, MINUTE, SETTINGS, SPACE, all_due, booked, invite, person, route, write
from tests.support.booked import QUEUE as MOMENTS
from tests.support.clock import NOW
from tests.support.events import Event, load_event
from tests.support.upstream import Upstream, answer_json
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, TABLE, World
from vocespace.due_times import DueTimes
from vocespace.meetings import Meeting
from vocespace.occupancy import Occupancy, Presence
from vocespace.space_records import Room, lease_key, meeting_holder, room_key
from vocespace.table import Table, record_of

NAME = "meeting_events"
DELIVERIES = "deliveries"
STARTS = {"reminder": NOW + HOUR, "opens": NOW + 10 * MINUTE, "closes": NOW - 90 * MINUTE}
"""When a meeting starts for which a file's moment has come."""


@pytest.fixture(autouse=True)
def _queues(world: World) -> None:
    for name in (MOMENTS, DELIVERIES):
        boto3.client("sqs").create_queue(QueueName=name)
    prefix = f"https://sqs.{REGION}.amazonaws.com/123456789012/"
    world.configure(MEETING_EVENTS_QUEUE_URL=prefix + MOMENTS, DELIVERIES_QUEUE_URL=prefix + DELIVERIES)


@pytest.fixture(name="livekit")
def _livekit(world: World) -> Iterator[Upstream]:
    """A LiveKit server that does whatever it is told."""
    with Upstream(lambda *_: answer_json(200, {})) as server:
        url = server.url.replace("http", "ws")
        world.put_secret("livekit", {"url": url, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
        yield server


def book(world: World, case: str, **changes: object) -> Meeting:
    """Writes a meeting with two people, for which a file's moment has come."""
    table, meeting = Table(TABLE), booked(STARTS[case], HOUR, **changes)
    write(table, DueTimes(table, SETTINGS, world.clock), None, meeting)
    invite(table, person(1), person(2))
    return meeting


def failures(world: World, event: Event) -> list[str]:
    """Which messages come again."""
    answer = world.invoke(NAME, event)
    assert answer.keys() == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def told(world: World) -> list[tuple[str, str, str | None]]:
    """What is to be delivered: the news, the channel, and about whom."""
    bodies = [json.loads(each["body"]) for each in world.queued(DELIVERIES)]
    return [(body["news"], body["channel"], body.get("attendee")) for body in bodies]


def held() -> Room:
    """The room that the meeting has."""
    (lease,) = Table(TABLE).read([lease_key(SPACE, meeting_holder("demo", MEETING))])
    assert lease is not None
    (room,) = Table(TABLE).read([room_key(SPACE, lease["room"])])
    assert room is not None
    return record_of(Room, room)


def come_in(who: str) -> None:
    """Somebody is in the meeting's room."""
    (lease,) = Table(TABLE).read([lease_key(SPACE, meeting_holder("demo", MEETING))])
    assert lease is not None
    place = f"{SPACE}/{lease['room']}"
    Occupancy(Table(TABLE), "room").came(Presence(place, "RM_1", who, f"PA_{who}", NOW * 1000))


def test_everybody_is_reminded(world: World) -> None:
    """Once, though the message comes twice."""
    book(world, "reminder")
    for _ in range(2):
        assert failures(world, load_event(NAME, "reminder")) == []

    assert told(world) == [("Meeting.Reminder", "event", str(number) * 32) for number in (1, 2)]


def test_the_room_is_ready(world: World) -> None:
    """When the links open."""
    meeting = book(world, "opens")

    assert failures(world, load_event(NAME, "opens")) == []
    assert held().held_until == meeting.closes_at
    assert told(world) == [("Room.Allocated", "event", None)]


@pytest.mark.parametrize(
    ("mapping", "asked"),
    [
        ("space", [("RemoveParticipant", {"room": SPACE, "identity": who}) for who in ("ada", "bob")]),
        ("room", [("DeleteRoom", {"room": f"{SPACE}/their-room"})]),
    ],
)
def test_the_call_ends_and_the_room_is_given_up(
    world: World, livekit: Upstream, mapping: str, asked: list[tuple[str, Any]]
) -> None:
    """With no more rights than it takes."""
    world.configure(ROOM_MAPPING=mapping)
    table = Table(TABLE)
    table.write_together(
        table.put(lease_key(SPACE, meeting_holder("demo", MEETING)) | {"room": "their-room", "leaseId": "l"}),
        table.put(
            room_key(SPACE, "their-room") | {"made": "fresh", "leaseId": "l", "leaseUntil": NOW, "heldUntil": NOW}
        ),
    )
    book(world, "closes", route=route(end_at_close=True))
    for who in ("ada", "bob"):
        come_in(who)

    assert failures(world, load_event(NAME, "closes")) == []

    prefix = "/twirp/livekit.RoomService/"
    assert [(each.path.removeprefix(prefix), each.json()) for each in livekit.received] == asked
    for each in livekit.received:
        token = each.headers["authorization"].removeprefix("Bearer ")
        video = jwt.decode(token, LIVEKIT_SECRET, ["HS256"], options={"verify_exp": False, "verify_nbf": False})[
            "video"
        ]
        is_end = each.path.endswith("DeleteRoom")
        assert video == ({"roomCreate": True} if is_end else {"roomAdmin": True, "room": SPACE})
    assert held().held_until is None
    assert told(world) == [("Room.Released", "event", None)]


@pytest.mark.parametrize("status", [200, 404])
def test_a_call_that_is_over_already_is_as_good_as_ended(world: World, livekit: Upstream, status: int) -> None:
    """There is no such LiveKit room any more."""
    test_the_room_is_ready(world)
    world.configure(ROOM_MAPPING="room")
    come_in("ada")
    livekit.expect(lambda *_: answer_json(status, {"code": "not_found"}))
    book(world, "closes", version=2, route=route(end_at_close=True))

    closes = load_event(NAME, "closes")
    body = json.loads(closes["Records"][0]["body"]) | {"version": 2}
    closes["Records"][0]["body"] = json.dumps(body)

    assert failures(world, closes) == []
    assert len(livekit.received) == 1


def test_what_fails_comes_again_alone(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A message that is none, and one while LiveKit is away."""
    book(world, "reminder")
    (good,) = load_event(NAME, "reminder")["Records"]
    bad = [good | {"messageId": str(number), "body": body} for number, body in enumerate(["{}", "no JSON", "[]"])]

    assert failures(world, {"Records": [bad[0], good, *bad[1:]]}) == ["0", "1", "2"]
    assert len(told(world)) == 2
    assert "no JSON" not in capsys.readouterr().out


def test_a_call_that_cannot_be_ended_is_tried_again(
    world: World, livekit: Upstream, capsys: pytest.CaptureFixture[str]
) -> None:
    """Until it is."""
    world.configure(ROOM_MAPPING="room")
    table = Table(TABLE)
    table.write_together(
        table.put(lease_key(SPACE, meeting_holder("demo", MEETING)) | {"room": "their-room", "leaseId": "l"}),
        table.put(room_key(SPACE, "their-room") | {"made": "fresh", "leaseId": "l", "leaseUntil": NOW}),
    )
    book(world, "closes", route=route(end_at_close=True))
    come_in("ada")
    livekit.expect(lambda *_: answer_json(503, {}))
    (record,) = load_event(NAME, "closes")["Records"]
    assert failures(world, {"Records": [record]}) == [record["messageId"]]
    assert '"room_service_refused"' in capsys.readouterr().out

    livekit.expect(lambda *_: answer_json(200, {}))
    assert failures(world, {"Records": [record]}) == []


def test_without_a_table_everything_comes_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And the function has not crashed."""
    fail("BatchGetItem", 500, "InternalServerError")

    assert len(failures(world, load_event(NAME, "reminder"))) == 1
    log = capsys.readouterr().out
    assert '"InternalServerError"' in log
    assert "secret-looking" not in log


def test_a_message_that_comes_too_early_goes_back(world: World) -> None:
    """The queue holds it back."""
    world.clock.advance(-5)

    assert failures(world, load_event(NAME, "opens")) == []
    attributes = boto3.client("sqs").get_queue_attributes(
        QueueUrl=SETTINGS.meeting_events_queue_url, AttributeNames=["All"]
    )
    assert attributes["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_whoever_has_left_and_not_arrived_is_taken_for_cancelled(world: World) -> None:
    """By what follows bookings; here nobody has left."""
    table, meeting = Table(TABLE), booked()
    due_times = DueTimes(table, SETTINGS, world.clock)
    write(table, due_times, None, meeting)
    world.clock.advance(-10 * MINUTE)
    table.write_together(due_times.entry(due_times.abandonment(meeting)))
    world.clock.advance(10 * MINUTE)

    assert failures(world, load_event(NAME, "abandoned")) == []
    assert all_due(TABLE) == [("closes", 1), ("opens", 1), ("reminder", 1)]
    assert told(world) == []
