"""What happens to bookings, told alike whichever booking system it happens in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from vocespace.contacts import EmailAddress, Locale, TimeZone
from vocespace.identities import Identity
from vocespace.names import PersonName, PlaceName, printable
from vocespace.rooms import RoomType
from vocespace.token_result import UnixSeconds
from vocespace.wire import WireModel

MAX_ATTENDEES = 200
MAX_TITLE = 200

MAX_UID_BYTES = 1024
"""Within a primary key, of which DynamoDB takes 2,048 bytes."""


def within_a_key(value: str) -> str:
    """Checks a name that becomes part of a primary key."""
    if len(value.encode()) > MAX_UID_BYTES:
        raise ValueError(f"may not be longer than {MAX_UID_BYTES} bytes in UTF-8")
    return value


SourceName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
EventType = Annotated[str, Field(min_length=1, max_length=256)]
Uid = Annotated[str, Field(min_length=1, max_length=512), AfterValidator(within_a_key)]
Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE), AfterValidator(printable)]


class Happened(StrEnum):
    """What happened to a booking."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"


class BookedPerson(WireModel):
    """Somebody of a booking.

    Attributes:
        key: What the source knows them by, and will know them by when it tells of them again.
        former_key: What it knew them by in the booking that they have moved from.
        name: Their display name.
        email: Where mails go; None: none do.
        time_zone: Theirs.
        locale: Their language.
        id: The platform's own id of theirs.
        identity: As what they are to come, where the source says so; a hint, which never raises anybody.
    """

    key: Uid
    former_key: Uid | None = None
    name: PersonName
    email: EmailAddress | None = None
    time_zone: TimeZone | None = None
    locale: Locale | None = None
    id: PersonName | None = None
    identity: Annotated[Identity, Field(strict=False)] | None = None


class LeftBooking(WireModel):
    """A booking that goes on without somebody.

    Attributes:
        booking: What the source calls it.
        starts_at, ends_at: When it takes place.
    """

    booking: Uid
    starts_at: UnixSeconds
    ends_at: UnixSeconds


class BookingEvent(WireModel):
    """Something that happened to a booking.

    Attributes:
        source: By whose word.
        id: The same each time that the same event is delivered, and no other's of this source.
        happened: What.
        occurred_at: When it happened, by the source's clock, Unix milliseconds: a later one holds against an earlier.
        booking: What the source calls the booking.
        former_booking: What it called it before it moved; None: the same.
        event_type: What kind of booking it is, by which the route is found.
        starts_at, ends_at: When it takes place.
        title: What it is about.
        organizer: Whose booking it is; None where it is not said.
        attendees: Who is invited.
        is_whole: Whether `attendees` are all there are; else others stay as they are.
        awaits_successor: Whether a cancellation is the first half of a move whose second half follows.
        space, room: Where it is to take place, where the source says so and the route lets it.
        left: Which booking the first of `attendees` has left for this one, alone.
        calendar_uid, calendar_sequence: Under which UID, and in which revision, the source sends its own invitations.
    """

    source: SourceName
    id: Annotated[str, Field(min_length=1, max_length=256)]
    happened: Annotated[Happened, Field(strict=False)]
    occurred_at: Annotated[int, Field(gt=0, lt=2**53)]
    booking: Uid
    former_booking: Uid | None = None
    event_type: EventType
    starts_at: UnixSeconds
    ends_at: UnixSeconds
    title: Title | None = None
    organizer: BookedPerson | None = None
    attendees: Annotated[tuple[BookedPerson, ...], Field(max_length=MAX_ATTENDEES, strict=False)] = ()
    is_whole: bool = True
    awaits_successor: bool = False
    space: PlaceName | None = None
    room: RoomType | None = None
    left: LeftBooking | None = None
    calendar_uid: Uid | None = None
    calendar_sequence: Annotated[int, Field(ge=0, lt=2**31)] | None = None

    def by_booking(self) -> tuple[BookingEvent, ...]:
        """The same, told of each booking by itself."""
        if self.left is None:
            return (self,)
        leaves = {
            "happened": Happened.CANCELLED,
            "booking": self.left.booking,
            "starts_at": self.left.starts_at,
            "ends_at": self.left.ends_at,
            "attendees": self.attendees[:1],
            "is_whole": False,
            "calendar_uid": None,
            "calendar_sequence": None,
        }
        return self.model_copy(update={**leaves, "left": None}), self.model_copy(update={"left": None})

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if any(each.ends_at <= each.starts_at for each in (self, self.left) if each is not None):
            raise ValueError("ends before it begins")
        return self
