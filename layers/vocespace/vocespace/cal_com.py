"""Cal.com's webhooks, version 2021-10-20, as they come where nobody has given a payload template of their own.

A booking gets a new `uid` each time it moves, and names the one before; people are told apart by their addresses.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from vocespace.booking_events import BookedPerson, BookingEvent, Happened, Uid
from vocespace.booking_routes import NO_TYPE
from vocespace.errors import FieldError, InvalidParametersError
from vocespace.provider_messages import (
    NAMELESS,
    NAMELESS_HOST,
    Listed,
    LooseEmail,
    LooseLocale,
    LooseName,
    LooseNumber,
    LooseTimestamp,
    LooseTimeZone,
    LooseTitle,
    LooseUid,
    ProviderMessage,
    booking_event,
    each_once,
    hook_object,
    type_of,
)
from vocespace.request_body import read_request
from vocespace.rfc3339 import Timestamp, unix_milliseconds

_BOOKED = "BOOKING_CREATED"
_MOVED = "BOOKING_RESCHEDULED"
_REQUESTED = "BOOKING_REQUESTED"
_CANCELLED = frozenset({"BOOKING_CANCELLED", "BOOKING_REJECTED"})
_KNOWN = _CANCELLED | {_BOOKED, _MOVED, _REQUESTED}


class _Language(ProviderMessage):
    locale: LooseLocale = None


def _language(value: object, check: ValidatorFunctionWrapHandler) -> object:
    try:
        return check(value)
    except ValidationError:
        return _Language()


class _Person(ProviderMessage):
    name: LooseName = None
    email: LooseEmail = None
    time_zone: LooseTimeZone = None
    language: Annotated[_Language, WrapValidator(_language)] = _Language()

    def booked(self, otherwise: str) -> BookedPerson | None:
        key = self.email or self.name
        if key is None:
            return None
        return BookedPerson(
            key=key.lower(),
            name=self.name or otherwise,
            email=self.email,
            time_zone=self.time_zone,
            locale=self.language.locale,
        )


class _Payload(ProviderMessage):
    """Cal.com's `CalendarEvent`, and what each trigger adds to it."""

    uid: Uid | None = None
    reschedule_uid: Uid | None = None
    reschedule_start_time: LooseTimestamp = None
    reschedule_end_time: LooseTimestamp = None
    type: LooseUid = None
    title: LooseTitle = None
    start_time: Timestamp
    end_time: Timestamp
    organizer: _Person | None = None
    attendees: Annotated[tuple[_Person, ...], Listed, Field(strict=False)] = ()
    ical_uid: LooseUid = Field(None, alias="iCalUID")
    ical_sequence: LooseNumber = Field(None, alias="iCalSequence")
    event_type_id: LooseNumber = None
    seats_per_time_slot: LooseNumber = None
    attendee_seat_id: LooseUid = None
    cancelled_by: LooseUid = None

    @property
    def is_seated(self) -> bool:
        return bool(self.seats_per_time_slot) or self.attendee_seat_id is not None or self.uid is None

    def left(self, happened: Happened) -> dict[str, object] | None:
        """Which booking somebody has left who has moved their seat; the host who moves everybody has none."""
        if happened is not Happened.MOVED or self.attendee_seat_id is None or self.reschedule_uid in {None, self.uid}:
            return None
        began, ended = self.reschedule_start_time, self.reschedule_end_time
        begins, ends = (self.start_time, self.end_time) if began is None or ended is None else (began, ended)
        return {"booking": self.reschedule_uid, "startsAt": _seconds(begins), "endsAt": _seconds(ends)}

    def is_whole(self, happened: Happened) -> bool:
        # Somebody of a seated event who gives up their seat is told of like an event that is cancelled, and alone; only
        # the whole event is cancelled by somebody.
        if self.is_seated:
            return happened is Happened.CANCELLED and self.attendee_seat_id is None and self.cancelled_by is not None
        return True


class _Hook(ProviderMessage):
    created_at: Timestamp
    payload: _Payload


def read_cal_com(source: str, body: bytes) -> BookingEvent | None:
    """Reads a webhook that has been verified.

    Args:
        source: Which source's it is.
        body: Its very bytes: there is no id, so that it is known again by their digest.

    Returns:
        What happened; None where it is nothing that meetings follow.

    Raises:
        InvalidParametersError: it is unusable: not as Cal.com sends it, or made by a template.
    """
    members = hook_object(body)
    trigger = type_of(members, "triggerEvent")
    if trigger not in _KNOWN:
        return None
    hook = read_request(_Hook, members)
    said = hook.payload
    # A reschedule by the API, or of an event that somebody has to confirm, may come as a request alone.
    happened = _happened(trigger, moves=said.reschedule_uid is not None)
    if happened is None:
        return None
    left = said.left(happened)
    booking = said.uid or (said.reschedule_uid if left is None else None)
    if booking is None:
        raise InvalidParametersError(FieldError("payload.uid", "is missing"))
    organizer = None if said.organizer is None else said.organizer.booked(NAMELESS_HOST)
    people = [person for each in said.attendees if (person := each.booked(NAMELESS)) is not None]
    attendees = each_once(organizer, people)
    is_whole = said.is_whole(happened)
    if happened is Happened.CANCELLED and not is_whole and not attendees:
        # A seat that was given up by nobody.
        return None
    if left is not None and (not attendees or attendees[0] != people[0]):
        # Nor has the organizer any: whoever else is named was there before.
        return None
    return booking_event(
        source=source,
        id=hashlib.sha256(body).hexdigest(),
        happened=happened,
        occurredAt=unix_milliseconds(hook.created_at),
        booking=booking,
        formerBooking=said.reschedule_uid
        if happened is Happened.MOVED and left is None and said.reschedule_uid != booking
        else None,
        eventType=said.type or (NO_TYPE if said.event_type_id is None else str(said.event_type_id)),
        startsAt=_seconds(said.start_time),
        endsAt=_seconds(said.end_time),
        title=said.title,
        organizer=organizer,
        attendees=attendees,
        isWhole=is_whole,
        left=left,
        calendarUid=said.ical_uid,
        calendarSequence=said.ical_sequence,
    )


def _seconds(time: str) -> int:
    return unix_milliseconds(time) // 1000


def _happened(trigger: str, *, moves: bool) -> Happened | None:
    if trigger in _CANCELLED:
        return Happened.CANCELLED
    if moves or trigger == _MOVED:
        return Happened.MOVED
    return Happened.BOOKED if trigger == _BOOKED else None
