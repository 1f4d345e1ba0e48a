"""A deployment in memory: moto's AWS, seeded with two platforms, and the handlers wired to a clock of the test's."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import StringIO
from logging import StreamHandler
from typing import TYPE_CHECKING, Any

import boto3
import moto
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from local.cloud import REGION
from tests.support.booking_hooks import SOURCES, fresh_hook
from tests.support.clock import NOW, FakeClock
from tests.support.events import Event, fresh, load_event
from tests.support.livekit_webhooks import signed
from tests.support.stack import create_table_arguments
from vocespace import aws, container, observability, registry
from vocespace.api_keys import ApiKey
from vocespace.attributes import Item, to_attributes
from vocespace.identities import Identity
from vocespace.jws import sign
from vocespace.platforms import Platform, Policy

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_secretsmanager import SecretsManagerClient

TABLE = "vocespace-test"
KID = "test-1"
SIGNING_SECRET = "signing-secret-of-the-tests-0123456789abcdef"
ACME_KID = "acme-1"
ACME_SECRET = "acme-signs-its-own-tokens-0123456789abcdef"
LIVEKIT_KEY = "APItests"
LIVEKIT_SECRET = "livekit-secret-of-the-tests-0123456789abcdef"
JOIN_LINK_SECRET = "join-link-secret-of-the-tests-0123456789abcdef"
QUEUE = "livekit-events.fifo"
BOOKINGS = "bookings.fifo"
LIVEKIT_URL = "wss://livekit.example"
WEB_CLIENT = "https://vocespace.example"
RING_KEYS = [
    {"kid": KID, "secret": SIGNING_SECRET, "createdAt": NOW - 86_400},
    {"kid": ACME_KID, "secret": ACME_SECRET, "platform": "acme", "createdAt": NOW - 86_400},
]
RING: dict[str, object] = {"keys": RING_KEYS, "signingKid": KID}
ENVIRONMENT = {
    "TABLE_NAME": TABLE,
    "SIGNING_SECRET_ID": "signing",
    "LIVEKIT_SECRET_ID": "livekit",
    "LIVEKIT_EVENTS_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/{QUEUE}",
    "BOOKING_SOURCES_SECRET_ID": "booking-sources",
    "BOOKINGS_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/{BOOKINGS}",
    "JOIN_LINK_SECRET_ID": "join-links",
    "VOCESPACE_URL": WEB_CLIENT,
    "GUEST_ACCESS": "true",
    "USER_ACCESS": "true",
    "POWERTOOLS_SERVICE_NAME": "vocespace-connect",
    "POWERTOOLS_METRICS_NAMESPACE": "VoceSpaceConnect",
}
DEMO = Platform(
    platform="demo",
    policy=Policy(auth_types=("demo", "c_s"), identities=tuple(Identity), spaces=("*",)),
    created_at=NOW - 86_400,
)
ACME = Platform(
    platform="acme",
    policy=Policy(
        auth_types=("acme",),
        identities=(Identity.PARTICIPANT, Identity.GUEST),
        spaces=("acme-*",),
        rooms=("stage", "$empty"),
        max_ttl_seconds=3600,
    ),
    created_at=NOW - 86_400,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler returned."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> dict[str, Any]:
        """The body, as JSON."""
        members: dict[str, Any] = json.loads(self.text)
        return members


class World:
    """The deployment and its two platforms: `demo` may do everything, `acme` little."""

    def __init__(self, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = clock
        self._monkeypatch = monkeypatch
        self.api_keys: dict[str, str] = {}
        _dynamodb().create_table(**create_table_arguments(TABLE))
        livekit = {"url": LIVEKIT_URL, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET}
        for name, document in (("signing", RING), ("livekit", livekit), ("booking-sources", SOURCES)):
            _secrets_manager().create_secret(Name=name, SecretString=json.dumps(document))
        _secrets_manager().create_secret(Name="join-links", SecretString=JOIN_LINK_SECRET)
        for platform in (DEMO, ACME):
            self.put_platform(platform)
            self.api_keys[platform.platform] = self.add_key(platform.platform)
        self.configure(**ENVIRONMENT)

    def configure(self, **environment: str) -> None:
        """Sets variables of the functions and lets every instance start anew."""
        for name, value in environment.items():
            self._monkeypatch.setenv(name, value)
        container.container.cache_clear()
        observability.counted.cache_clear()

    def put_platform(self, platform: Platform) -> None:
        """Writes a platform."""
        _put(*registry.platform_items(platform))

    def add_key(self, platform: str, *, expires_at: int | None = None, disabled: bool = False) -> str:
        """Writes an API key and returns its text."""
        stored, text = ApiKey.generate(platform, now=NOW, expires_at=expires_at)
        _put(*registry.api_key_items(stored.model_copy(update={"disabled": disabled})))
        return text

    def put_secret(self, name: str, document: object) -> None:
        """Replaces what a secret holds."""
        _secrets_manager().put_secret_value(SecretId=name, SecretString=json.dumps(document))

    def token(self, *, key: str = SIGNING_SECRET, kid: str | None = KID, **claims: object) -> str:
        """Signs a token as demo would get it; a claim that is None is left out."""
        members = {
            "id": "user_12345",
            "username": "Zhang San",
            "space": "my-workspace",
            "identity": "participant",
            "iat": int(self.clock.time()),
            "exp": int(self.clock.time()) + 3600,
            "platform": "demo",
        } | claims
        return sign({name: value for name, value in members.items() if value is not None}, key.encode(), kid)

    def event(self, function: str, case: str, *, platform: str = "demo") -> Event:
        """A file of events/ with living credentials, at the clock's time."""
        now = int(self.clock.time())
        event = fresh(load_event(function, case), api_key=self.api_keys[platform], token=self.token(), now=now)
        if function == "booking_hooks":
            boto3.client("sqs").create_queue(QueueName=BOOKINGS, Attributes={"FifoQueue": "true"})
            return fresh_hook(event, now=now)
        return self.from_livekit(event) if function == "livekit_events" else event

    def from_livekit(self, event: Event, **claims: object) -> Event:
        """The same event as our LiveKit server signs it, if it carries a credential; and there is a queue for it."""
        boto3.client("sqs").create_queue(QueueName=QUEUE, Attributes={"FifoQueue": "true"})
        if "authorization" not in event["headers"]:
            return event
        return signed(event, key=LIVEKIT_KEY, secret=LIVEKIT_SECRET, now=int(self.clock.time()), **claims)

    def queued(self, name: str = QUEUE) -> list[dict[str, Any]]:
        """Takes all messages out of a queue, as Lambda would hand them over."""
        queue = boto3.resource("sqs").get_queue_by_name(QueueName=name)
        found: list[dict[str, Any]] = []
        while messages := queue.receive_messages(MaxNumberOfMessages=10, AttributeNames=["All"]):
            for message in messages:
                found.append({"messageId": message.message_id, "body": message.body, "attributes": message.attributes})
                message.delete()
        return found

    def invoke(self, function: str, event: Event) -> Any:  # noqa: ANN401 - JSON
        """Invokes a function's handler as Lambda would, and returns what it returns."""
        handler = importlib.import_module(f"functions.{function}.app").lambda_handler
        return json.loads(json.dumps(handler(event, Context(function))))

    def call(self, function: str, event: Event) -> Answer:
        """The same for what API Gateway sends."""
        answer = self.invoke(function, event)
        return Answer(answer["statusCode"], answer["headers"], answer.get("body") or "")


class Context(LambdaContext):
    """What Lambda hands to a handler beside the event."""

    def __init__(self, function: str) -> None:
        self._function_name = function
        self._memory_limit_in_mb = 256
        self._invoked_function_arn = f"arn:aws:lambda:eu-central-1:123456789012:function:{function}"
        self._aws_request_id = "5f8a4f0e-0000-4000-8000-000000000000"


class CurrentStdout(StringIO):
    """Standard output as it is now: the logger is made once, and each test captures anew."""

    def write(self, text: str) -> int:
        """Writes on."""
        return sys.stdout.write(text)


@contextmanager
def world_in_memory(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world for the length of one test."""
    monkeypatch.setattr(container, "SystemClock", lambda: clock)
    handler = observability.logger().registered_handler
    assert isinstance(handler, StreamHandler)
    handler.setStream(CurrentStdout())
    for client in (aws.secrets_manager, aws.dynamodb, aws.events, aws.sqs, aws.scheduler):
        client.cache_clear()
    with moto.mock_aws():
        yield World(clock, monkeypatch)
    container.container.cache_clear()


# Making a client takes longer than all calls that make a world. The functions' own are new: tests meddle with them.
@cache
def _dynamodb() -> DynamoDBClient:
    return boto3.client("dynamodb")


@cache
def _secrets_manager() -> SecretsManagerClient:
    return boto3.client("secretsmanager")


def _put(*items: Item) -> None:
    for item in items:
        _dynamodb().put_item(TableName=TABLE, Item=to_attributes(item))
