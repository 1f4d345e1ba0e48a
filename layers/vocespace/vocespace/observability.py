"""What a deployment tells its operator: JSON log lines and EMF metrics, by Powertools.

Nothing here takes a token, a secret, a name or an e-mail; ids of people stay out as well.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from functools import cache, lru_cache
from time import time_ns
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit, single_metric
from pydantic_core import to_json

if TYPE_CHECKING:
    from vocespace.document_cache import Kind

_DIMENSIONS = ("platform", "identity", "provider")


@cache
def logger() -> Logger:
    """The logger of this process; its level and service name come from Powertools' own variables."""
    return Logger(utc=True)


def issued(decision: Mapping[str, str]) -> None:
    """Something was handed out. The metric's line is the log line, because one costs half of two."""
    form = counted("TokenIssued", *((name, decision.get(name, "nobody")) for name in _DIMENSIONS))
    metadata = form["_aws"] | {"Timestamp": time_ns() // 1_000_000}
    line = to_json(form | {"message": "issued", **decision, "_aws": metadata}, ensure_ascii=True)
    sys.stdout.write(f"{line.decode()}\n")


@lru_cache(maxsize=1024)
def counted(name: str, *dimensions: tuple[str, str]) -> dict[str, Any]:
    """A line that counts one thing (CloudWatch's Embedded Metric Format), made once: only its time changes."""
    metrics = EphemeralMetrics()
    metrics.add_metric(name, MetricUnit.Count, 1)
    for dimension, value in dimensions:
        metrics.add_dimension(dimension, value)
    return dict(metrics.serialize_metric_set())


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


def moment_followed(purpose: str, outcome: str) -> None:
    """The time had come for something about a meeting; the outcome is a word of ours."""
    with single_metric(name="MeetingMoment", unit=MetricUnit.Count, value=1) as metric:
        metric.add_metadata("message", "moment followed")
        metric.add_dimension("purpose", purpose)
        metric.add_dimension("outcome", outcome)


def moments_swept(lost: int, void: int) -> None:
    """Moments of meetings were looked over: how many had not come by themselves, and how many never have to."""
    logger().info("moments swept", extra={"lost": lost, "void": void})
    with single_metric(name="MeetingMomentsLost", unit=MetricUnit.Count, value=lost):
        pass


def booking_hook(source: str, outcome: str) -> None:
    """A webhook of a booking system came, and is what it says to be; the outcome is a word of ours."""
    with single_metric(name="BookingHook", unit=MetricUnit.Count, value=1) as metric:
        metric.add_metadata("message", "booking hook")
        metric.add_dimension("source", source)
        metric.add_dimension("outcome", outcome)


def delivered(channel: str) -> None:
    """Somebody was told something."""
    with single_metric(name="Delivered", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("channel", channel)


def delivery_void(news: str, channel: str) -> None:
    """What was to be told holds no longer."""
    logger().info("delivery void", extra={"news": news, "channel": channel})


def delivery_delayed(channel: str, reason: str, attempt: int) -> None:
    """Somebody could not be told yet; the next attempt is planned."""
    logger().warning("delivery delayed", extra={"channel": channel, "reason": reason, "attempt": attempt})


def delivery_failed(news: str, channel: str, reason: str) -> None:
    """Somebody could not be told, and will not be."""
    logger().error("delivery failed", extra={"news": news, "channel": channel, "reason": reason})
    with single_metric(name="DeliveryFailed", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("channel", channel)


def booking_dropped(source: str, reason: str) -> None:
    """Something happened to a booking that nobody follows; the reason is a word of ours."""
    logger().warning("booking dropped", extra={"source": source, "reason": reason})
    with single_metric(name="BookingDropped", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("reason", reason)


def invitation_refused(source: str, reason: str) -> None:
    """Somebody of a booking may not come, and gets no link; the reason is a word of ours."""
    logger().warning("invitation refused", extra={"source": source, "reason": reason})
    with single_metric(name="InvitationRefused", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("reason", reason)
