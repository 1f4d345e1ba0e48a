"""News as programs read it: the detail of an event, and the data of an outgoing webhook.

Events are archived and logged: by itself one names a link by its id, which opens nothing.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from vocespace.local_times import iso
from vocespace.meeting_messages import Channel, News
from vocespace.told import Told
from vocespace.wire import WireModel


class Failure(WireModel):
    """What was not delivered.

    Attributes:
        news: What should have been told.
        channel: By which way.
        reason: Why not: a word of ours, or AWS's error code.
    """

    news: News
    channel: Channel
    reason: str


class MeetingEvent(WireModel):
    """The detail of an event.

    Attributes:
        schema_version: Of which form this is.
        event_id: The same each time that it is told.
        meeting_id: About which meeting.
        source, booking_id: By whose booking, and what they call it now.
        version: In which of its versions; a higher one holds against a lower.
        attendee_id: About whom: their LiveKit identity.
        link_id: Which join link is theirs.
        url: The link itself, where the route says so.
        space: Where.
        starts_at, ends_at: When.
        expires_at: Until when links open.
        failed: What was not delivered, where that is the news.
    """

    schema_version: Literal[1] = Field(1, alias="schema")
    event_id: str
    meeting_id: str
    source: str
    booking_id: str
    version: int
    attendee_id: str | None = None
    link_id: str | None = None
    url: str | None = None
    space: str
    starts_at: str
    ends_at: str
    expires_at: str
    failed: Failure | None = None


def event_detail(told: Told, *, url: str | None = None, failed: Failure | None = None) -> dict[str, Any]:
    """The detail that tells news."""
    meeting, attendee = told.meeting, told.attendee
    event = MeetingEvent(
        event_id=told.id if failed is None else told.failure_id(failed.channel),
        meeting_id=meeting.id,
        source=meeting.route.source,
        booking_id=meeting.booking,
        version=meeting.version,
        attendee_id=None if attendee is None else attendee.id,
        link_id=None if attendee is None else attendee.link,
        url=url,
        space=meeting.space,
        starts_at=iso(meeting.starts_at),
        ends_at=iso(meeting.ends_at),
        expires_at=iso(meeting.closes_at),
        failed=failed,
    )
    return event.to_wire()
