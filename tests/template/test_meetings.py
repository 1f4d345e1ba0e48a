"""How bookings become meetings and news, in the template: what invokes whom, the schedules, the bus, and all rights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

import boto3
import pytest

from local.cloud import REGION
from local.template import Template
from tests.support import aws_calls
from tests.support.booked import GROUP, HOUR, MEETING, QUEUE, SETTINGS, booked, invite, person, route, scheduler, write
from tests.support.booking_house import ROUTE
from tests.support.clock import NOW
from tests.support.events import Event, load_event
from tests.support.iam import allows, grants
from tests.support.news import guest, keep, meeting
from tests.support.stack import (
    PARAMETERS,
    TEMPLATE,
    Stack,
    bus_arn,
    mail_identity_arn,
    queue_arn,
    schedule_arn,
    secret_arn,
    table_arn,
)
from tests.support.world import TABLE, World
from vocespace import aws
from vocespace.booking_intake import DETAIL_TYPES
from vocespace.booking_routes import route_key
from vocespace.due_times import DueTimes
from vocespace.meeting_messages import MeetingDue, Purpose
from vocespace.meetings import Standing
from vocespace.occupancy import Occupancy, Presence
from vocespace.sent import TAKEN_OVER_AFTER
from vocespace.space_records import lease_key, meeting_holder, room_key
from vocespace.table import Table

FUNCTIONS = ("follow_bookings", "meeting_events", "sweep_meetings", "deliver_news")
QUEUES = {
    "FollowBookings": "Bookings",
    "MeetingEvents": "MeetingEvents",
    "DeliverNews": "Deliveries",
}
"""Which queue invokes whom."""

SERVICES = ("dynamodb", "events", "iam", "scheduler", "secretsmanager", "ses", "sqs")
TAKEN_BY_LAMBDA = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
LEADING_KEYS = "dynamodb:LeadingKeys"
ROLE = "arn:aws:iam::123456789012:role/schedules"
SENDER = "meet@example.com"
PARTITIONS = {"MEETING#m", "BOOKING#b", "INVITEE#i", "JOIN#d", "LINK#l", "DUE#h", "SPACE#a", "ENDPOINT#e", "ROUTES"}
PARTITIONS |= {"BLOCKS", "PLATFORM#demo", "KEY#abc", "QUOTA#demo", "OCCUPIED"}
STACK = Stack(
    "livekit",
    "the-table",
    "the-signing",
    "the-livekit",
    join_link_secret="the-join-links",
    sources_secret="the-sources",
    endpoints_secret="the-endpoints",
    bookings_queue="the-bookings",
    meeting_events_queue="the-moments",
    deliveries_queue="the-deliveries",
    schedule_group=GROUP,
    schedule_role=ROLE,
    news_bus="the-bus",
    mail_sender=SENDER,
)


@pytest.fixture(name="deployment")
def _deployment(world: World) -> Iterator[World]:
    prefix = f"https://sqs.{REGION}.amazonaws.com/123456789012/"
    for name in (QUEUE, "deliveries"):
        boto3.client("sqs").create_queue(QueueName=name)
    boto3.client("events").create_event_bus(Name="news")
    boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    endpoints = {"crm": {"url": "https://127.0.0.1/in", "secrets": ["whsec_" + "A" * 32]}}
    boto3.client("secretsmanager").create_secret(Name="endpoints", SecretString=json.dumps({"endpoints": endpoints}))
    # Nobody listens there: the call of those inside cannot be ended, but that comes last.
    world.put_secret("livekit", {"url": "ws://127.0.0.1:9", "apiKey": "a", "apiSecret": "b" * 32})
    world.configure(
        MEETING_EVENTS_QUEUE_URL=prefix + QUEUE,
        MEETING_EVENTS_QUEUE_ARN=SETTINGS.meeting_events_queue_arn,
        DELIVERIES_QUEUE_URL=prefix + "deliveries",
        SCHEDULE_GROUP=GROUP,
        SCHEDULE_ROLE_ARN=ROLE,
        SCHEDULE_DEAD_LETTERS_ARN=SETTINGS.schedule_dead_letters_arn,
        ENDPOINTS_SECRET_ID="endpoints",
        EVENT_BUS="news",
        MAIL_SENDER=SENDER,
        PUBLIC_BASE_URL="https://join.example",
    )
    aws.mail_service.cache_clear()
    with scheduler():
        yield world
    aws.mail_service.cache_clear()


def moment(purpose: Purpose, due_at: int = NOW) -> Event:
    """A message that a moment of the meeting has come, as the queue hands it over."""
    event = load_event("meeting_events", "opens")
    due = MeetingDue(meeting=MEETING, purpose=purpose, version=1, due_at=due_at)
    event["Records"][0]["body"] = json.dumps(due.to_wire())
    return event


def follow_bookings(world: World) -> None:
    """Somebody books, moves and cancels, and books what begins soon."""
    table = Table(TABLE)
    wanted = ROUTE.model_copy(update={"source": "cal", "event_type": "30min"})
    table.write_together(table.put(route_key("cal", "30min") | wanted.to_wire()))
    for case in ("booked", "moved", "cancelled"):
        world.invoke("follow_bookings", load_event("follow_bookings", case))
    soon = load_event("follow_bookings", "booked")
    about = {"id": "soon", "booking": "soon", "calendarUid": "soon", "startsAt": NOW + 300, "endsAt": NOW + 900}
    soon["Records"][0]["body"] = json.dumps(json.loads(soon["Records"][0]["body"]) | about)
    world.invoke("follow_bookings", soon)


def meeting_events(world: World) -> None:
    """A room is found, people are reminded, a call ends, and somebody has not arrived where they were to move."""
    table = Table(TABLE)
    due_times = DueTimes(table, SETTINGS, world.clock)
    write(table, due_times, None, booked(NOW + 600))
    invite(table, person(1), person(2))
    world.invoke("meeting_events", moment(Purpose.OPENS))
    # By a source whose clock is ahead, and of which a schedule is there from before.
    ahead = booked(NOW - 2 * HOUR, 4 * HOUR, occurred_at=(NOW + HOUR) * 1000, route=route(end_at_close=True))
    write(table, due_times, None, ahead)
    left = {"abandoned_at": NOW, "kept_for": ahead.closes_at}
    invite(table, *(person(number, Standing.LEAVING).model_copy(update=left) for number in (1, 2)))
    abandoned = MeetingDue(meeting=MEETING, purpose=Purpose.ABANDONED, version=1, due_at=NOW)
    table.write_together(due_times.entry(abandoned))
    due_times.arrange(ahead)
    world.invoke("meeting_events", moment(Purpose.ABANDONED))
    world.invoke("meeting_events", moment(Purpose.REMINDER, NOW + 60))
    over = booked(NOW - 90 * 60, HOUR, route=route(end_at_close=True))
    write(table, due_times, None, over)
    holder, space = meeting_holder("demo", MEETING), over.space
    table.write_together(
        table.put(lease_key(space, holder) | {"room": "theirs", "leaseId": "l"}),
        table.put(room_key(space, "theirs") | {"made": "fresh", "leaseId": "l", "leaseUntil": NOW, "heldUntil": NOW}),
    )
    Occupancy(table, "room").came(Presence(f"{space}/theirs", "RM_1", "ada", "PA_ada", NOW * 1000))
    world.invoke("meeting_events", moment(Purpose.CLOSES))


def sweep_meetings(world: World) -> None:
    """A reminder was lost, and something is due for a version that is no more."""
    table = Table(TABLE)
    due_times = DueTimes(table, SETTINGS, world.clock)
    now_is = booked(NOW + HOUR - 600, version=2)
    write(table, due_times, None, now_is)
    void = MeetingDue(meeting=MEETING, purpose=Purpose.OPENS, version=1, due_at=NOW - 600)
    table.write_together(due_times.entry(void))
    world.invoke("sweep_meetings", load_event("sweep_meetings", "schedule"))


def deliver_news(world: World) -> None:
    """By every way, and not yet."""
    keep(Table(TABLE), meeting(version=2), guest())
    for case in ("link_ready_event", "link_ready_mail", "rescheduled_webhook", "retry_not_due"):
        world.invoke("deliver_news", load_event("deliver_news", case))


def test_every_call_is_allowed_and_every_permission_used(deployment: World) -> None:
    """What the handlers ask of AWS and what their roles allow on data is the same.

    But for the queues, which Lambda itself reads for the workers, and for the configuration set that SES may ask about.
    """
    first = len(aws_calls.CALLS)
    for play in (follow_bookings, meeting_events, sweep_meetings, deliver_news):
        deployment.configure()
        play(deployment)
    calls = aws_calls.CALLS[first:]

    assert [str(call) for call in calls if not call.is_allowed] == []
    for name in FUNCTIONS:
        made = {(call.action, call.resource) for call in calls if call.function == name}
        for action, resource in (
            grant for service in SERVICES for grant in grants(calls[0].stack.function(name).statements, service)
        ):
            is_used = any(action == each and fnmatchcase(about, resource) for each, about in made)
            is_others = action in TAKEN_BY_LAMBDA or ":configuration-set/" in resource
            assert is_used is not is_others, (name, action, resource)


@pytest.mark.parametrize(
    ("name", "action", "partitions"),
    [
        (
            "follow_bookings",
            "BatchGetItem",
            {"BLOCKS", "BOOKING#b", "INVITEE#i", "MEETING#m", "PLATFORM#demo", "ROUTES"},
        ),
        ("follow_bookings", "Query", {"MEETING#m"}),
        ("follow_bookings", "PutItem", {"BOOKING#b", "DUE#h", "INVITEE#i", "JOIN#d", "LINK#l", "MEETING#m"}),
        ("follow_bookings", "UpdateItem", {"JOIN#d", "LINK#l", "MEETING#m"}),
        ("follow_bookings", "DeleteItem", {"BOOKING#b", "DUE#h", "MEETING#m"}),
        ("meeting_events", "BatchGetItem", {"DUE#h", "MEETING#m", "SPACE#a"}),
        ("meeting_events", "Query", {"MEETING#m", "SPACE#a"}),
        ("meeting_events", "PutItem", {"DUE#h", "MEETING#m", "SPACE#a"}),
        ("meeting_events", "UpdateItem", {"MEETING#m", "SPACE#a"}),
        ("meeting_events", "DeleteItem", {"DUE#h", "SPACE#a"}),
        ("sweep_meetings", "BatchGetItem", {"MEETING#m"}),
        ("sweep_meetings", "Query", {"DUE#h"}),
        ("sweep_meetings", "PutItem", set()),
        ("sweep_meetings", "UpdateItem", set()),
        ("sweep_meetings", "DeleteItem", {"DUE#h"}),
        ("deliver_news", "BatchGetItem", {"ENDPOINT#e", "JOIN#d", "LINK#l", "MEETING#m"}),
        ("deliver_news", "Query", set()),
        ("deliver_news", "PutItem", set()),
        ("deliver_news", "UpdateItem", {"ENDPOINT#e", "MEETING#m"}),
        ("deliver_news", "DeleteItem", set()),
    ],
)
def test_each_reaches_its_own_partitions_only(name: str, action: str, partitions: set[str]) -> None:
    """Nobody but whoever follows bookings makes links; nobody of them reads keys or counters."""
    statements = STACK.function(name).statements

    assert partitions == {
        each
        for each in PARTITIONS
        if allows(statements, f"dynamodb:{action}", table_arn(STACK.table), {LEADING_KEYS: [each]})
    }
    assert not allows(statements, "dynamodb:Scan", table_arn(STACK.table))


@pytest.mark.parametrize(
    ("name", "provider", "secrets"),
    [
        ("follow_bookings", "livekit", {"the-join-links"}),
        ("meeting_events", "livekit", {"the-livekit"}),
        ("meeting_events", "vocespace", set()),
        ("sweep_meetings", "livekit", set()),
        ("deliver_news", "livekit", {"the-join-links", "the-endpoints"}),
    ],
)
def test_each_reads_its_own_secrets_only(name: str, provider: str, secrets: set[str]) -> None:
    """What links are made of is for whoever makes them, or says them again."""
    statements = replace(STACK, provider=provider).function(name).statements

    named = {"the-signing", "the-livekit", "the-join-links", "the-sources", "the-endpoints"}
    assert secrets == {each for each in named if allows(statements, "secretsmanager:GetSecretValue", secret_arn(each))}


def test_schedules_are_kept_in_the_stacks_own_group() -> None:
    """And no role but theirs can be handed on, to nobody but Scheduler."""
    for name in FUNCTIONS:
        statements, keeps = STACK.function(name).statements, name in {"follow_bookings", "meeting_events"}
        for action in ("CreateSchedule", "UpdateSchedule", "DeleteSchedule"):
            assert allows(statements, f"scheduler:{action}", schedule_arn(GROUP, "open.m")) is keeps
            assert not allows(statements, f"scheduler:{action}", schedule_arn("default", "open.m"))
        scheduler_only = {"iam:PassedToService": ["scheduler.amazonaws.com"]}
        assert allows(statements, "iam:PassRole", ROLE, scheduler_only) is keeps
        assert not allows(statements, "iam:PassRole", "arn:aws:iam::123456789012:role/another", scheduler_only)
        assert not allows(statements, "iam:PassRole", ROLE, {"iam:PassedToService": ["lambda.amazonaws.com"]})


@pytest.mark.parametrize(("sender", "may"), [(SENDER, True), ("", False)])
def test_mails_are_from_the_one_sender_only(sender: str, may: bool) -> None:
    """Whichever identity SES finds for it; without one there is no right to send any."""
    statements = Stack("livekit", "t", "s", "l", mail_sender=sender).function("deliver_news").statements

    for action in ("ses:SendEmail", "ses:SendRawEmail"):
        for identity in (SENDER, "example.com"):
            assert allows(statements, action, mail_identity_arn(identity), {"ses:FromAddress": [SENDER]}) is may
            assert not allows(statements, action, mail_identity_arn(identity), {"ses:FromAddress": ["a@example.com"]})
    for name in FUNCTIONS[:-1]:
        assert not allows(STACK.function(name).statements, "ses:SendRawEmail", mail_identity_arn(SENDER))


def test_news_go_to_the_stacks_own_bus() -> None:
    """From one function; whoever decides about nobody tells no audit bus either."""
    for name in FUNCTIONS:
        assert set(grants(STACK.function(name).statements, "events")) == (
            {("events:PutEvents", bus_arn("the-bus"))} if name == "deliver_news" else set()
        )


@pytest.mark.parametrize(
    ("name", "takes", "sends"),
    [
        ("follow_bookings", "the-bookings", {"the-moments", "the-deliveries"}),
        ("meeting_events", "the-moments", {"the-moments", "the-deliveries"}),
        ("sweep_meetings", None, {"the-moments"}),
        ("deliver_news", "the-deliveries", {"the-deliveries"}),
    ],
)
def test_each_has_its_own_queues(name: str, takes: str | None, sends: set[str]) -> None:
    """One to take messages from, and those behind it."""
    taken = set() if takes is None else {(action, queue_arn(takes)) for action in TAKEN_BY_LAMBDA}

    wanted = taken | {("sqs:SendMessage", queue_arn(each)) for each in sends}
    assert set(grants(STACK.function(name).statements, "sqs")) == wanted


@pytest.mark.parametrize(("function", "queue"), QUEUES.items())
def test_a_failed_message_comes_again_alone(template: Template, function: str, queue: str) -> None:
    """Some times, and then it lies with the dead letters, of which somebody is told."""
    source = template.properties(f"{function}Source")
    messages, dead = (template.properties(f"{queue}{kind}") for kind in ("Queue", "DeadLetters"))

    assert (source["EventSourceArn"], source["FunctionName"]) == (f"{queue}Queue.Arn", f"{function}Function")
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert messages["RedrivePolicy"] == {"deadLetterTargetArn": f"{queue}DeadLetters.Arn", "maxReceiveCount": 5}
    assert messages["VisibilityTimeout"] >= 6 * template.properties(f"{function}Function")["Timeout"]
    assert messages.get("FifoQueue") is dead.get("FifoQueue")
    assert dead["MessageRetentionPeriod"] >= messages["MessageRetentionPeriod"]
    for each in (messages, dead):
        assert each["SqsManagedSseEnabled"] is True
        assert "QueueName" not in each
    alarms = [template.properties(each) for each in template.resources("AWS::CloudWatch::Alarm")]
    watched = [each for each in alarms if each.get("MetricName") == "ApproximateNumberOfMessagesVisible"]
    assert [{"Name": "QueueName", "Value": f"{queue}DeadLetters.QueueName"}] in [each["Dimensions"] for each in watched]


def test_a_delivery_that_takes_long_is_not_begun_twice(template: Template) -> None:
    """Nobody takes over from somebody who may still be at it."""
    assert template.properties("DeliverNewsFunction")["Timeout"] < TAKEN_OVER_AFTER


def test_bookings_come_in_order(template: Template) -> None:
    """By the group that they are sent in; those of the bus are told apart by their contents."""
    queue = template.properties("BookingsQueue")

    assert (queue["FifoQueue"], queue["ContentBasedDeduplication"]) == (True, True)
    assert (queue["DeduplicationScope"], queue["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")


def test_the_bus_leads_to_the_queue(template: Template) -> None:
    """With just what is told of bookings; nobody else may put anything into the queue by its policy."""
    rule = template.properties("BookingsFromBus")
    (allowed,) = template.properties("BookingsQueueAccess")["PolicyDocument"]["Statement"]

    assert rule["EventBusName"] == "EventBus"
    assert set(rule["EventPattern"]["detail-type"]) == set(DETAIL_TYPES)
    (target,) = rule["Targets"]
    assert target.pop("DeadLetterConfig") == {"Arn": "BusDeadLetters.Arn"}
    assert target == {"Id": "Bookings", "Arn": "BookingsQueue.Arn", "SqsParameters": {"MessageGroupId": "bus"}}
    assert template.properties("BookingsQueueAccess")["Queues"] == ["BookingsQueue"]
    assert {name: allowed[name] for name in allowed if name != "Sid"} == {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "BookingsQueue.Arn",
        "Condition": {"ArnEquals": {"aws:SourceArn": "BookingsFromBus.Arn"}},
    }


def test_what_the_bus_cannot_hand_on_is_not_lost(template: Template) -> None:
    """It is put aside, for as long as SQS keeps anything, and somebody is told."""
    queue, access = template.properties("BusDeadLetters"), template.properties("BusDeadLettersAccess")
    (allowed,) = access["PolicyDocument"]["Statement"]

    # EventBridge takes no FIFO queue for dead letters.
    assert queue == {"MessageRetentionPeriod": 1209600, "SqsManagedSseEnabled": True}
    assert access["Queues"] == ["BusDeadLetters"]
    assert {name: allowed[name] for name in allowed if name != "Sid"} == {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "BusDeadLetters.Arn",
        "Condition": {"ArnEquals": {"aws:SourceArn": "BookingsFromBus.Arn"}},
    }
    alarm = template.properties("BusGivenUp")
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": "BusDeadLetters.QueueName"}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")


def test_other_accounts_tell_of_bookings_only_where_they_are_named() -> None:
    """And of nothing else: what the stack tells on its bus is by the stack."""
    accounts = {"BookingAccounts": "210987654321,321098765432"}
    template = Template.load(TEMPLATE, PARAMETERS | accounts)
    policy = template.properties("EventBusAccess")

    assert template.holds("HasBookingAccounts")
    assert not Template.load(TEMPLATE, PARAMETERS).holds("HasBookingAccounts")
    assert policy["Statement"] == {
        "Effect": "Allow",
        "Principal": {"AWS": ["210987654321", "321098765432"]},
        "Action": "events:PutEvents",
        "Resource": "EventBus.Arn",
        "Condition": {"StringEquals": {"events:detail-type": list(DETAIL_TYPES)}},
    }


def test_scheduler_tells_of_moments_and_does_nothing_else(template: Template) -> None:
    """For this group of this account alone; what it cannot tell lies with the dead letters."""
    role = template.properties("ScheduleRole")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    ((allowed,),) = (each["PolicyDocument"]["Statement"] for each in role["Policies"])

    assert trust == {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "123456789012", "aws:SourceArn": "ScheduleGroup.Arn"},
        },
    }
    assert allowed["Action"] == "sqs:SendMessage"
    assert allowed["Resource"] == ["MeetingEventsQueue.Arn", "MeetingEventsDeadLetters.Arn"]
    # Scheduler takes no FIFO queue for dead letters.
    assert "FifoQueue" not in template.properties("MeetingEventsDeadLetters")


def test_what_is_lost_is_looked_for_every_five_minutes(template: Template) -> None:
    """A run that failed is not repeated, since the next one comes."""
    schedule = template.properties("SweepMeetingsSchedule")

    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(5 minutes)", "ENABLED")
    assert schedule["Targets"] == [{"Id": "SweepMeetings", "Arn": "SweepMeetingsFunction.Arn"}]
    assert template.properties("SweepMeetingsFunction")["Timeout"] < 300
    assert template.properties("SweepMeetingsOnce")["MaximumRetryAttempts"] == 0
    assert template.properties("SweepMeetingsPermission") == {
        "FunctionName": "SweepMeetingsFunction",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": "SweepMeetingsSchedule.Arn",
    }
