"""From calls and durations to dollars: what a million uses cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tools.cost import prices
from tools.cost.measured import Measurements
from tools.cost.usage import READ_UNITS, WRITE_UNITS, calls_in
from tools.cost.uses import EVENT, MAIL, MESSAGE, SECRET, Use

MILLION: Final = 1_000_000

MEMORY: Final = 512
"""What template.yaml gives a function, MB."""

WHOLE_PROCESSOR: Final = 1769
"""MB for which Lambda gives a whole processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html."""

ROUNDING: Final = 0.0005
"""Lambda bills whole milliseconds: half of one is added to each invocation."""

POLLS: Final = 2
"""Requests that Lambda makes for a message: it takes it, and removes it."""

SAMPLED: Final = 0.05
"""Which part of the requests X-Ray records, beside the first one of each second."""

PLATFORM_LOG_BYTES: Final = 400
"""What Lambda itself writes of an invocation (START, END, REPORT), and about as much the gateway of a request."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What nobody can measure here.

    Attributes:
        rate: Requests a second to each instance, evenly: what is remembered for T seconds is then asked anew by one
            request of 1 + T * rate.
        cold: Which part of the requests meets a new instance.
        call_seconds: How long AWS takes for a call.
        architecture: Whose prices.
    """

    rate: float = 1.0
    cold: float = 0.01
    call_seconds: float = 0.005
    architecture: str = "x86_64"


Bill = dict[str, float]
"""Dollars, by who takes them."""


def asked(use: Use, assumptions: Assumptions) -> dict[str, float]:
    """What one use asks of AWS on average: operations and units."""
    known: Mapping[str, int] = use.later
    steady: dict[str, float] = dict(known)
    for seconds, usage in sorted(use.after.items()):
        share = 1 / (1 + assumptions.rate * seconds)
        for name in usage.keys() | known.keys():
            steady[name] = steady.get(name, 0.0) + share * (usage[name] - known.get(name, 0))
        known = usage
    names = steady.keys() | use.first.keys()
    cold = assumptions.cold
    return {name: (1 - cold) * steady.get(name, 0.0) + cold * use.first[name] for name in names}


def billed_seconds(use: Use, measured: Measurements, assumptions: Assumptions) -> float:
    """For how long Lambda bills one use, all of its invocations together."""
    own, calls = measured.uses[use.name], calls_in(asked(use, assumptions))
    least, most = calls_in(use.later), calls_in(use.after[max(use.after)] if use.after else use.later)
    share = (calls - least) / (most - least) if most > least else 0.0
    # A request has the part of a processor that its memory buys; imports have a whole one.
    stretch = WHOLE_PROCESSOR / MEMORY
    running = (own.cpu + share * (own.cpu_after - own.cpu)) * stretch + calls * assumptions.call_seconds
    starting = measured.cold.imports + measured.cold.first * stretch
    return running + own.invocations * (ROUNDING + assumptions.cold * starting)


def bill(use: Use, measured: Measurements, assumptions: Assumptions) -> Bill:
    """What one use costs, at list prices."""
    own, usage = measured.uses[use.name], asked(use, assumptions)
    gigabyte_seconds = billed_seconds(use, measured, assumptions) * MEMORY / 1024
    # Whatever no request has invoked, a message has.
    messages = own.invocations - use.requests
    queued = usage.get(MESSAGE, 0.0) + use.schedules + POLLS * messages
    in_order = use.fifo_messages * (1 + POLLS)
    log_bytes = own.log_bytes + PLATFORM_LOG_BYTES * (own.invocations + use.requests)
    return {
        "API Gateway": prices.HTTP_API.of(use.requests),
        "Lambda": prices.LAMBDA_REQUEST.of(own.invocations)
        + prices.LAMBDA_SECOND[assumptions.architecture].of(gigabyte_seconds),
        "DynamoDB": prices.READ_UNIT.of(usage.get(READ_UNITS, 0.0)) + prices.WRITE_UNIT.of(usage.get(WRITE_UNITS, 0.0)),
        "Secrets Manager": prices.SECRET_CALL.of(usage.get(SECRET, 0.0)),
        "queues, events, schedules": prices.SQS_STANDARD.of(queued - in_order)
        + prices.SQS_FIFO.of(in_order)
        + prices.EVENT.of(usage.get(EVENT, 0.0))
        + prices.SCHEDULE.of(use.schedules),
        "mails": prices.MAIL.of(usage.get(MAIL, 0.0)),
        "logs, traces": prices.LOG_BYTE.of(log_bytes) + prices.TRACE.of(SAMPLED * use.requests),
        "transfer": prices.TRANSFER_BYTE.of(own.answer_bytes),
    }
