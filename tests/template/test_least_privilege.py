"""Least privilege, proved: every call is allowed, every permission is used, everything else is denied.

For the functions of the API; test_rotation.py, test_occupancy.py and test_meetings.py have the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support import aws_calls
from tests.support.aws_calls import Call
from tests.support.events import Event, cases, with_body, with_query
from tests.support.iam import allows, grants
from tests.support.join_door import Door
from tests.support.stack import Stack, bus_arn, queue_arn, secret_arn, table_arn
from tests.support.world import DEMO, LIVEKIT_KEY, LIVEKIT_SECRET, World
from vocespace import aws
from vocespace.attributes import Key
from vocespace.table import Table

SERVICES = ("dynamodb", "events", "secretsmanager", "sqs")
STACK = Stack(
    "livekit",
    "the-table",
    "the-signing",
    "the-livekit",
    queue="the-queue",
    join_link_secret="the-join-links",
    sources_secret="the-sources",
    bookings_queue="the-bookings",
)
BUS = "arn:aws:events:eu-west-1:210987654321:event-bus/audit"
LEADING_KEYS = "dynamodb:LeadingKeys"
FUNCTIONS = (
    "connection_details",
    "redirect_url",
    "livekit_token",
    "blocks",
    "rooms",
    "join_links",
    "join",
    "livekit_events",
    "booking_hooks",
    "service_info",
)
AGENT_AND_CUSTOMER = ("assistant", "customer")
LINKED = {"JOIN#d", "LINK#l", "MEETING#m"}

Grants = set[tuple[str, str, str]]


def granted(stack: Stack) -> Grants:
    """Every (function, action, resource) on data that the stack's roles allow."""
    return {
        (name, action, resource)
        for name in FUNCTIONS
        for service in SERVICES
        for action, resource in grants(stack.function(name).statements, service)
    }


def play_events(world: World, provider: str, bus: str) -> list[Call]:
    """Lets each function answer all its event files with cold caches, and returns the calls to AWS."""
    first = len(aws_calls.CALLS)
    limited = DEMO.policy.model_copy(update={"requests_per_minute": 1000, "tokens_per_day": 1000})
    world.put_platform(DEMO.model_copy(update={"policy": limited}))
    # Nobody listens there: both servers fail, but after everything that AWS is asked for.
    world.put_secret("livekit", {"url": "ws://127.0.0.1:9", "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
    world.configure(CONNECTION_PROVIDER=provider, VOCESPACE_URL="http://127.0.0.1:9", AUDIT_EVENT_BUS=bus)
    for function, case in cases():
        world.configure()
        world.call(function, world.event(function, case))
    for function, event in meet_at_a_desk(world):
        world.call(function, event)
    come_by_links(world)
    return aws_calls.CALLS[first:]


def meet_at_a_desk(world: World) -> Iterator[tuple[str, Event]]:
    """What an agent and then a customer ask for, in a space of each function's own: it takes all there is to rooms."""
    for function, case in (("connection_details", "post_agent"), ("redirect_url", "post_ttl")):
        for identity in AGENT_AND_CUSTOMER:
            event = with_query(world.event(function, case), {"auth": "c_s"})
            yield function, with_body(event, id=identity, identity=identity, room="$empty", space=function)
    for identity in AGENT_AND_CUSTOMER:
        wish = {"auth": "c_s", "identity": identity, "room": "$empty"}
        event = with_body(world.event("livekit_token", "post"), participant_identity=identity)
        yield "livekit_token", with_body(event, participant_attributes=wish, room_name="livekit_token")


def come_by_links(world: World) -> None:
    """The same two, by links of several people, which are revoked then."""
    for identity in AGENT_AND_CUSTOMER:
        wish = {"auth": "c_s", "id": identity, "identity": identity, "room": "$empty", "space": "join"}
        event = with_body(world.event("join_links", "post_several"), notBefore=None, **wish)
        made = world.call("join_links", event).json
        # Another function has caches of its own.
        world.configure()
        Door(world).press(made["url"].rpartition("/")[2])
        revoking = world.event("join_links", "delete_link")
        world.call("join_links", revoking | {"pathParameters": {"id": made["id"]}})


@pytest.mark.parametrize("bus", ["", "default"])
@pytest.mark.parametrize("provider", ["livekit", "vocespace"])
def test_every_call_is_allowed_and_every_permission_used(world: World, provider: str, bus: str) -> None:
    """What the handlers ask of AWS and what their roles allow on data is the same, to the resource."""
    calls = play_events(world, provider, bus)

    assert [str(call) for call in calls if not call.is_allowed] == []
    assert {(call.function, call.action, call.resource) for call in calls} == granted(calls[0].stack)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("provider", ["livekit", "vocespace"])
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("secretsmanager:PutSecretValue", secret_arn("the-signing")),
        ("secretsmanager:UpdateSecret", secret_arn("the-signing")),
        ("secretsmanager:DeleteSecret", secret_arn("the-signing")),
        ("secretsmanager:RotateSecret", secret_arn("the-signing")),
        ("secretsmanager:GetSecretValue", secret_arn("another")),
        ("secretsmanager:GetSecretValue", secret_arn("the-signing-of-another")),
        ("secretsmanager:GetSecretValue", "*"),
        ("secretsmanager:ListSecrets", "*"),
        ("secretsmanager:BatchGetSecretValue", "*"),
        ("dynamodb:GetItem", table_arn("the-table")),
        ("dynamodb:BatchGetItem", table_arn("another")),
        ("dynamodb:PutItem", table_arn("the-table")),
        ("dynamodb:UpdateItem", table_arn("the-table")),
        ("dynamodb:DeleteItem", table_arn("the-table")),
        ("dynamodb:Query", table_arn("the-table")),
        ("dynamodb:Scan", table_arn("the-table")),
        ("dynamodb:UpdateItem", table_arn("another")),
        ("dynamodb:DeleteTable", table_arn("the-table")),
        ("dynamodb:ListTables", "*"),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/any"),
        ("kms:GenerateDataKey", "*"),
        ("iam:PassRole", "*"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/any"),
        ("lambda:InvokeFunction", "*"),
        ("logs:CreateLogGroup", "*"),
        ("logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:another:*"),
        ("s3:GetObject", "arn:aws:s3:::any/key"),
        ("events:PutEvents", bus_arn("default")),
        ("sqs:SendMessage", queue_arn("another")),
        ("sqs:ReceiveMessage", queue_arn("the-queue")),
        ("sqs:DeleteMessage", queue_arn("the-queue")),
        ("sqs:PurgeQueue", queue_arn("the-queue")),
    ],
)
def test_anything_else_is_denied(name: str, provider: str, action: str, resource: str) -> None:
    """No function may write a secret or a platform, read another table, or reach any other service's data."""
    stack = Stack(provider, STACK.table, STACK.signing_secret, STACK.livekit_secret)

    assert not allows(stack.function(name).statements, action, resource, {LEADING_KEYS: ["PLATFORM#demo"]})


@pytest.mark.parametrize(
    ("name", "action", "writable"),
    [
        ("connection_details", "dynamodb:UpdateItem", {"QUOTA#demo", "SPACE#my-workspace"}),
        ("connection_details", "dynamodb:PutItem", {"SPACE#my-workspace"}),
        ("redirect_url", "dynamodb:UpdateItem", {"QUOTA#demo"}),
        ("redirect_url", "dynamodb:DeleteItem", set()),
        ("livekit_token", "dynamodb:UpdateItem", {"QUOTA#demo", "SPACE#my-workspace"}),
        ("livekit_token", "dynamodb:PutItem", {"SPACE#my-workspace"}),
        ("livekit_events", "dynamodb:UpdateItem", set()),
        ("blocks", "dynamodb:UpdateItem", {"QUOTA#demo", "BLOCKS", "SPACE#my-workspace"}),
        ("blocks", "dynamodb:PutItem", {"BLOCKS", "SPACE#my-workspace"}),
        ("blocks", "dynamodb:DeleteItem", {"BLOCKS", "SPACE#my-workspace"}),
        ("blocks", "dynamodb:Query", {"BLOCKS", "SPACE#my-workspace"}),
        ("rooms", "dynamodb:UpdateItem", {"QUOTA#demo"}),
        ("rooms", "dynamodb:PutItem", set()),
        ("rooms", "dynamodb:Query", {"SPACE#my-workspace"}),
        ("join_links", "dynamodb:BatchGetItem", {*LINKED, "BLOCKS", "PLATFORM#demo", "KEY#abc", "ROLE#a"}),
        ("join_links", "dynamodb:PutItem", {"JOIN#d", "LINK#l"}),
        ("join_links", "dynamodb:UpdateItem", {"QUOTA#demo", "JOIN#d"}),
        ("join_links", "dynamodb:DeleteItem", set()),
        ("join", "dynamodb:BatchGetItem", {"JOIN#d", "MEETING#m", "BLOCKS", "PLATFORM#demo", "SPACE#my-workspace"}),
        ("join", "dynamodb:PutItem", {"JOIN#d", "SPACE#my-workspace"}),
        ("join", "dynamodb:UpdateItem", {"JOIN#d", "QUOTA#demo", "SPACE#my-workspace"}),
        ("join", "dynamodb:DeleteItem", {"SPACE#my-workspace"}),
        ("join", "dynamodb:Query", {"SPACE#my-workspace"}),
        ("booking_hooks", "dynamodb:BatchGetItem", set()),
        ("booking_hooks", "dynamodb:UpdateItem", set()),
        ("service_info", "dynamodb:UpdateItem", set()),
    ],
)
def test_each_function_reaches_its_own_partitions_only(name: str, action: str, writable: set[str]) -> None:
    """Counters are for whoever counts, blocks for whoever blocks; platforms and their keys are the operator's."""
    partitions = {"QUOTA#demo", "BLOCKS", "SPACE#my-workspace", "PLATFORM#demo", "PLATFORMS", "KEY#abc", "ROLE#a"}
    partitions |= LINKED | {"BOOKING#b", "DUE#h"}

    allowed = {
        each
        for each in partitions
        if allows(STACK.function(name).statements, action, table_arn(STACK.table), {LEADING_KEYS: [each]})
    }
    assert allowed == writable


@pytest.mark.parametrize(("bus", "arn"), [("audit", bus_arn("audit")), (BUS, BUS), ("default", bus_arn("default"))])
def test_the_bus_that_is_named_is_the_only_one(bus: str, arn: str) -> None:
    """By its name it is one of this account and region, by its ARN it can be anybody's."""
    stack = Stack("livekit", STACK.table, STACK.signing_secret, STACK.livekit_secret, event_bus=bus)

    told = {name: set(grants(stack.function(name).statements, "events")) for name in FUNCTIONS}
    wanted = {("events:PutEvents", arn)}
    assert told == {name: set() if name == "service_info" else wanted for name in FUNCTIONS}


@pytest.mark.parametrize(
    ("name", "provider", "readable"),
    [
        ("connection_details", "livekit", {"the-signing", "the-livekit"}),
        ("connection_details", "vocespace", {"the-signing"}),
        ("redirect_url", "livekit", {"the-signing"}),
        ("redirect_url", "vocespace", {"the-signing"}),
        ("livekit_token", "livekit", {"the-livekit"}),
        ("livekit_token", "vocespace", set()),
        ("blocks", "livekit", {"the-livekit"}),
        ("blocks", "vocespace", set()),
        ("rooms", "livekit", set()),
        ("join_links", "livekit", {"the-join-links"}),
        ("join_links", "vocespace", {"the-join-links"}),
        ("join", "livekit", {"the-livekit"}),
        ("join", "vocespace", {"the-signing"}),
        ("booking_hooks", "livekit", {"the-sources"}),
        ("livekit_events", "livekit", {"the-livekit"}),
        ("livekit_events", "vocespace", set()),
        ("service_info", "livekit", set()),
        ("service_info", "vocespace", set()),
    ],
)
def test_each_function_reads_its_own_secrets_only(name: str, provider: str, readable: set[str]) -> None:
    """The LiveKit secret is for whoever speaks to LiveKit, and only where that is us."""
    statements = replace(STACK, provider=provider).function(name).statements

    secrets = {"the-signing", "the-livekit", "the-join-links", "the-sources"}
    allowed = {each for each in secrets if allows(statements, "secretsmanager:GetSecretValue", secret_arn(each))}
    assert allowed == readable


def test_whoever_joins_without_a_web_client_is_sent_on_with_a_signed_link() -> None:
    """Which is redeemed elsewhere: then the page needs the ring, and no LiveKit key."""
    statements = replace(STACK, has_web_client=False).function("join").statements

    assert allows(statements, "secretsmanager:GetSecretValue", secret_arn("the-signing"))
    assert not allows(statements, "secretsmanager:GetSecretValue", secret_arn("the-livekit"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_statement_names_everything(name: str) -> None:
    """Only X-Ray, which knows no resources, is allowed without one, and no action is spelt with a wildcard."""
    for statement in STACK.function(name).statements:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        if "*" in statement["Resource"]:
            assert set(actions) == {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_writes_its_own_log_only(name: str) -> None:
    """The role reaches the log group that the function logs to, and no other."""
    function = STACK.function(name)

    [log] = {resource for _, resource in grants(function.statements, "logs")}
    assert log == re.sub("Function$", "Logs.Arn", function.logical_id)


def test_a_call_that_no_role_allows_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof can fail: a handler that lists secrets instead of reading its table is caught."""

    def list_secrets_instead(_: Table, keys: list[Key]) -> list[None]:
        aws.secrets_manager().list_secrets()
        return [None for _ in keys]

    monkeypatch.setattr(Table, "read", list_secrets_instead)
    world.configure()
    first = len(aws_calls.CALLS)

    world.call("redirect_url", world.event("redirect_url", "post_ttl"))

    # Taken out of the record, or the plugin would rightly fail this test.
    calls, aws_calls.CALLS[first:] = aws_calls.CALLS[first:], []
    assert [str(call) for call in calls if not call.is_allowed] == ["redirect_url: secretsmanager:ListSecrets on *"]


def test_what_a_test_does_itself_is_not_recorded(world: World) -> None:
    """Only what happens below a lambda_handler counts: seeding a world asks for rights that no function has."""
    first = len(aws_calls.CALLS)

    world.add_key("demo")

    assert aws_calls.CALLS[first:] == []
