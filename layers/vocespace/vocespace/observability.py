"""What a deployment tells its operator: JSON log lines and EMF metrics, by Powertools.

Nothing here takes a token, a secret, a name or an e-mail; ids of people stay out as well.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

if TYPE_CHECKING:
    from vocespace.document_cache import Kind

_DIMENSIONS = ("platform", "identity", "provider")


@cache
def logger() -> Logger:
    """The logger of this process; its level and service name come from Powertools' own variables."""
    return Logger(utc=True)


def issued(decision: Mapping[str, str]) -> None:
    """Something was handed out. The metric's line is the log line, because one costs half of two."""
    with single_metric(name="TokenIssued", unit=MetricUnit.Count, value=1) as metric:
        metric.add_metadata("message", "issued")
        for name, value in decision.items():
            if name not in _DIMENSIONS:
                metric.add_metadata(name, value)
        for name in _DIMENSIONS:
            metric.add_dimension(name, decision.get(name, "nobody"))


def refused(decision: Mapping[str, str]) -> None:
    """A request was refused; the reason is a word of our own."""
    logger().warning("refused", extra=dict(decision))
    with single_metric(name="TokenRefused", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("reason", decision["reason"])


def event_lost(reason: str) -> None:
    """An audit event could not be sent; the log has the same record."""
    logger().error("event lost", extra={"reason": reason})
    with single_metric(name="EventLost", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("reason", reason)


def kick_failed(reason: str) -> None:
    """A block holds, but the LiveKit server could not be asked to remove the person."""
    logger().error("kick failed", extra={"reason": reason})


def failed(error: Exception) -> None:
    """An exception that nobody expected. Its text could quote anything, so only its type and its way are told."""
    way = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    logger().error("failed", extra={"exception_type": type(error).__qualname__, "way": way})


def document_unreadable(kind: Kind, name: str, reason: str, age: float | None) -> None:
    """A refresh of a secret or key set failed; `age` is that of the value still held, in seconds, None without one."""
    message = f"{kind.noun.replace('_', ' ')} unreadable"
    logger().warning(message, extra={kind.noun: name, "reason": reason, "age_seconds": age})


def document_denied(kind: Kind, name: str) -> None:
    """A secret may not be read, or not be decrypted, any more: the operator has as long as the value held is served."""
    _document_metric(kind, "Denied", MetricUnit.Count, 1, name)


def document_refreshed(kind: Kind, name: str, age: float) -> None:
    """A secret or key set was read again; `age` is how old the value was that it replaces, in seconds."""
    _document_metric(kind, "AgeSeconds", MetricUnit.Seconds, age, name)


def document_stale(kind: Kind, name: str, age: float) -> None:
    """A value past its soft TTL is used because whoever keeps it does not answer; told once between two attempts."""
    _document_metric(kind, "Stale", MetricUnit.Count, 1, name)
    _document_metric(kind, "AgeSeconds", MetricUnit.Seconds, age, name)


def _document_metric(kind: Kind, what: str, unit: MetricUnit, value: float, name: str) -> None:
    with single_metric(name=f"{kind.metric}{what}", unit=unit, value=value) as metric:
        if kind.has_own_metrics:
            metric.add_dimension(kind.noun, name)


def rotation_step(secret: str, step: str, version: str, facts: Mapping[str, str]) -> None:
    """A step of a rotation was done; `facts` name keys by their ids."""
    logger().info("rotation step", extra={"secret": secret, "step": step, "version": version, **facts})


def rotation_failed(reason: str) -> None:
    """A step of a rotation could not be done; the reason is a text of ours."""
    logger().error("rotation failed", extra={"reason": reason})


def rotated(secret: str) -> None:
    """A new version of a secret became the current one."""
    with single_metric(name="Rotated", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("secret", secret)


def work_failed(reason: str) -> None:
    """Something that nobody waits for could not be done; the reason is a word of ours."""
    logger().error("work failed", extra={"reason": reason})


def reconciled(changes: Mapping[str, int]) -> None:
    """Occupancy was held against LiveKit; what was mended are events that were lost, or are late."""
    logger().info("reconciled", extra=dict(changes))
    for change, count in changes.items():
        with single_metric(name="OccupancyMended", unit=MetricUnit.Count, value=count) as metric:
            metric.add_dimension("change", change)


def livekit_unasked(reason: str) -> None:
    """LiveKit could not be asked who is there, and nothing was changed."""
    logger().error("LiveKit unasked", extra={"reason": reason})
    with single_metric(name="LiveKitUnasked", unit=MetricUnit.Count, value=1):
        pass
