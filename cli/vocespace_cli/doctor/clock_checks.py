"""Whether the API answers, and whether this machine's clock and its agree."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import urllib3

from vocespace import aws
from vocespace.token_result import LEEWAY_SECONDS
from vocespace_cli.doctor.check import Check, fault, ok, warning
from vocespace_cli.run import Run

_NOTICEABLE = 5
_TIMEOUT = urllib3.Timeout(connect=3, read=10)
"""Long enough for a cold start."""


def check_api(run: Run) -> Iterator[Check]:
    """Whether `/healthz` answers, and by which clock."""
    url = f"{run.deployment.base_url}/healthz"
    try:
        with urllib3.PoolManager(timeout=_TIMEOUT, retries=False) as pool:
            answer = pool.request("GET", url, redirect=False)
    except urllib3.exceptions.HTTPError:
        yield fault("API", f"{url} cannot be reached.", "Look at the connection, and whether the stack is deployed.")
        return
    if answer.status != HTTPStatus.OK:
        yield fault("API", f"{url} answers {answer.status}.", "Look at the function's log: sam logs.")
    else:
        yield ok("API", url)
    yield from _skew("clock", "the API's", answer.headers.get("Date"), run)


def check_aws_clock(run: Run) -> Iterator[Check]:
    """Whether AWS has the same time: it refuses requests that were signed at another one."""
    answer = aws.dynamodb().describe_table(TableName=run.settings.table_name)
    yield from _skew("AWS clock", "AWS's", answer["ResponseMetadata"]["HTTPHeaders"].get("date"), run)


def _skew(name: str, whose: str, date: str | None, run: Run) -> Iterator[Check]:
    try:
        distance = run.clock.time() - parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        yield warning(name, "The answer does not say what time it is.", "Compare the clocks yourself.")
        return
    text = f"This machine's clock is {abs(distance):.0f} s {'ahead of' if distance > 0 else 'behind'} {whose}."
    step = "Set this machine's clock by NTP: tokens that are signed here begin and end at the wrong time."
    if abs(distance) > LEEWAY_SECONDS:
        yield fault(name, text, step)
    elif abs(distance) > _NOTICEABLE:
        yield warning(name, text, step)
    else:
        yield ok(name, f"This machine's clock and {whose} agree.")
