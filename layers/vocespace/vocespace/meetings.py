"""What the table keeps about booked meetings: themselves, their people, and under which names sources know them.

A link never changes with its meeting: whatever it opens is looked up when it is clicked. So a meeting that moves or is
cancelled is one write, and takes every link along.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from vocespace.attributes import Key
from vocespace.booking_events import Happened, SourceName, Title, Uid
from vocespace.booking_routes import Route
from vocespace.contacts import EmailAddress, Locale, TimeZone
from vocespace.identities import Identity
from vocespace.join_links import LinkId
from vocespace.names import PersonName, PlaceName
from vocespace.rooms import RoomType
from vocespace.token_result import UnixSeconds
from vocespace.wire import WireModel

ATTENDEE_PREFIX = "ATTENDEE#"

MINUTE = 60

MeetingId = Annotated[str, Field(pattern=r"^mtg_[0-9a-f]{24}$")]
AttendeeKey = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Milliseconds = Annotated[int, Field(gt=0, lt=2**53)]


class Status(StrEnum):
    """What has become of a meeting."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class Standing(StrEnum):
    """What has become of somebody's invitation.

    `LEAVING`: cancelled as the first half of a move; whether it is one is known when the other half comes or does not.
    """

    INVITED = "invited"
    LEAVING = "leaving"
    CANCELLED = "cancelled"


class Word(WireModel):
    """What was told of a meeting last, or last of something about it.

    Attributes:
        event: Which event told it.
        happened: What that told.
        occurred_at: When that happened, by the source's clock.
    """

    event: Annotated[str, Field(min_length=1, max_length=256)]
    happened: Annotated[Happened, Field(strict=False)]
    occurred_at: Milliseconds


class Meeting(WireModel):
    """A meeting.

    Attributes:
        id: Ours, for as long as the meeting lives, however often its source renames it.
        booking: What the source calls it now.
        route: What it goes by, as it was when the booking changed last.
        space, room: Where.
        title: What it is about.
        organizer: Who holds it, by name and address, as calendars show it.
        starts_at, ends_at: When.
        moved_from: When it was to start before it moved last.
        status: What has become of it.
        version: Counts the changes: what was scheduled or sent for an older one is void.
        occurred_at: When the change happened that made this version, by the source's clock.
        last_event: Which event that was.
        calendar_uid: The source's own calendar UID.
        calendar_sequence: At which revision the source's own invitations are.
        revision: Counts the writes, of it and of its people: who has read one may write the next, and nobody else.
        last_happened: What the last event told that it went by; of two at the same moment one holds.
        is_deserted: Whether it is cancelled for no other reason than that everybody invited has cancelled.
        own_word: What was told last of the booking itself, where it was deserted since; None: it was not.
        merged_into: Which meeting it turned out to be, and its people are of.
        listed: By whose word its people are all there are; None: nobody has said so.
        hosted: By whose word it is the organizer's.
    """

    id: MeetingId
    booking: Uid
    route: Route
    space: PlaceName
    room: RoomType
    title: Title | None = None
    organizer: PersonName | None = None
    organizer_email: EmailAddress | None = None
    starts_at: UnixSeconds
    ends_at: UnixSeconds
    moved_from: UnixSeconds | None = None
    status: Annotated[Status, Field(strict=False)] = Status.SCHEDULED
    version: Annotated[int, Field(gt=0)] = 1
    occurred_at: Milliseconds
    last_event: Annotated[str, Field(min_length=1, max_length=256)]
    calendar_uid: Uid | None = None
    calendar_sequence: Annotated[int, Field(ge=0)] | None = None
    revision: Annotated[int, Field(gt=0)] = 1
    last_happened: Annotated[Happened, Field(strict=False)] = Happened.BOOKED
    is_deserted: bool = False
    own_word: Word | None = None
    merged_into: MeetingId | None = None
    listed: Word | None = None
    hosted: Word | None = None

    @property
    def word(self) -> Word:
        """What it goes by, whoever comes."""
        return self.own_word or Word(event=self.last_event, happened=self.last_happened, occurred_at=self.occurred_at)

    @property
    def opens_at(self) -> int:
        """From when on its links open."""
        return self.starts_at - self.route.early_minutes * MINUTE

    @property
    def closes_at(self) -> int:
        """Until when they do."""
        return self.ends_at + self.route.grace_minutes * MINUTE


class Attendee(WireModel):
    """Somebody of a meeting, the organizer among them.

    Attributes:
        key: Ours, made of what the source knows them by.
        id: Their LiveKit identity.
        username: Their display name.
        email, time_zone, locale: As far as they are known.
        identity: As what they come.
        link: Their join link.
        standing: What has become of their invitation.
        is_organizer: Whether it is their meeting.
        occurred_at: When that was changed last, by the source's clock.
        since: In which version of the meeting they were invited, or cancelled: in that one they are told so.
        sequence_base: How many revisions their calendar entry had before they came to this meeting.
        abandoned_at: Until when a move may turn up of which their cancellation is the first half.
        kept_for: For which end of the meeting they and their link are kept.
    """

    key: AttendeeKey
    id: PersonName
    username: PersonName
    email: EmailAddress | None = None
    time_zone: TimeZone | None = None
    locale: Locale | None = None
    identity: Annotated[Identity, Field(strict=False)]
    link: LinkId
    standing: Annotated[Standing, Field(strict=False)] = Standing.INVITED
    is_organizer: bool = False
    occurred_at: Milliseconds
    since: Annotated[int, Field(ge=0)] = 1
    sequence_base: Annotated[int, Field(ge=0)] = 0
    abandoned_at: UnixSeconds | None = None
    kept_for: Annotated[int, Field(ge=0)] = 0


class BookingAlias(WireModel):
    """Which meeting a source means by a name.

    Attributes:
        meeting: Ours.
        is_former: Whether the source calls it something else by now: what it says under this name is out of date.
    """

    meeting: MeetingId
    is_former: bool = False


class AttendeeAlias(WireModel):
    """Whom a source means by a key that it gave to one invitation of theirs."""

    meeting: MeetingId
    attendee: AttendeeKey
    is_former: bool = False


def calendar_revision(meeting: Meeting, attendee: Attendee) -> int:
    """In which revision somebody's entry of a meeting is in calendars (RFC 5545 section 3.8.7.4).

    It rises with every version, as long as the source's own does not fall, and is never behind that, whose UID it may
    have.
    """
    return attendee.sequence_base + meeting.version - 1 + (meeting.calendar_sequence or 0)


def meeting_partition(meeting: str) -> str:
    """The partition of a meeting and its people."""
    return f"MEETING#{meeting}"


def meeting_key(meeting: str) -> Key:
    """The primary key of a meeting's item."""
    return {"pk": meeting_partition(meeting), "sk": "MEETING"}


def attendee_key(meeting: str, attendee: str) -> Key:
    """The primary key of the item about somebody of a meeting."""
    return {"pk": meeting_partition(meeting), "sk": f"{ATTENDEE_PREFIX}{attendee}"}


def booking_alias_key(source: SourceName, booking: Uid) -> Key:
    """The primary key of the item that says which meeting a source means."""
    return {"pk": f"BOOKING#{source}#{booking}", "sk": "ALIAS"}


def attendee_alias_key(source: SourceName, key: Uid) -> Key:
    """The primary key of the item that says whom a source means."""
    return {"pk": f"INVITEE#{source}#{key}", "sk": "ALIAS"}
