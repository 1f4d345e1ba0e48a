"""EventBridge Scheduler, as far as the stack uses it: moto keeps schedules, and here somebody looks at the time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from botocore.exceptions import BotoCoreError, ClientError

from local.queues import Queue
from local.template import Template
from vocespace.clock import Clock

if TYPE_CHECKING:
    from types_boto3_scheduler import EventBridgeSchedulerClient
    from types_boto3_scheduler.type_defs import GetScheduleOutputTypeDef, ScheduleSummaryTypeDef

GROUP: Final = "AWS::Scheduler::ScheduleGroup"

LOOK_SECONDS: Final = 0.5
"""How often somebody looks at the time."""

_AT = re.compile(r"at\(([0-9T:-]+)\)")


def create_groups(client: EventBridgeSchedulerClient, template: Template, prefix: str) -> dict[str, Mapping[str, str]]:
    """Makes every group of schedules of a template.

    Args:
        client: A client of Scheduler.
        template: The template.
        prefix: What each name begins with.

    Returns:
        Their physical ids, by logical id.
    """
    ids: dict[str, Mapping[str, str]] = {}
    for logical_id in template.resources(GROUP):
        name = f"{prefix}-{logical_id}"
        ids[logical_id] = {"Ref": name, "Arn": client.create_schedule_group(Name=name)["ScheduleGroupArn"]}
    return ids


@dataclass(frozen=True, slots=True)
class _Planned:
    """A schedule.

    Attributes:
        name: Its name.
        changed: When it was changed last.
        at: When it fires, Unix seconds.
        queue: The ARN of the queue that it tells.
        text: What it tells.
    """

    name: str
    changed: datetime
    at: float
    queue: str
    text: str


class OneTimeSchedules:
    """Fires the schedules of a group: each once, when its moment has come, and removes it.

    Args:
        client: A client of Scheduler.
        group: The group's name.
        queues: What they can tell, by ARN.
        clock: The time.
    """

    def __init__(
        self, client: EventBridgeSchedulerClient, group: str, queues: Mapping[str, Queue], clock: Clock
    ) -> None:
        self._client = client
        self._group = group
        self._queues = queues
        self._clock = clock
        self._planned: dict[str, _Planned] = {}

    def __call__(self, stopping: Event) -> None:
        """Looks at the time, again and again."""
        while not stopping.wait(LOOK_SECONDS):
            # What failed is tried at the next look: no schedule is removed before its message is in the queue.
            with suppress(BotoCoreError, ClientError):
                self.fire()

    def fire(self) -> None:
        """Fires what is due, in the order of its moments.

        Raises:
            BotoCoreError, ClientError: moto does not answer, or somebody else has removed a schedule just now.
        """
        self._planned = {each.name: each for each in self._look()}
        now = self._clock.time()
        for each in sorted(self._planned.values(), key=lambda planned: planned.at):
            if each.at <= now:
                self._queues[each.queue].send(each.text)
                self._client.delete_schedule(GroupName=self._group, Name=each.name)

    def _look(self) -> Iterator[_Planned]:
        pages = self._client.get_paginator("list_schedules").paginate(GroupName=self._group, State="ENABLED")
        for page in pages:
            for summary in page["Schedules"]:
                yield self._known(summary)

    def _known(self, summary: ScheduleSummaryTypeDef) -> _Planned:
        # What was looked at and has not changed since is not asked for twice a second.
        known = self._planned.get(summary["Name"])
        if known is not None and known.changed == summary["LastModificationDate"]:
            return known
        return _planned(self._client.get_schedule(GroupName=self._group, Name=summary["Name"]))


def _planned(schedule: GetScheduleOutputTypeDef) -> _Planned:
    return _Planned(
        name=schedule["Name"],
        changed=schedule["LastModificationDate"],
        at=moment_of(schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]),
        queue=schedule["Target"]["Arn"],
        text=schedule["Target"]["Input"],
    )


def moment_of(expression: str, zone: str) -> float:
    """When a one-time schedule fires, Unix seconds.

    Raises:
        ValueError: it is none.
    """
    match = _AT.fullmatch(expression)
    if match is None:
        raise ValueError("is not a moment")
    return datetime.fromisoformat(match[1]).replace(tzinfo=ZoneInfo(zone)).timestamp()
