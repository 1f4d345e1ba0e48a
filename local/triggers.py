"""What invokes the functions that no request reaches, read from the template: queues, and rules on a schedule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from local.intrinsics import TemplateError
from local.template import Template

_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS: Final = {"minute": 60, "hour": 3600, "day": 86_400}


@dataclass(frozen=True, slots=True)
class Source:
    """A queue whose messages go to a function.

    Attributes:
        queue: The queue's ARN.
        function: The function's logical id.
        batch_size: How many messages it takes at once.
        tells_failures: Whether it tells which messages of a batch are to come again.
    """

    queue: str
    function: str
    batch_size: int
    tells_failures: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule that invokes functions again and again.

    Attributes:
        rule: The rule's logical id.
        function: The logical id of the function that it invokes.
        seconds: How often.
    """

    rule: str
    function: str
    seconds: int


def sources(template: Template) -> Iterator[Source]:
    """Yields every queue that invokes a function.

    Raises:
        TemplateError: it invokes something that is no function.
    """
    for logical_id in template.resources("AWS::Lambda::EventSourceMapping"):
        properties = template.properties(logical_id)
        yield Source(
            queue=properties["EventSourceArn"],
            function=template.function_named(properties["FunctionName"]),
            batch_size=properties["BatchSize"],
            tells_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", ()),
        )


def schedules(template: Template) -> Iterator[Schedule]:
    """Yields every schedule that is on, once for each function that it invokes.

    Raises:
        TemplateError: it invokes something that is no function, or is no rate.
    """
    for logical_id in template.resources("AWS::Events::Rule"):
        properties = template.properties(logical_id)
        if "ScheduleExpression" in properties and properties.get("State") != "DISABLED":
            seconds = _seconds(properties["ScheduleExpression"])
            for target in properties["Targets"]:
                yield Schedule(logical_id, template.function_named(target["Arn"]), seconds)


def functions_with_triggers(template: Template) -> set[str]:
    """The logical ids of all functions that a queue or a schedule invokes.

    Raises:
        TemplateError: something is invoked that is no function, or a schedule is no rate.
    """
    return {each.function for each in sources(template)} | {each.function for each in schedules(template)}


def _seconds(expression: str) -> int:
    match = _RATE.fullmatch(expression)
    if match is None:
        raise TemplateError(f"{expression} is not a schedule that is known here")
    return int(match[1]) * _SECONDS[match[2]]
