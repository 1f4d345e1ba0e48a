"""One-time schedules of the local run: each fires once, at its moment by the moved time, and is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import moto
import pytest

from local.one_time_schedules import OneTimeSchedules, moment_of
from local.queues import Queue, create_queue
from tests.support.clock import NOW, FakeClock

if TYPE_CHECKING:
    from types_boto3_scheduler import EventBridgeSchedulerClient

GROUP = "moments"


@dataclass(frozen=True, slots=True)
class Plan:
    """A group of schedules, and the queue that they tell."""

    client: EventBridgeSchedulerClient
    queue: Queue
    schedules: OneTimeSchedules

    def arguments(self, name: str, at: int, text: str) -> dict[str, Any]:
        """Those of a schedule, to make or to replace it."""
        return {
            "Name": name,
            "GroupName": GROUP,
            "ScheduleExpression": f"at({datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "ENABLED",
            "Target": {"Arn": self.queue.arn, "RoleArn": "arn:aws:iam::123456789012:role/r", "Input": text},
        }

    def fired(self) -> list[str]:
        """What has come since it was asked last, in this order."""
        self.schedules.fire()
        messages = self.queue.receive(10)
        self.queue.delete(messages)
        return [message["Body"] for message in messages]


@pytest.fixture(name="plan")
def _plan(clock: FakeClock) -> Iterator[Plan]:
    with moto.mock_aws():
        client: EventBridgeSchedulerClient = boto3.client("scheduler")
        client.create_schedule_group(Name=GROUP)
        queue = create_queue(boto3.client("sqs"), "moments", {})
        yield Plan(client, queue, OneTimeSchedules(client, GROUP, {queue.arn: queue}, clock))


def test_a_schedule_fires_once_when_its_moment_has_come(plan: Plan, clock: FakeClock) -> None:
    """And is gone."""
    plan.client.create_schedule(**plan.arguments("opens", NOW + 60, "opens"))

    assert plan.fired() == []
    clock.advance(59)
    assert plan.fired() == []
    clock.advance(1)
    assert plan.fired() == ["opens"]
    assert plan.fired() == []
    assert plan.client.list_schedules(GroupName=GROUP)["Schedules"] == []


def test_a_replaced_schedule_fires_as_it_is_now(plan: Plan, clock: FakeClock) -> None:
    """Also where it was looked at before."""
    plan.client.create_schedule(**plan.arguments("opens", NOW + 60, "as it was"))
    assert plan.fired() == []
    plan.client.update_schedule(**plan.arguments("opens", NOW + 120, "as it is"))

    clock.advance(60)
    assert plan.fired() == []
    clock.advance(60)
    assert plan.fired() == ["as it is"]


def test_over_a_long_way_they_fire_in_the_order_of_their_moments(plan: Plan, clock: FakeClock) -> None:
    """However many there are."""
    moments = [(number * 37) % 60 for number in range(60)]
    for moment in moments:
        plan.client.create_schedule(**plan.arguments(f"at{moment}", NOW + 1 + moment, str(moment)))

    clock.advance(86_400)

    told = [text for _ in range(7) for text in plan.fired()]
    assert told == [str(moment) for moment in sorted(moments)]


def test_a_removed_or_disabled_schedule_does_not_fire(plan: Plan, clock: FakeClock) -> None:
    """As in AWS."""
    plan.client.create_schedule(**plan.arguments("gone", NOW + 60, "gone"))
    plan.client.create_schedule(**plan.arguments("off", NOW + 60, "off") | {"State": "DISABLED"})
    assert plan.fired() == []
    plan.client.delete_schedule(GroupName=GROUP, Name="gone")

    clock.advance(60)

    assert plan.fired() == []


@pytest.mark.parametrize(
    ("expression", "zone", "moment"),
    [
        ("at(2026-11-18T12:00:00)", "UTC", "2026-11-18T12:00:00+00:00"),
        ("at(2027-03-28T04:30:00)", "Europe/Paris", "2027-03-28T02:30:00+00:00"),
    ],
)
def test_a_moment_is_of_its_zone(expression: str, zone: str, moment: str) -> None:
    """The one that the schedule names."""
    assert moment_of(expression, zone) == datetime.fromisoformat(moment).timestamp()


@pytest.mark.parametrize("expression", ["rate(5 minutes)", "cron(0 * * * ? *)", "at()", "at(tomorrow)"])
def test_what_is_no_moment_is_refused(expression: str) -> None:
    """The stack has one-time schedules only."""
    with pytest.raises(ValueError, match=r"moment|isoformat"):
        moment_of(expression, "UTC")
