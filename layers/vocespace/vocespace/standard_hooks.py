"""Webhooks that tell of bookings in our own words: plain, or as CloudEvents.

The signature is over the body alone. Where headers say what the event is, somebody who has seen one could tell it again
as another for as long as its time is young; so it is known again by the id that is signed along, and taken once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vocespace import cloud_events
from vocespace.booking_events import BookingEvent, Happened
from vocespace.booking_schema import HAPPENINGS, read_booking
from vocespace.cloud_events import CloudEvent
from vocespace.provider_messages import digest_of, hook_object, type_of
from vocespace.request_body import read_request
from vocespace.rfc3339 import Timestamp
from vocespace.wire import WireModel

PLAIN_TYPES = {f"booking.{word}": happened for word, happened in HAPPENINGS.items()}
CLOUD_TYPES = {f"com.vocespace.booking.{word}.v1": happened for word, happened in HAPPENINGS.items()}


class _Plain(WireModel):
    type: str
    timestamp: Timestamp
    data: dict[str, Any]


def read_standard(source: str, headers: Mapping[str, str], body: bytes) -> BookingEvent | None:
    """Reads a webhook that has been verified.

    Args:
        source: Which source's it is.
        headers: The request's headers, by lower-case names.
        body: Its bytes.

    Returns:
        What happened; None where it is nothing that meetings follow.

    Raises:
        InvalidParametersError: it is not as we ask for it.
    """
    members = hook_object(body)
    if cloud_events.is_structured(headers):
        type_of(members, "type")
        event = cloud_events.structured(members)
        return _of_cloud_event(source, event, digest_of(event.source, event.id))
    if cloud_events.is_binary(headers):
        return _of_cloud_event(source, cloud_events.binary(headers, members), headers["webhook-id"])
    happened = PLAIN_TYPES.get(type_of(members, "type"))
    if happened is None:
        return None
    plain = read_request(_Plain, members)
    return read_booking(
        plain.data, source=source, event_id=headers["webhook-id"], happened=happened, told_at=plain.timestamp
    )


def _of_cloud_event(source: str, event: CloudEvent, event_id: str) -> BookingEvent | None:
    happened: Happened | None = CLOUD_TYPES.get(event.type)
    if happened is None:
        return None
    return read_booking(event.data, source=source, event_id=event_id, happened=happened, told_at=event.time)
