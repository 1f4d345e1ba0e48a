"""One-time schedules of EventBridge Scheduler: at its moment, each puts its message into the queue and is gone.

A schedule carries what its moment is, and nothing of the meeting. So one that fires although it was to be replaced or
removed does no harm: who reads the message looks the meeting up.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic_core import to_json

from vocespace import aws
from vocespace.clock import Clock
from vocespace.errors import StoreUnavailableError
from vocespace.meeting_messages import MeetingDue, Purpose
from vocespace.settings import Settings

if TYPE_CHECKING:
    from types_boto3_scheduler.type_defs import CreateScheduleInputTypeDef

MAX_RETRIES = 10
MIN_AGE, MAX_AGE = 60, 86_400
"""For how long a message may be tried to be put into the queue, as far as Scheduler lets one say."""

ROUNDS = 5
PAUSE = 0.2
"""Up to how many seconds pass before the second try; before each later one, up to twice as many."""

_PREFIXES = {Purpose.REMINDER: "rem", Purpose.OPENS: "open", Purpose.CLOSES: "close"}
_NAME = re.compile(r"[0-9A-Za-z_.-]{1,64}")

_EXISTS = "ConflictException"
_MISSING = "ResourceNotFoundException"
_BUSY = frozenset({_EXISTS, "ThrottlingException"})


class Schedules:
    """Sets and removes schedules: one for each meeting and purpose.

    Args:
        settings: In which group, to which queue and by which role.
        clock: The time.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def put(self, due: MeetingDue, until: int) -> None:
        """Schedules a moment, in place of the one that the meeting had for the same purpose.

        Args:
            due: The moment.
            until: Until when it is worth being told of, Unix seconds.

        Raises:
            StoreUnavailableError: it is not scheduled.
        """
        request = schedule_of(due, until, self._settings)

        def upsert() -> str | None:
            refused = _refused(lambda: aws.scheduler().create_schedule(**request))
            if refused != _EXISTS:
                return refused
            refused = _refused(lambda: aws.scheduler().update_schedule(**request))
            # It has fired and gone between the two.
            return _EXISTS if refused == _MISSING else refused

        self._patiently(upsert)

    def remove(self, meeting: str, purpose: Purpose) -> None:
        """Removes the schedule that a meeting has for a purpose, if it has one.

        Raises:
            StoreUnavailableError: it may still be there.
        """
        name, group = schedule_name(meeting, purpose), self._settings.schedule_group

        def delete() -> str | None:
            refused = _refused(lambda: aws.scheduler().delete_schedule(Name=name, GroupName=group))
            return None if refused == _MISSING else refused

        self._patiently(delete)

    def _patiently(self, attempt: Callable[[], str | None]) -> None:
        """Tries until nothing is in the way: Scheduler refuses a second change of a schedule for a moment."""
        refused = attempt()
        for pause in (PAUSE * 2**number for number in range(ROUNDS - 1)):
            if refused not in _BUSY:
                break
            self._clock.sleep(random.uniform(0, pause))  # noqa: S311 - spreads load, guards nothing
            refused = attempt()
        if refused is not None:
            raise StoreUnavailableError(refused)


def schedule_name(meeting: str, purpose: Purpose) -> str:
    """The name of a meeting's schedule for a purpose.

    Raises:
        ValueError: Scheduler takes no such name; botocore would not say so.
    """
    name = f"{_PREFIXES[purpose]}.{meeting}"
    if not _NAME.fullmatch(name):
        raise ValueError("is no name of a schedule")
    return name


def schedule_of(due: MeetingDue, until: int, settings: Settings) -> CreateScheduleInputTypeDef:
    """The whole of a schedule, to create one and to replace one: whatever an update leaves out goes back to defaults.

    Args:
        due: The moment.
        until: Until when it is worth being told of, Unix seconds.
        settings: In which group, to which queue and by which role.
    """
    return {
        "Name": schedule_name(due.meeting, due.purpose),
        "GroupName": settings.schedule_group,
        "ScheduleExpression": f"at({datetime.fromtimestamp(due.due_at, UTC):%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "State": "ENABLED",
        "Target": {
            "Arn": settings.meeting_events_queue_arn,
            "RoleArn": settings.schedule_role_arn,
            "Input": to_json(due.to_wire()).decode(),
            "RetryPolicy": {
                "MaximumRetryAttempts": MAX_RETRIES,
                "MaximumEventAgeInSeconds": max(MIN_AGE, min(MAX_AGE, until - due.due_at)),
            },
            "DeadLetterConfig": {"Arn": settings.schedule_dead_letters_arn},
        },
    }


def _refused(call: Callable[[], Mapping[str, object]]) -> str | None:
    """The code with which Scheduler refuses a call; None where it does not.

    Raises:
        StoreUnavailableError: it cannot be asked.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    except BotoCoreError as error:
        raise StoreUnavailableError(type(error).__name__) from None
    return None
