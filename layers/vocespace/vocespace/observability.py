"""What a deployment tells its operator: JSON log lines and EMF metrics, by Powertools.

Nothing here takes a token, a secret, a name or an e-mail; ids of people stay out as well.
"""

from __future__ import annotations

import traceback
from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

if TYPE_CHECKING:
    from vocespace.errors import VoceSpaceError


@cache
def logger() -> Logger:
    """The logger of this process; its level and service name come from Powertools' own variables."""
    return Logger(utc=True)


def issued(what: str, *, platform: str | None, identity: str, provider: str) -> None:
    """A token, link or connection was handed out. The metric's line is the log line, because one costs half of two."""
    with single_metric(name="TokenIssued", unit=MetricUnit.Count, value=1) as metric:
        metric.add_metadata("message", "issued")
        metric.add_metadata("what", what)
        metric.add_metadata("correlation_id", logger().get_correlation_id())
        metric.add_dimension("platform", platform or "nobody")
        metric.add_dimension("identity", identity)
        metric.add_dimension("provider", provider)


def refused(error: VoceSpaceError) -> None:
    """A request was refused; the reason is a word of our own."""
    logger().warning("refused", extra={"code": error.code, "reason": error.reason})
    with single_metric(name="TokenRefused", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("reason", error.reason)


def failed(error: Exception) -> None:
    """An exception that nobody expected. Its text could quote anything, so only its type and its way are told."""
    way = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    logger().error("failed", extra={"exception_type": type(error).__qualname__, "way": way})


def secret_unreadable(secret: str, reason: str, age: float | None) -> None:
    """A refresh of a secret failed; `age` is that of the value still held, in seconds, None where there is none."""
    logger().warning("secret unreadable", extra={"secret": secret, "reason": reason, "age_seconds": age})


def secret_refreshed(secret: str, age: float) -> None:
    """A secret was read again; `age` is how old the value was that it replaces, in seconds."""
    _secret_metric("SecretAgeSeconds", MetricUnit.Seconds, age, secret)


def secret_stale(secret: str, age: float) -> None:
    """A value past its soft TTL was used because Secrets Manager did not answer."""
    _secret_metric("SecretStale", MetricUnit.Count, 1, secret)
    _secret_metric("SecretAgeSeconds", MetricUnit.Seconds, age, secret)


def _secret_metric(name: str, unit: MetricUnit, value: float, secret: str) -> None:
    with single_metric(name=name, unit=unit, value=value) as metric:
        metric.add_dimension("secret", secret)
