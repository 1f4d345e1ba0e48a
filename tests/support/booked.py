"""Booked meetings for the tests: made in a few words, and written as the worker writes them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3

from local.cloud import REGION
from tests.support.clock import NOW
from vocespace import aws
from vocespace.attributes import from_attributes
from vocespace.booking_routes import Route
from vocespace.due_times import DueTimes
from vocespace.identities import Identity
from vocespace.meetings import Attendee, Meeting, Standing, attendee_key, meeting_key
from vocespace.settings import Settings
from vocespace.table import Table

if TYPE_CHECKING:
    from types_boto3_scheduler.type_defs import GetScheduleOutputTypeDef

MINUTE, HOUR, DAY = 60, 3600, 86_400
MEETING = "mtg_" + "5" * 24
SPACE = "hall"
GROUP = "meetings"
QUEUE = "meeting-events"
SETTINGS = Settings(
    table_name="t",
    signing_secret_id="s",
    meeting_events_queue_url=f"https://sqs.{REGION}.amazonaws.com/123456789012/{QUEUE}",
    meeting_events_queue_arn=f"arn:aws:sqs:{REGION}:123456789012:{QUEUE}",
    schedule_group=GROUP,
    schedule_role_arn="arn:aws:iam::123456789012:role/schedules",
    schedule_dead_letters_arn=f"arn:aws:sqs:{REGION}:123456789012:dead-letters",
)


def route(**changes: object) -> Route:
    """A route of the platform `demo` with members changed."""
    return Route.model_validate(
        {"source": "cal", "event_type": "*", "platform": "demo", "space": SPACE} | changes, by_name=True
    )


def booked(starts_at: int = NOW + DAY, lasts: int = HOUR, **changes: object) -> Meeting:
    """A meeting; members of its route are said as `route=route(…)`."""
    members = {
        "id": MEETING,
        "booking": "b-1",
        "route": route(),
        "space": SPACE,
        "room": "$empty",
        "starts_at": starts_at,
        "ends_at": starts_at + lasts,
        "occurred_at": NOW * 1000,
        "last_event": "e-1",
    }
    return Meeting.model_validate(members | changes, by_name=True)


def person(number: int, standing: Standing = Standing.INVITED) -> Attendee:
    """Somebody of a meeting, by a number below 10."""
    return Attendee(
        key=str(number) * 32,
        id=f"att_{number}",
        username=f"Person {number}",
        identity=Identity.PARTICIPANT,
        link=f"lnk_{str(number) * 24}",
        standing=standing,
        occurred_at=NOW * 1000,
    )


def write(table: Table, due_times: DueTimes, former: Meeting | None, now_is: Meeting) -> None:
    """Writes a meeting and what is due, together."""
    meeting = table.put(meeting_key(now_is.id) | now_is.to_wire())
    table.write_together(meeting, *due_times.entries(former, now_is))


def invite(table: Table, *people: Attendee, meeting: str = MEETING) -> None:
    """Writes people of a meeting."""
    for each in people:
        table.write_together(table.put(attendee_key(meeting, each.key) | each.to_wire()))


def due_items(table: Table, *hours: int) -> list[tuple[str, int]]:
    """What is due within hours that begin at these moments: purpose and version, in order."""
    partitions = [time.strftime("DUE#%Y%m%d%H", time.gmtime(hour)) for hour in hours]
    return [(item["purpose"], item["version"]) for pk in partitions for item in table.query(pk)]


def all_due(table: str) -> list[tuple[str, int]]:
    """Whatever is due, whenever: purpose and version, in alphabetical order."""
    items = boto3.client("dynamodb").scan(TableName=table)["Items"]
    found = [from_attributes(item) for item in items if item["pk"]["S"].startswith("DUE#")]
    return sorted((item["purpose"], item["version"]) for item in found)


@contextmanager
def scheduler() -> Iterator[None]:
    """EventBridge Scheduler with the stack's group, inside of moto."""
    aws.scheduler.cache_clear()
    boto3.client("scheduler").create_schedule_group(Name=GROUP)
    yield
    aws.scheduler.cache_clear()


def schedules() -> dict[str, GetScheduleOutputTypeDef]:
    """All schedules there are, by name."""
    client = boto3.client("scheduler")
    names = [each["Name"] for each in client.list_schedules(GroupName=GROUP)["Schedules"]]
    return {name: client.get_schedule(GroupName=GROUP, Name=name) for name in names}


class Sent:
    """What is put into queues without order, in place of SQS: whose delays moto takes from the machine's clock."""

    def __init__(self) -> None:
        self.messages: list[tuple[dict[str, Any], int]] = []

    def send_later(self, _: str, body: dict[str, Any], *, delay: int = 0) -> None:
        """See `aws.send_later`."""
        assert 0 <= delay <= aws.MAX_DELAY
        self.messages.append((body, delay))

    def taken(self) -> list[tuple[dict[str, Any], int]]:
        """What was sent since this was asked last, and its delays."""
        messages, self.messages = self.messages, []
        return messages
