"""How LiveKit's events reach the rooms, in the template: the queue, what it invokes, the schedule, and their rights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.template import Template
from tests.support import aws_calls
from tests.support.clock import NOW
from tests.support.events import load_event
from tests.support.iam import allows, grants
from tests.support.stack import PARAMETERS, TEMPLATE, Stack, queue_arn, secret_arn, table_arn
from tests.support.upstream import Answer, Received, Upstream, answer_json
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, World
from vocespace.block_list import BlockList
from vocespace.blocks import Block
from vocespace.container import container

STACK = Stack("livekit", "the-table", "the-signing", "the-livekit", queue="the-queue")
FUNCTIONS = ("track_occupancy", "reconcile_rooms")
LEADING_KEYS = "dynamodb:LeadingKeys"
PARTITIONS = {"BLOCKS", "OCCUPIED", "SPACE#a", "PLATFORM#demo", "KEY#abc", "QUOTA#demo"}
PERSON = {"sid": "PA_def", "identity": "user_67890", "state": "ACTIVE", "kind": "STANDARD"}


def one_room(request: Received, _: Upstream) -> Answer:
    """A LiveKit server with one person in one room."""
    if request.path.endswith("/ListRooms"):
        return answer_json(200, {"rooms": [{"sid": "RM_1", "name": "my-workspace"}]})
    return answer_json(200, {"participants": [PERSON]})


def no_room(request: Received, _: Upstream) -> Answer:
    """One with none."""
    assert request.path.endswith("/ListRooms")
    return answer_json(200, {"rooms": []})


@pytest.fixture(name="server")
def _server(world: World) -> Iterator[Upstream]:
    with Upstream(one_room) as server:
        url = server.url.replace("http", "ws")
        world.put_secret("livekit", {"url": url, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
        yield server


def test_every_call_is_allowed_and_every_permission_used(world: World, server: Upstream) -> None:
    """What the handlers ask of AWS and what their roles allow on data is the same, to the resource.

    But for the queue, which Lambda itself reads for the worker.
    """
    first = len(aws_calls.CALLS)
    for case in ("came", "went", "ended"):
        world.invoke("track_occupancy", load_event("track_occupancy", case))
    blocks = BlockList(container().table, container().registry, world.clock)
    blocks.add(Block(space="my-workspace", id="user_12345", created_at=NOW))
    world.invoke("track_occupancy", load_event("track_occupancy", "came"))
    # The files tell of a quarter of an hour; and another function has a process of its own.
    world.clock.advance(1200)
    world.configure()
    world.invoke("reconcile_rooms", load_event("reconcile_rooms", "schedule"))
    server.expect(no_room)
    world.clock.advance(300)
    world.invoke("reconcile_rooms", load_event("reconcile_rooms", "schedule"))
    calls = aws_calls.CALLS[first:]

    assert [str(call) for call in calls if not call.is_allowed] == []
    assert {(call.function, call.action, call.resource) for call in calls} == {
        (name, *grant)
        for name in FUNCTIONS
        for service in ("dynamodb", "events", "secretsmanager")
        for grant in grants(calls[0].stack.function(name).statements, service)
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_they_reach_rooms_and_nothing_else(name: str) -> None:
    """Neither platforms nor keys nor counters; both have to know who is blocked."""
    statements = STACK.function(name).statements
    seen = {"BLOCKS"} if name == "track_occupancy" else {"BLOCKS", "OCCUPIED"}

    def within(action: str) -> set[str]:
        return {
            each
            for each in PARTITIONS
            if allows(statements, f"dynamodb:{action}", table_arn("the-table"), {LEADING_KEYS: [each]})
        }

    assert within("BatchGetItem") == within("Query") == seen | {"SPACE#a"}
    for action in ("PutItem", "UpdateItem", "DeleteItem"):
        assert within(action) == {"OCCUPIED", "SPACE#a"}
    assert within("Scan") == within("GetItem") == set()
    assert not allows(statements, "secretsmanager:GetSecretValue", secret_arn("the-signing"))
    assert not allows(statements, "sqs:SendMessage", queue_arn("the-queue"))


@pytest.mark.parametrize(("provider", "readable"), [("livekit", True), ("vocespace", False)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_livekit_key_is_for_whoever_asks_livekit(name: str, provider: str, *, readable: bool) -> None:
    """Only where that is us."""
    stack = Stack(provider, "the-table", "the-signing", "the-livekit", queue="the-queue")
    statements = stack.function(name).statements

    assert allows(statements, "secretsmanager:GetSecretValue", secret_arn("the-livekit")) is readable


def test_lambda_takes_messages_for_the_worker_alone() -> None:
    """With what the event source mapping needs, on this queue."""
    needed = {("sqs:ReceiveMessage", queue_arn("the-queue")), ("sqs:DeleteMessage", queue_arn("the-queue"))}
    needed |= {("sqs:GetQueueAttributes", queue_arn("the-queue"))}

    assert set(grants(STACK.function("track_occupancy").statements, "sqs")) == needed
    assert set(grants(STACK.function("reconcile_rooms").statements, "sqs")) == set()


def test_a_failed_message_comes_again_alone(template: Template) -> None:
    """Lambda believes the list of failures; without this it would take the whole batch for done."""
    assert template.properties("TrackOccupancySource") == {
        "EventSourceArn": "LiveKitEventsQueue.Arn",
        "FunctionName": "TrackOccupancyFunction",
        "BatchSize": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }


def test_the_queue_keeps_order_and_gives_up_in_the_end(template: Template) -> None:
    """Within a room; what can never be done lies with the dead letters, which only a FIFO queue takes in order."""
    queue, dead = (template.properties(name) for name in ("LiveKitEventsQueue", "LiveKitEventsDeadLetters"))

    assert queue["FifoQueue"] is dead["FifoQueue"] is True
    assert (queue["DeduplicationScope"], queue["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": "LiveKitEventsDeadLetters.Arn", "maxReceiveCount": 5}
    assert queue["VisibilityTimeout"] >= 6 * template.properties("TrackOccupancyFunction")["Timeout"]
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
    for each in (queue, dead):
        assert each["SqsManagedSseEnabled"] is True
        assert "QueueName" not in each


def test_somebody_is_told_of_events_that_are_late_or_lost(template: Template) -> None:
    """By the age of the oldest one, and by the first dead letter."""
    given_up, late = template.properties("EventsGivenUp"), template.properties("EventsLate")

    assert given_up["Dimensions"] == [{"Name": "QueueName", "Value": "LiveKitEventsDeadLetters.QueueName"}]
    assert (given_up["MetricName"], given_up["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)
    assert late["Dimensions"] == [{"Name": "QueueName", "Value": "LiveKitEventsQueue.QueueName"}]
    assert (late["MetricName"], late["Threshold"]) == ("ApproximateAgeOfOldestMessage", 300)


@pytest.mark.parametrize(("provider", "state"), [("livekit", "ENABLED"), ("vocespace", "DISABLED")])
def test_rooms_are_held_against_livekit_every_five_minutes(provider: str, state: str) -> None:
    """Where there is a LiveKit server to ask; a run that failed is not repeated, since the next one comes."""
    template = Template.load(TEMPLATE, PARAMETERS | {"ConnectionProvider": provider})
    schedule = template.properties("ReconcileRoomsSchedule")

    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(5 minutes)", state)
    assert schedule["Targets"] == [{"Id": "ReconcileRooms", "Arn": "ReconcileRoomsFunction.Arn"}]
    assert template.properties("ReconcileRoomsFunction")["Timeout"] < 300
    assert template.properties("ReconcileRoomsOnce")["MaximumRetryAttempts"] == 0
    assert template.properties("ReconcileRoomsPermission") == {
        "FunctionName": "ReconcileRoomsFunction",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": "ReconcileRoomsSchedule.Arn",
    }
