"""follow_bookings: what booking systems tell becomes meetings and links, and what fails comes again alone."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

from local.cloud import REGION
from tests.support.aws_faults import fail
from tests.support.booked import GROUP, QUEUE, scheduler, schedules
from tests.support.booking_house import ROUTE
from tests.support.clock import NOW
from tests.support.events import Event, load_event
from tests.support.world import JOIN_LINK_SECRET, TABLE, World
from vocespace import aws
from vocespace.attributes import from_attributes
from vocespace.booking_routes import route_key
from vocespace.invitations import LinkState
from vocespace.join_links import JoinCodes
from vocespace.link_store import LinkStore
from vocespace.meeting_store import MeetingStore
from vocespace.meetings import Meeting
from vocespace.table import Table, record_of

NAME = "follow_bookings"
DELIVERIES = "deliveries"
DAY = 86_400
EVERYBODY = {"Ada Host", "Ben Guest"}


@pytest.fixture(autouse=True)
def _deployment(world: World) -> Iterator[None]:
    for name in (QUEUE, DELIVERIES):
        boto3.client("sqs").create_queue(QueueName=name)
    prefix = f"https://sqs.{REGION}.amazonaws.com/123456789012/"
    arn = f"arn:aws:sqs:{REGION}:123456789012:"
    world.configure(
        MEETING_EVENTS_QUEUE_URL=prefix + QUEUE,
        MEETING_EVENTS_QUEUE_ARN=arn + QUEUE,
        DELIVERIES_QUEUE_URL=prefix + DELIVERIES,
        SCHEDULE_GROUP=GROUP,
        SCHEDULE_ROLE_ARN="arn:aws:iam::123456789012:role/schedules",
        SCHEDULE_DEAD_LETTERS_ARN=arn + "dead-letters",
    )
    put_route("cal", "30min")
    with scheduler():
        yield


def put_route(source: str, event_type: str) -> None:
    """Sets a route."""
    table, route = Table(TABLE), ROUTE.model_copy(update={"source": source, "event_type": event_type})
    table.write_together(table.put(route_key(source, event_type) | route.to_wire()))


def failures(world: World, event: Event) -> list[str]:
    """Which messages come again."""
    answer = world.invoke(NAME, event)
    assert answer.keys() == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def told(world: World) -> list[str]:
    """What is to be delivered, by whichever way, in alphabetical order."""
    return sorted(json.loads(each["body"])["news"] for each in world.queued(DELIVERIES))


def doors(world: World) -> dict[str, tuple[LinkState, int | None]]:
    """What everybody's link opens, and when the meeting behind it starts."""
    table = Table(TABLE)
    links = LinkStore(table, MeetingStore(table), lambda: JoinCodes.parse(JOIN_LINK_SECRET), world.clock)
    found = {}
    for meeting in meetings():
        for each in MeetingStore(table).people(meeting.id):
            link = links.by_id(each.link)
            invitation = None if link is None else links.invitation(link)
            assert invitation is not None
            found[each.username] = invitation.state(world.clock.time()), invitation.starts_at
    return found


def meetings() -> list[Meeting]:
    """All meetings there are."""
    items = [from_attributes(each) for each in boto3.client("dynamodb").scan(TableName=TABLE)["Items"]]
    return [record_of(Meeting, each) for each in items if each["sk"] == "MEETING"]


def test_meetings_follow_the_files(world: World) -> None:
    """Booked, moved and cancelled, each of it told twice."""
    for _ in range(2):
        assert failures(world, load_event(NAME, "booked")) == []
    (meeting,) = meetings()
    assert doors(world) == dict.fromkeys(EVERYBODY, (LinkState.EARLY, NOW + DAY))
    assert set(told(world)) == {"JoinLink.Ready"}
    assert set(schedules()) == {f"{purpose}.{meeting.id}" for purpose in ("rem", "open", "close")}

    assert failures(world, load_event(NAME, "moved")) == []
    assert doors(world) == dict.fromkeys(EVERYBODY, (LinkState.EARLY, NOW + 2 * DAY))
    assert told(world) == ["Meeting.Rescheduled"] * 2
    assert [each.id for each in meetings()] == [meeting.id]

    assert failures(world, load_event(NAME, "cancelled")) == []
    assert doors(world) == dict.fromkeys(EVERYBODY, (LinkState.CANCELLED, NOW + 2 * DAY))
    assert told(world) == ["JoinLink.Revoked"] * 2 + ["Meeting.Cancelled"] * 2
    assert schedules() == {}


def test_a_batch_is_worked_on_in_order(world: World) -> None:
    """All of one booking's."""
    assert failures(world, load_event(NAME, "booked_and_moved")) == []

    assert doors(world) == dict.fromkeys(EVERYBODY, (LinkState.EARLY, NOW + 2 * DAY))


def test_events_of_the_bus_are_followed_too(world: World) -> None:
    """As EventBridge hands them over."""
    put_route("bus", "demo-call")

    assert failures(world, load_event(NAME, "from_the_bus")) == []
    assert doors(world) == dict.fromkeys(EVERYBODY, (LinkState.EARLY, NOW + DAY))


def test_what_is_no_booking_on_the_bus_is_let_be(world: World) -> None:
    """A type of event that nobody knows."""
    event = load_event(NAME, "from_the_bus")
    (record,) = event["Records"]
    body = json.loads(record["body"]) | {"detail-type": "Booking.Admired"}

    assert failures(world, {"Records": [record | {"body": json.dumps(body)}]}) == []
    assert meetings() == []


def test_what_cannot_be_read_comes_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Until it is a dead letter; what is in it is not written down."""
    event = load_event(NAME, "booked")
    (record,) = event["Records"]

    assert failures(world, {"Records": [record | {"body": record["body"].replace("booked", "admired")}]}) != []
    log = capsys.readouterr().out
    assert '"invalid_parameters"' in log
    assert "Ben" not in log


@pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems", "SendMessage", "GetSecretValue"])
def test_without_what_it_needs_it_comes_again(world: World, operation: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And is done to the end then; nothing of the people is in the log."""
    fail(operation, 500, "InternalServerError")
    assert len(failures(world, load_event(NAME, "booked"))) == 1
    log = capsys.readouterr().out
    assert not any(word in log for word in ("Ben", "Ada", "example.com", "secret-looking"))

    aws.forget()
    world.configure()
    assert failures(world, load_event(NAME, "booked")) == []
    assert doors(world) == dict.fromkeys(EVERYBODY, (LinkState.EARLY, NOW + DAY))
    assert set(told(world)) == {"JoinLink.Ready"}
