"""template.yaml for the tests: where it is, parameters that it takes, and the stack that an environment belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.intrinsics import PhysicalId, Tree
from local.template import FunctionSpec, Template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"

PARAMETERS = {
    "LiveKitUrl": "wss://livekit.example.com",
    "LiveKitApiKey": "APIexample",
    "VoceSpaceUrl": "https://vocespace.example.com",
}
"""The least that satisfies either provider."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployment, as far as it decides what the roles allow.

    The table, the secrets and the buses go by name or by ARN, the queues by their URLs.

    Attributes:
        event_bus: The bus for audit events.
        queue: The queue for LiveKit's events.
        has_web_client: Whether people go on to one.
        news_bus: The stack's own bus.
    """

    provider: str
    table: str
    signing_secret: str
    livekit_secret: str
    event_bus: str = ""
    queue: str = ""
    has_web_client: bool = True
    join_link_secret: str = ""
    sources_secret: str = ""
    endpoints_secret: str = ""
    bookings_queue: str = ""
    meeting_events_queue: str = ""
    deliveries_queue: str = ""
    schedule_group: str = ""
    schedule_role: str = ""
    news_bus: str = ""
    mail_sender: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Stack:
        """The deployment that a function with this environment belongs to."""
        return cls(
            provider=environment.get("CONNECTION_PROVIDER", "livekit"),
            table=environment.get("TABLE_NAME", ""),
            signing_secret=environment.get("SIGNING_SECRET_ID", ""),
            livekit_secret=environment.get("LIVEKIT_SECRET_ID", ""),
            event_bus=environment.get("AUDIT_EVENT_BUS", ""),
            queue=environment.get("LIVEKIT_EVENTS_QUEUE_URL", ""),
            has_web_client=bool(environment.get("VOCESPACE_URL")),
            join_link_secret=environment.get("JOIN_LINK_SECRET_ID", ""),
            sources_secret=environment.get("BOOKING_SOURCES_SECRET_ID", ""),
            endpoints_secret=environment.get("ENDPOINTS_SECRET_ID", ""),
            bookings_queue=environment.get("BOOKINGS_QUEUE_URL", ""),
            meeting_events_queue=environment.get("MEETING_EVENTS_QUEUE_URL", ""),
            deliveries_queue=environment.get("DELIVERIES_QUEUE_URL", ""),
            schedule_group=environment.get("SCHEDULE_GROUP", ""),
            schedule_role=environment.get("SCHEDULE_ROLE_ARN", ""),
            news_bus=environment.get("EVENT_BUS", ""),
            mail_sender=environment.get("MAIL_SENDER", ""),
        )

    def function(self, name: str) -> FunctionSpec:
        """The function whose code is in functions/<name>."""
        return _functions(self)[name]


def table_arn(name: str) -> str:
    """The ARN of a table, of which the name or already the ARN is given."""
    return name if name.startswith("arn:") else f"arn:aws:dynamodb:us-east-1:123456789012:table/{name}"


def secret_arn(name: str) -> str:
    """The ARN of a secret, of which the name or already the ARN is given."""
    return name if name.startswith("arn:") else f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}"


def bus_arn(name: str) -> str:
    """The ARN of an event bus, of which the name or already the ARN is given."""
    return name if name.startswith("arn:") else f"arn:aws:events:us-east-1:123456789012:event-bus/{name}"


def queue_arn(url: str) -> str:
    """The ARN of a queue, of which the URL or already the ARN is given."""
    return url if url.startswith("arn:") else f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}"


def schedule_arn(group: str, name: str) -> str:
    """The ARN of a schedule of a group."""
    return f"arn:aws:scheduler:us-east-1:123456789012:schedule/{group}/{name}"


def mail_identity_arn(sender: str) -> str:
    """The ARN of the identity that SES knows an address by."""
    return f"arn:aws:ses:us-east-1:123456789012:identity/{sender}"


@cache
def create_table_arguments(name: str) -> Tree:
    """The arguments of DynamoDB's CreateTable for the stack's table under this name."""
    return Template.load(TEMPLATE, PARAMETERS, {"Table": {"Ref": name, "Arn": table_arn(name)}}).table()


@cache
def _functions(stack: Stack) -> dict[str, FunctionSpec]:
    physical_ids: dict[str, PhysicalId] = {
        "Table": {"Ref": stack.table, "Arn": table_arn(stack.table)},
        "SigningSecret": secret_arn(stack.signing_secret),
        "LiveKitSecret": secret_arn(stack.livekit_secret),
        "JoinLinkSecret": secret_arn(stack.join_link_secret),
        "BookingSourcesSecret": secret_arn(stack.sources_secret),
        "EndpointsSecret": secret_arn(stack.endpoints_secret),
        "LiveKitEventsQueue": {"Ref": stack.queue, "Arn": queue_arn(stack.queue)},
        "BookingsQueue": {"Ref": stack.bookings_queue, "Arn": queue_arn(stack.bookings_queue)},
        "MeetingEventsQueue": {"Ref": stack.meeting_events_queue, "Arn": queue_arn(stack.meeting_events_queue)},
        "DeliveriesQueue": {"Ref": stack.deliveries_queue, "Arn": queue_arn(stack.deliveries_queue)},
        "ScheduleGroup": stack.schedule_group,
        "ScheduleRole": {"Arn": stack.schedule_role},
        "EventBus": {"Ref": stack.news_bus, "Arn": bus_arn(stack.news_bus)},
    }
    parameters = PARAMETERS | {
        "ConnectionProvider": stack.provider,
        "AuditEventBus": stack.event_bus,
        "MailSender": stack.mail_sender,
    }
    if stack.provider == "livekit" and not stack.has_web_client:
        parameters |= {"VoceSpaceUrl": ""}
    template = Template.load(TEMPLATE, parameters, physical_ids)
    return {function.handler.split(".")[1]: function for function in template.functions()}
