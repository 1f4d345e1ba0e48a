"""What is put into queues about meetings: thin, because whatever has changed meanwhile is looked up when it is read."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from vocespace.meetings import AttendeeKey, MeetingId
from vocespace.token_result import UnixSeconds
from vocespace.wire import WireModel


class Purpose(StrEnum):
    """What is to be done about a meeting at a moment."""

    REMINDER = "reminder"
    OPENS = "opens"
    CLOSES = "closes"
    ABANDONED = "abandoned"
    """Whoever left one booking for another has not arrived there."""


class MeetingDue(WireModel):
    """A moment of a meeting has come.

    Attributes:
        meeting: Which meeting.
        purpose: What is to be done.
        version: For which of its versions; for any other it is void.
        due_at: When.
    """

    meeting: MeetingId
    purpose: Annotated[Purpose, Field(strict=False)]
    version: Annotated[int, Field(gt=0)]
    due_at: UnixSeconds


class News(StrEnum):
    """What people and platforms are told; the values are the types of the events."""

    LINK_READY = "JoinLink.Ready"
    LINK_REVOKED = "JoinLink.Revoked"
    REMINDER = "Meeting.Reminder"
    RESCHEDULED = "Meeting.Rescheduled"
    CANCELLED = "Meeting.Cancelled"
    ROOM_ALLOCATED = "Room.Allocated"
    ROOM_RELEASED = "Room.Released"
    DELIVERY_FAILED = "Delivery.Failed"


class Channel(StrEnum):
    """By which way."""

    EVENT = "event"
    ENDPOINT = "endpoint"
    MAIL = "mail"


class Delivery(WireModel):
    """Somebody is to be told something.

    Attributes:
        news: What.
        channel: By which way.
        meeting: About which meeting.
        version: In which of its versions; about an older one nobody needs to be told any more.
        attendee: Whom, or about whom; None: about the meeting as a whole.
        attempt: How often it was tried.
        not_before: When the next attempt is due.
    """

    news: Annotated[News, Field(strict=False)]
    channel: Annotated[Channel, Field(strict=False)]
    meeting: MeetingId
    version: Annotated[int, Field(gt=0)]
    attendee: AttendeeKey | None = None
    attempt: Annotated[int, Field(ge=0)] = 0
    not_before: UnixSeconds | None = None
