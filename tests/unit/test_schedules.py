"""Schedules: the whole of each in every request, in UTC whatever the clocks do, and with patience."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import moto
import pytest
from botocore.stub import Stubber

from tests.support.booked import GROUP, HOUR, MEETING, SETTINGS, scheduler, schedules
from tests.support.clock import NOW, FakeClock
from vocespace import aws
from vocespace.errors import StoreUnavailableError
from vocespace.meeting_messages import MeetingDue, Purpose
from vocespace.schedules import ROUNDS, Schedules, schedule_name, schedule_of


def due(purpose: Purpose = Purpose.REMINDER, at: int = NOW + HOUR, version: int = 3) -> MeetingDue:
    """A moment of the meeting."""
    return MeetingDue(meeting=MEETING, purpose=purpose, version=version, due_at=at)


@pytest.fixture(name="scheduled")
def _scheduled(clock: FakeClock) -> Schedules:
    return Schedules(SETTINGS, clock)


@pytest.fixture(name="stub")
def _stub() -> Iterator[Stubber]:
    aws.scheduler.cache_clear()
    with Stubber(aws.scheduler()) as stub:
        yield stub
        stub.assert_no_pending_responses()
    aws.scheduler.cache_clear()


def refuse(stub: Stubber, *refusals: tuple[str, str]) -> None:
    """Scheduler refuses operations one after the other."""
    for operation, code in refusals:
        stub.add_client_error(operation, code, "with a text of its own")


def test_a_schedule_says_all_there_is_to_say() -> None:
    """An update would put back to its default whatever is left out."""
    assert schedule_of(due(), NOW + 2 * HOUR, SETTINGS) == {
        "Name": f"rem.{MEETING}",
        "GroupName": GROUP,
        "ScheduleExpression": "at(2026-11-18T12:06:40)",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "State": "ENABLED",
        "Target": {
            "Arn": SETTINGS.meeting_events_queue_arn,
            "RoleArn": SETTINGS.schedule_role_arn,
            "Input": json.dumps(
                {"meeting": MEETING, "purpose": "reminder", "version": 3, "dueAt": NOW + HOUR}, separators=(",", ":")
            ),
            "RetryPolicy": {"MaximumRetryAttempts": 10, "MaximumEventAgeInSeconds": HOUR},
            "DeadLetterConfig": {"Arn": SETTINGS.schedule_dead_letters_arn},
        },
    }


def test_the_message_is_what_the_worker_reads() -> None:
    """As it comes out of the queue."""
    told = schedule_of(due(), NOW, SETTINGS)["Target"]["Input"]

    assert MeetingDue.from_wire(json.loads(told)) == due()


@pytest.mark.parametrize(("useful", "age"), [(-5, 60), (0, 60), (60, 60), (3600, 3600), (90_000, 86_400)])
def test_what_is_of_no_use_any_more_is_not_told(useful: int, age: int) -> None:
    """As far as Scheduler lets one say so."""
    target = schedule_of(due(), NOW + HOUR + useful, SETTINGS)["Target"]

    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == age


@pytest.mark.parametrize(
    ("zone", "local", "expression"),
    [
        ("Europe/Paris", "2027-03-28T01:59:59", "at(2027-03-28T00:59:59)"),
        # There is no 02:30 in that night, and what is meant by it is 03:30.
        ("Europe/Paris", "2027-03-28T02:30:00", "at(2027-03-28T01:30:00)"),
        ("Europe/Paris", "2027-03-28T03:00:00", "at(2027-03-28T01:00:00)"),
        ("Europe/Paris", "2027-10-31T09:00:00", "at(2027-10-31T08:00:00)"),
        ("America/New_York", "2026-11-01T00:59:59", "at(2026-11-01T04:59:59)"),
        ("America/New_York", "2026-11-01T01:30:00", "at(2026-11-01T05:30:00)"),
        ("America/New_York", "2026-11-01T02:00:00", "at(2026-11-01T07:00:00)"),
    ],
)
def test_the_hour_that_clocks_leave_out_or_repeat_is_nothing_special(zone: str, local: str, expression: str) -> None:
    """What is scheduled is a moment; Scheduler never hears of the zone."""
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))

    request = schedule_of(due(at=int(moment.timestamp())), 2**40, SETTINGS)

    assert (request["ScheduleExpression"], request["ScheduleExpressionTimezone"]) == (expression, "UTC")


def test_the_second_of_two_same_hours_is_another_moment() -> None:
    """01:30 in New York, once more."""
    moment = datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=ZoneInfo("America/New_York"))

    assert schedule_of(due(at=int(moment.timestamp())), 0, SETTINGS)["ScheduleExpression"] == "at(2026-11-01T06:30:00)"
    assert moment.astimezone(UTC).hour == 6


@pytest.mark.parametrize(
    ("purpose", "prefix"), [(Purpose.REMINDER, "rem."), (Purpose.OPENS, "open."), (Purpose.CLOSES, "close.")]
)
def test_names_tell_purposes_apart(purpose: Purpose, prefix: str) -> None:
    """And can be listed by them."""
    assert schedule_name(MEETING, purpose) == prefix + MEETING


@pytest.mark.parametrize("meeting", ["mtg#1", "mtg/1", "mtg:1", "mtg 1", "mtg_1\n", "m" * 61, "ü"])
def test_what_scheduler_takes_for_no_name_is_refused(meeting: str) -> None:
    """The client itself would pass it on."""
    with pytest.raises(ValueError, match="is no name of a schedule"):
        schedule_name(meeting, Purpose.REMINDER)


def test_a_schedule_is_made_replaced_and_removed(scheduled: Schedules) -> None:
    """One for each purpose; and what is not there need not be removed."""
    with moto.mock_aws(), scheduler():
        scheduled.put(due(), NOW + 2 * HOUR)
        scheduled.put(due(Purpose.OPENS), NOW + 2 * HOUR)
        scheduled.put(due(at=NOW + 2 * HOUR, version=4), NOW + 3 * HOUR)

        found = schedules()
        assert found.keys() == {f"rem.{MEETING}", f"open.{MEETING}"}
        assert found[f"rem.{MEETING}"]["ScheduleExpression"] == "at(2026-11-18T13:06:40)"
        assert json.loads(found[f"rem.{MEETING}"]["Target"]["Input"])["version"] == 4

        for _ in range(2):
            scheduled.remove(MEETING, Purpose.REMINDER)
        assert schedules().keys() == {f"open.{MEETING}"}


def test_create_and_update_say_the_same(scheduled: Schedules, stub: Stubber) -> None:
    """To the last member."""
    whole: dict[str, Any] = dict(schedule_of(due(), NOW + 2 * HOUR, SETTINGS))
    stub.add_client_error("create_schedule", "ConflictException", expected_params=whole)
    stub.add_response("update_schedule", {"ScheduleArn": "arn:aws:x"}, whole)

    scheduled.put(due(), NOW + 2 * HOUR)


def test_what_is_busy_is_waited_for(scheduled: Schedules, stub: Stubber, clock: FakeClock) -> None:
    """Right after one write Scheduler may refuse the next one for a moment; and between two it may have fired."""
    refuse(stub, ("create_schedule", "ThrottlingException"))
    refuse(stub, ("create_schedule", "ConflictException"), ("update_schedule", "ConflictException"))
    refuse(stub, ("create_schedule", "ConflictException"), ("update_schedule", "ResourceNotFoundException"))
    stub.add_response("create_schedule", {"ScheduleArn": "arn:aws:x"})

    scheduled.put(due(), NOW + 2 * HOUR)

    assert 0 < clock.time() - NOW < 2


def test_patience_has_an_end(scheduled: Schedules, stub: Stubber, clock: FakeClock) -> None:
    """Then the message about the booking comes again, and its turn with it."""
    refuse(stub, *[("delete_schedule", "ConflictException")] * ROUNDS)

    with pytest.raises(StoreUnavailableError) as refused:
        scheduled.remove(MEETING, Purpose.CLOSES)

    assert refused.value.reason == "ConflictException"
    assert clock.time() - NOW < 5


@pytest.mark.parametrize("code", ["ServiceQuotaExceededException", "ValidationException", "AccessDeniedException"])
def test_what_will_not_pass_is_told_at_once(scheduled: Schedules, stub: Stubber, code: str, clock: FakeClock) -> None:
    """By its code, without Scheduler's own words."""
    refuse(stub, ("create_schedule", code), ("delete_schedule", code))

    with pytest.raises(StoreUnavailableError) as not_put:
        scheduled.put(due(), NOW + HOUR)
    with pytest.raises(StoreUnavailableError) as not_removed:
        scheduled.remove(MEETING, Purpose.OPENS)

    assert not_put.value.reason == not_removed.value.reason == code
    assert clock.time() == NOW


def test_a_group_that_is_not_there_is_told(scheduled: Schedules, stub: Stubber) -> None:
    """Unlike a schedule that is not there."""
    refuse(stub, ("create_schedule", "ResourceNotFoundException"))

    with pytest.raises(StoreUnavailableError, match="ResourceNotFoundException"):
        scheduled.put(due(), NOW + HOUR)


def test_scheduler_out_of_reach_is_told(scheduled: Schedules, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows then what is scheduled."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SCHEDULER", "http://127.0.0.1:9")
    aws.scheduler.cache_clear()

    with pytest.raises(StoreUnavailableError):
        scheduled.remove(MEETING, Purpose.OPENS)
    aws.scheduler.cache_clear()
