"""Our own way of telling what happens to bookings, for booking systems that send what we ask for.

It is read strictly, unlike what others make up: a member that nobody knows is a mistake that somebody wants to hear of.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from vocespace.booking_events import (
    MAX_ATTENDEES,
    BookedPerson,
    BookingEvent,
    EventType,
    Happened,
    SourceName,
    Title,
    Uid,
)
from vocespace.booking_routes import NO_TYPE
from vocespace.contacts import EmailAddress, Locale, TimeZone
from vocespace.errors import FieldError, InvalidParametersError
from vocespace.identities import Identity
from vocespace.names import PersonName, PlaceName
from vocespace.provider_messages import booking_event, each_once
from vocespace.request_body import read_request
from vocespace.rfc3339 import Timestamp, unix_milliseconds
from vocespace.rooms import RoomType
from vocespace.wire import WireModel

HAPPENINGS = {
    "created": Happened.BOOKED,
    "rescheduled": Happened.MOVED,
    "updated": Happened.MOVED,
    "cancelled": Happened.CANCELLED,
}
"""What may be told, by the last word of its type. Whatever else has changed about a booking than its time, it is told
in whole like one that has moved."""


class _SnakeModel(WireModel):
    model_config = ConfigDict(alias_generator=None)


class BookingOrganizer(_SnakeModel):
    """Whose booking it is; known again by the `id`, else by the `email`, of which one is needed."""

    name: PersonName = Field(description="Their display name.")
    email: EmailAddress | None = Field(None, description="Where mails go; omitted, none do.")
    id: PersonName | None = Field(None, description="Your own id of theirs; becomes their LiveKit identity.")
    tz: TimeZone | None = Field(None, description="Their time zone (IANA).")
    locale: Locale | None = Field(None, description="Their language.")

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        if self.id is None and self.email is None:
            raise ValueError("has neither id nor email")
        return self

    def booked(self) -> BookedPerson:
        """As one of the booking's people."""
        return BookedPerson(
            key=self.id or (self.email or "").lower(),
            name=self.name,
            email=self.email,
            time_zone=self.tz,
            locale=self.locale,
            id=self.id,
        )


class BookingAttendee(BookingOrganizer):
    """Somebody who is invited; known again by the `id`, else by the `email`, of which one is needed."""

    role: Annotated[Identity, Field(strict=False)] | None = Field(
        None, description="As what they come, where the route lets them; it never raises anybody."
    )

    def booked(self) -> BookedPerson:
        """As one of the booking's people."""
        return super().booked().model_copy(update={"identity": self.role})


class Booking(_SnakeModel):
    """A booking, as it is after what happened to it; it ends after it begins."""

    booking_id: Uid = Field(description="What you call the booking.")
    previous_booking_id: Uid | None = Field(
        None, description="What you called it before it was rescheduled, if that changes."
    )
    starts_at: Timestamp = Field(description="When it begins.")
    ends_at: Timestamp = Field(description="When it ends.")
    occurred_at: Timestamp | None = Field(
        None,
        description="When what is told happened, by your clock: a later word holds against an earlier one. Omitted: "
        "the time that the message itself gives.",
    )
    title: Title | None = Field(None, description="What it is about.")
    event_type: EventType = Field(NO_TYPE, description="What kind of booking it is, by which its route is found.")
    space: PlaceName | None = Field(None, description="Another space than the route's, where that lets you choose.")
    room: RoomType | None = Field(None, description="Another room than the route's, where that lets you choose.")
    organizer: BookingOrganizer | None = Field(None, description="Whose booking it is; omitted, as before.")
    attendees: Annotated[tuple[BookingAttendee, ...], Field(max_length=MAX_ATTENDEES, strict=False)] | None = Field(
        None, description="All who are invited; whoever is not among them any more is uninvited. Omitted: as before."
    )
    ical_uid: Uid | None = Field(None, description="UID of the calendar entry that you send yourself.")
    ical_sequence: Annotated[int, Field(ge=0, lt=2**31)] | None = Field(None, description="Its SEQUENCE.")

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if unix_milliseconds(self.ends_at) // 1000 <= unix_milliseconds(self.starts_at) // 1000:
            raise ValueError("ends before it begins")
        return self

    @model_validator(mode="after")
    def _names_everybody_once(self) -> Self:
        keys = [each.booked().key for each in self.attendees or ()]
        if len(set(keys)) < len(keys):
            raise ValueError("names somebody twice")
        return self


def read_booking(
    said: object,
    *,
    source: SourceName,
    event_id: str,
    happened: Happened,
    told_at: str | None,
    within: str = "data",
) -> BookingEvent:
    """Reads what is said about a booking.

    Args:
        said: It.
        source: By whom.
        event_id: The id of the event, the same each time it is delivered.
        happened: What happened.
        told_at: When, by the message around it; None: that does not say.
        within: Which member of the message it is.

    Raises:
        InvalidParametersError: it is not as we ask for it.
    """
    booking = _checked(said, happened, within)
    occurred_at = booking.occurred_at or told_at
    if occurred_at is None:
        raise InvalidParametersError(FieldError(f"{within}.occurred_at", "is missing"))
    organizer = None if booking.organizer is None else booking.organizer.booked()
    return booking_event(
        source=source,
        id=event_id,
        happened=happened,
        occurredAt=unix_milliseconds(occurred_at),
        booking=booking.booking_id,
        formerBooking=booking.previous_booking_id,
        eventType=booking.event_type,
        startsAt=unix_milliseconds(booking.starts_at) // 1000,
        endsAt=unix_milliseconds(booking.ends_at) // 1000,
        title=booking.title,
        organizer=organizer,
        attendees=each_once(organizer, [each.booked() for each in booking.attendees or ()]),
        isWhole=happened is Happened.CANCELLED or booking.attendees is not None,
        space=booking.space,
        room=booking.room,
        calendarUid=booking.ical_uid,
        calendarSequence=booking.ical_sequence,
    )


def _checked(said: object, happened: Happened, within: str) -> Booking:
    if not isinstance(said, dict):
        raise InvalidParametersError(FieldError(within, "is not a JSON object"))
    members: dict[str, Any] = said
    try:
        booking = read_request(Booking, members)
    except InvalidParametersError as error:
        # Below the member that it stands in, as whoever sent it sees it.
        raise InvalidParametersError(
            *(FieldError(f"{within}.{fault.field}".rstrip("."), fault.reason) for fault in error.fields)
        ) from None
    if booking.previous_booking_id is not None and happened is not Happened.MOVED:
        raise InvalidParametersError(FieldError(f"{within}.previous_booking_id", "belongs to what was rescheduled"))
    if booking.previous_booking_id == booking.booking_id:
        raise InvalidParametersError(FieldError(f"{within}.previous_booking_id", "is the same as booking_id"))
    return booking
