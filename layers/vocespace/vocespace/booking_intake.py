"""What comes in about bookings: by webhook at the door, and by the queue behind it.

An event that comes twice within five minutes is dropped by the queue, by its id; one that comes later meets a meeting
that says by itself whether it is news. So nothing here has to remember what it has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field
from pydantic_core import to_json

from vocespace import observability
from vocespace.booking_events import BookingEvent
from vocespace.booking_schema import HAPPENINGS, read_booking
from vocespace.booking_sources import BUS, BookingSources, SourceKind
from vocespace.cal_com import read_cal_com
from vocespace.calendly import read_calendly
from vocespace.clock import Clock
from vocespace.cloud_events import MEDIA_TYPE
from vocespace.document_cache import CachedDocument
from vocespace.errors import BodyTooLargeError, InvalidParametersError
from vocespace.hook_signatures import HookSignatures
from vocespace.provider_messages import digest_of, hook_object, type_of
from vocespace.request_body import JSON, read_request
from vocespace.rfc3339 import Timestamp
from vocespace.standard_hooks import read_standard
from vocespace.wire import WireModel

MAX_HOOK = 256 * 1024
"""No more than a message of the queue may have; Standard Webhooks advise 20 KB."""

MEDIA_TYPES = (JSON, MEDIA_TYPE)

DETAIL_TYPES = {f"Booking.{word.capitalize()}": happened for word, happened in HAPPENINGS.items()}
"""What the stack's event bus is told, by `detail-type`."""


class BookingIntake:
    """Takes in webhooks.

    Args:
        sources: Who is believed, and by which secrets.
        clock: The time.
    """

    def __init__(self, sources: CachedDocument[BookingSources], clock: Clock) -> None:
        self._signatures = HookSignatures(sources, clock)

    def take(self, source: str, headers: Mapping[str, str], body: bytes) -> BookingEvent | None:
        """Verifies a webhook and reads it.

        Args:
            source: Which source the address names.
            headers: The request's headers, by lower-case names.
            body: The very bytes of the body.

        Returns:
            What happened; None where it is nothing that meetings follow.

        Raises:
            UnauthorizedError: it is not by this source, or there is none of that name.
            InvalidParametersError, BodyTooLargeError: it is, and still unusable.
            SecretsUnavailableError: nobody can tell whose it is.
        """
        kind = self._signatures.verify(source, headers, body)
        try:
            event = _read(kind, source, headers, body)
            _check_size(event)
        except (InvalidParametersError, BodyTooLargeError):
            observability.booking_hook(source, "unusable")
            raise
        observability.booking_hook(source, "ignored" if event is None else "taken")
        return event


def group_of(event: BookingEvent) -> str:
    """What has the same one is worked on in order, and waits where one of them cannot be done.

    One group a source would keep all in order and let one event that cannot be done, for a while, hold up everybody
    else's. So it is one a booking, or where the source says as much, one for all that the booking becomes by moving;
    beyond that the order does not matter, because the later word holds.
    """
    return digest_of(event.source, event.calendar_uid or event.former_booking or event.booking)


def deduplication_of(event: BookingEvent) -> str:
    """By what the queue knows an event that comes twice."""
    return digest_of(event.source, event.id)


class _Envelope(WireModel):
    """What EventBridge puts around an event."""

    model_config = ConfigDict(extra="ignore", alias_generator=None)

    id: str = Field(min_length=1, max_length=256)
    time: Timestamp
    detail: dict[str, Any]


def read_message(body: str) -> BookingEvent | None:
    """Reads a message of the queue: what `BookingIntake` has read before, or an event as the bus hands it over.

    Returns:
        What happened; None where it is nothing that meetings follow.

    Raises:
        InvalidParametersError: it is neither, or not as we ask for it.
    """
    members = hook_object(body.encode(errors="replace"))
    if "detail-type" not in members:
        return read_request(BookingEvent, members)
    happened = DETAIL_TYPES.get(type_of(members, "detail-type"))
    if happened is None:
        return None
    envelope = read_request(_Envelope, members)
    return read_booking(
        envelope.detail, source=BUS, event_id=envelope.id, happened=happened, told_at=envelope.time, within="detail"
    )


def _check_size(event: BookingEvent | None) -> None:
    # Most of a webhook is left out, but what is left in takes more room in the queue than in the body.
    if event is not None and len(to_json(event.to_wire(), ensure_ascii=True)) > MAX_HOOK:
        raise BodyTooLargeError("booking_too_large", "The booking is too large to be handed on.")


def _read(kind: SourceKind, source: str, headers: Mapping[str, str], body: bytes) -> BookingEvent | None:
    if kind is SourceKind.CAL_COM:
        return read_cal_com(source, body)
    if kind is SourceKind.CALENDLY:
        return read_calendly(source, body)
    return read_standard(source, headers, body)
