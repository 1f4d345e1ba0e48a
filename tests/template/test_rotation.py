"""The rotations in the template: who invokes them, when, what they may do, and who is told when one is stuck."""

from __future__ import annotations

import pytest

from local.template import Template
from tests.support import aws_calls
from tests.support.events import EVENTS, cases, others, steps
from tests.support.iam import allows, grants
from tests.support.secrets_manager import rotator_of, true_secrets_manager
from tests.support.stack import PARAMETERS, TEMPLATE, Stack, secret_arn, table_arn
from tests.support.world import World
from vocespace.ring_rotation import Rules

STACK = Stack("livekit", table="the-table", signing_secret="the-signing", livekit_secret="the-livekit")
SECRETS = {"rotate_signing_keys": "the-signing", "rotate_livekit_key": "the-livekit"}
ACTIONS = ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
OTHERS = (
    "connection_details",
    "redirect_url",
    "livekit_token",
    "blocks",
    "rooms",
    "service_info",
    "livekit_events",
    "track_occupancy",
    "reconcile_rooms",
)
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
ROTATIONS = [
    ("RotateSigningKeys", "SigningSecret", "SigningKeyRotation", "SigningKeyRotationDays"),
    ("RotateLiveKitKey", "LiveKitSecret", "LiveKitKeyRotation", "LiveKitKeyRotationDays"),
]


@pytest.mark.parametrize("function", SECRETS)
def test_a_rotation_uses_every_permission_and_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    """What the steps ask of AWS and what the role allows on data is the same, to the resource."""
    with true_secrets_manager(monkeypatch):
        rotator = rotator_of(function, world)
        first = len(aws_calls.CALLS)
        assert rotator.rotate()
    calls = aws_calls.CALLS[first:]

    assert [str(call) for call in calls if not call.is_allowed] == []
    allowed = {
        each
        for service in ("secretsmanager", "dynamodb", "events")
        for each in grants(calls[0].stack.function(function).statements, service)
    }
    assert {(call.action, call.resource) for call in calls} == allowed
    assert allowed == {(f"secretsmanager:{action}", rotator.arn) for action in ACTIONS}


def test_every_step_of_every_rotation_has_an_event() -> None:
    """And every other file of events/ is API Gateway's, a queue's or a schedule's."""
    names = ("create_secret", "finish_secret", "set_secret", "test_secret")

    assert steps() == [(function, name) for function in sorted(SECRETS) for name in names]
    assert len(steps()) + len(cases()) + len(others()) == len(list(EVENTS.glob("*/*.json")))


@pytest.mark.parametrize(("function", "secret"), SECRETS.items())
def test_a_rotation_reaches_its_own_secret_only(function: str, secret: str) -> None:
    """Neither the other one, nor the table, nor what would delete or reconfigure its own."""
    statements = STACK.function(function).statements

    for action in ACTIONS:
        for each in (*SECRETS.values(), "another", f"{secret}-of-another"):
            assert allows(statements, f"secretsmanager:{action}", secret_arn(each)) is (each == secret)
        assert not allows(statements, f"secretsmanager:{action}", "*")
    for action in ("UpdateSecret", "DeleteSecret", "RotateSecret", "PutResourcePolicy", "CancelRotateSecret"):
        assert not allows(statements, f"secretsmanager:{action}", secret_arn(secret))
    for action in ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "Query"):
        assert not allows(statements, f"dynamodb:{action}", table_arn(STACK.table))
    assert not allows(statements, "kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/any")


@pytest.mark.parametrize("function", OTHERS)
def test_nobody_else_writes_a_secret(function: str) -> None:
    """The function that rotates a secret is the only one of the stack's that may change it."""
    for secret in SECRETS.values():
        for action in ("PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage", "RotateSecret"):
            assert not allows(STACK.function(function).statements, f"secretsmanager:{action}", secret_arn(secret))


@pytest.mark.parametrize(("name", "secret", "schedule", "_days"), ROTATIONS)
def test_only_secrets_manager_invokes_it_and_only_for_its_secret(
    template: Template, name: str, secret: str, schedule: str, _days: str
) -> None:
    """Without both conditions any account's Secrets Manager could."""
    assert template.properties(f"{name}Permission") == {
        "FunctionName": f"{name}Function",
        "Action": "lambda:InvokeFunction",
        "Principal": "secretsmanager.amazonaws.com",
        "SourceAccount": "123456789012",
        "SourceArn": secret,
    }
    assert template.document["Resources"][schedule]["DependsOn"] == f"{name}Permission"
    [function] = (each for each in template.functions() if each.logical_id == f"{name}Function")
    assert not function.routes


@pytest.mark.parametrize(("name", "secret", "schedule", "days"), ROTATIONS)
def test_schedule_is_the_parameter_s(name: str, secret: str, schedule: str, days: str) -> None:
    """And a deployment rotates nothing by itself."""
    template = Template.load(TEMPLATE, PARAMETERS | {days: "7"})

    assert template.properties(schedule) == {
        "SecretId": secret,
        "RotationLambdaARN": f"{name}Function.Arn",
        "RotationRules": {"AutomaticallyAfterDays": "7"},
        "RotateImmediatelyOnUpdate": False,
    }


@pytest.mark.parametrize(
    ("given", "signing", "livekit"),
    [
        ({}, True, False),
        ({"SigningKeyRotationDays": "0"}, False, False),
        ({"LiveKitKeyRotationDays": "30"}, True, True),
        ({"LiveKitKeyRotationDays": "30", "ConnectionProvider": "vocespace"}, True, False),
    ],
)
def test_signing_keys_rotate_by_default_and_livekit_s_on_demand(
    given: dict[str, str], signing: bool, livekit: bool
) -> None:
    """0 switches either off; without a LiveKit server there is nothing to rotate."""
    template = Template.load(TEMPLATE, PARAMETERS | given)

    assert template.holds("RotatesSigningKeys") is signing
    assert template.holds("RotatesLiveKitKey") is livekit
    resources = template.document["Resources"]
    assert resources["SigningKeyRotation"]["Condition"] == "RotatesSigningKeys"
    assert resources["LiveKitKeyRotation"]["Condition"] == "RotatesLiveKitKey"


def test_the_shortest_schedule_is_longer_than_a_key_has_to_be_published(template: Template) -> None:
    """Otherwise every second rotation would be refused as too early."""
    longest = int(template.document["Parameters"]["MaxTtlSeconds"]["MaxValue"])

    assert Rules(longest).publication < 86_400


def test_a_stuck_rotation_is_told_to_the_alarm_topic() -> None:
    """By Secrets Manager's own events about these two secrets, which CloudTrail brings."""
    template = Template.load(TEMPLATE, PARAMETERS | {"AlarmTopicArn": TOPIC})
    rule = template.properties("StuckRotations")

    assert template.document["Resources"]["StuckRotations"]["Condition"] == "HasAlarmTopic"
    assert rule["Targets"] == [{"Id": "AlarmTopic", "Arn": TOPIC}]
    assert rule["EventPattern"] == {
        "source": ["aws.secretsmanager"],
        "detail-type": ["AWS Service Event via CloudTrail"],
        "detail": {
            "eventSource": ["secretsmanager.amazonaws.com"],
            "eventName": ["RotationFailed", "RotationAbandoned"],
            "additionalEventData": {"SecretId": ["SigningSecret", "LiveKitSecret"]},
        },
    }
