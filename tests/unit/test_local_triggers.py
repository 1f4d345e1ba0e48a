"""What invokes functions beside requests, as `make run` reads it from a template."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from local.instances import HandlerError
from local.intrinsics import TemplateError, load
from local.one_time_schedules import LOOK_SECONDS
from local.template import Template
from local.triggers import Schedule, Source, functions_with_triggers, schedules, sources
from local.workers import Timer
from tests.support.clock import NOW, FakeClock
from tests.support.events import load_event
from tests.support.stack import PARAMETERS, TEMPLATE

PERIOD = 300

SMALL = """
Resources:
  ReadFunction: {Type: AWS::Serverless::Function}
  TickFunction: {Type: AWS::Serverless::Function}
  ReadAlias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref ReadFunction}}
  Letters: {Type: AWS::SQS::Queue}
  ByName:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Letters.Arn, FunctionName: !Ref ReadFunction, BatchSize: 3}
  ByAlias:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Letters.Arn
      FunctionName: !Ref ReadAlias
      BatchSize: 5
      FunctionResponseTypes: [ReportBatchItemFailures]
  Tick:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(2 hours), Targets: [{Id: a, Arn: !GetAtt TickFunction.Arn}]}
  Off:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      State: DISABLED
      Targets: [{Id: a, Arn: !GetAtt TickFunction.Arn}]
  Pattern:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [aws.signin]}, Targets: [{Id: a, Arn: "arn:aws:sns:x"}]}
"""


def _template(text: str = SMALL) -> Template:
    return Template(load(text), {}, {"Letters": {"Arn": "the-arn"}})


def test_queues_are_read_by_whomever_the_template_names() -> None:
    """A function by its name, its ARN or an alias."""
    assert list(sources(_template())) == [
        Source("the-arn", "ReadFunction", batch_size=3, tells_failures=False),
        Source("the-arn", "ReadFunction", batch_size=5, tells_failures=True),
    ]


def test_schedules_are_rates_that_are_on() -> None:
    """Neither those that are off, nor rules that wait for events."""
    assert list(schedules(_template())) == [Schedule("Tick", "TickFunction", seconds=7200)]
    assert functions_with_triggers(_template()) == {"ReadFunction", "TickFunction"}


@pytest.mark.parametrize(
    ("expression", "seconds"), [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(3 days)", 259_200)]
)
def test_rates_are_seconds(expression: str, seconds: int) -> None:
    """Of every unit that EventBridge has."""
    [schedule] = schedules(_template(SMALL.replace("rate(2 hours)", expression)))
    assert schedule.seconds == seconds


@pytest.mark.parametrize(
    ("known", "unknown", "message"),
    [
        ("rate(2 hours)", "'cron(0 12 * * ? *)'", "is not a schedule that is known here"),
        ("!Ref ReadAlias", "ReadFunctions", "ReadFunctions is no function"),
        ("!GetAtt TickFunction.Arn", "!GetAtt Letters.Arn", "the-arn is no function"),
    ],
)
def test_what_cannot_be_run_is_said(known: str, unknown: str, message: str) -> None:
    """Instead of being left out."""
    with pytest.raises(TemplateError, match=message):
        functions_with_triggers(_template(SMALL.replace(known, unknown)))


MEETINGS = {"FollowBookingsFunction", "MeetingEventsFunction", "SweepMeetingsFunction", "DeliverNewsFunction"}


@pytest.mark.parametrize(
    ("provider", "functions"),
    [
        ("livekit", {"TrackOccupancyFunction", "ReconcileRoomsFunction"}),
        ("vocespace", {"TrackOccupancyFunction"}),
    ],
)
def test_the_stack_has_triggers(provider: str, functions: set[str]) -> None:
    """LiveKit is asked only where it is ours to ask."""
    template = Template.load(TEMPLATE, PARAMETERS | {"ConnectionProvider": provider})
    assert functions_with_triggers(template) == functions | MEETINGS


class Ticked:
    """A function that fails, and keeps its events."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def invoke(self, event: dict[str, Any], request_id: str) -> object:
        """Fails."""
        assert request_id
        self.events.append(event)
        raise HandlerError("ValueError")


class Looks(Event):
    """Lets so much time pass before each look, and says after the last one that it is enough."""

    def __init__(self, clock: FakeClock, spans: list[int]) -> None:
        super().__init__()
        self._clock = clock
        self._spans: Iterator[int] = iter(spans)

    def wait(self, timeout: float | None = None) -> bool:
        """Looks, or has enough."""
        assert timeout == LOOK_SECONDS
        for span in self._spans:
            self._clock.wall += span
            return False
        return True


def test_a_timer_invokes_as_eventbridge_does(clock: FakeClock) -> None:
    """With every member that it gives; and whatever came of the last one."""
    function = Ticked()

    Timer(Schedule("ReconcileRoomsSchedule", "ReconcileRoomsFunction", seconds=300), function, clock)(
        Looks(clock, [300] * 3)
    )

    assert len({event["id"] for event in function.events}) == 3
    example = load_event("reconcile_rooms", "schedule")
    for event in function.events:
        assert event.keys() == example.keys()
        assert {**event, "id": "", "time": "", "resources": []} == {**example, "id": "", "time": "", "resources": []}
        assert event["resources"] == ["arn:aws:events:eu-central-1:123456789012:rule/ReconcileRoomsSchedule"]


@pytest.mark.parametrize(
    ("spans", "times"),
    [
        ([PERIOD - 1], []),
        ([PERIOD - 1, 1], ["2026-11-18T11:11:40Z"]),
        ([1] * (2 * PERIOD), ["2026-11-18T11:11:40Z", "2026-11-18T11:16:40Z"]),
        ([10 * PERIOD, 1], ["2026-11-18T11:56:40Z"]),
    ],
)
def test_a_schedule_is_kept_by_the_moved_time(clock: FakeClock, spans: list[int], times: list[str]) -> None:
    """Once a period; where several of them were left out, once for all of these."""
    assert clock.time() == NOW
    told = Ticked()

    Timer(Schedule("SweepMeetingsSchedule", "SweepMeetingsFunction", PERIOD), told, clock)(Looks(clock, spans))

    assert [event["time"] for event in told.events] == times
