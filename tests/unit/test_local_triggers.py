"""What invokes functions beside requests, as `make run` reads it from a template."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from local.instances import HandlerError
from local.intrinsics import TemplateError, load
from local.template import Template
from local.triggers import Schedule, Source, functions_with_triggers, schedules, sources
from local.workers import Timer
from tests.support.events import load_event
from tests.support.stack import PARAMETERS, TEMPLATE

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
    assert functions_with_triggers(template) == functions


class Impatient(Event):
    """Somebody who lets a timer wait as often as they like, without waiting."""

    def __init__(self, periods: int) -> None:
        super().__init__()
        self.periods = periods
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        """The period is over, or all of it."""
        self.waited.append(timeout)
        return len(self.waited) > self.periods


class Ticked:
    """A function that fails, and keeps its events."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def invoke(self, event: dict[str, Any], request_id: str) -> object:
        """Fails."""
        assert request_id
        self.events.append(event)
        raise HandlerError("ValueError")


def test_a_timer_invokes_after_every_period() -> None:
    """Not before the first; and whatever came of the last one."""
    function, stopping = Ticked(), Impatient(periods=3)

    Timer(Schedule("ReconcileRoomsSchedule", "ReconcileRoomsFunction", seconds=300), function)(stopping)

    assert stopping.waited == [300] * 4
    assert len({event["id"] for event in function.events}) == 3
    example = load_event("reconcile_rooms", "schedule")
    for event in function.events:
        assert event.keys() == example.keys()
        assert {**event, "id": "", "time": "", "resources": []} == {**example, "id": "", "time": "", "resources": []}
        assert event["resources"] == ["arn:aws:events:eu-central-1:123456789012:rule/ReconcileRoomsSchedule"]
