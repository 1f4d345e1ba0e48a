"""Calendar entries (RFC 5545): what a meeting is in somebody's calendar, one and the same however often it moves.

The entry of the page behind a link and the one in the mail are the same, by its UID. Times are in UTC, which every
calendar shows in its owner's zone. icalendar is imported when the first one is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from vocespace.errors import NotFoundError
from vocespace.invitations import Invitation
from vocespace.one_line import one_line

FILE_NAME = "invite.ics"

_PRODUCT = "-//VoceSpace//Connect//EN"


class Method(StrEnum):
    """What is to be done with an entry (RFC 5546): the word stands in it, and in the type of the mail's part."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is named in an entry."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry.

    Attributes:
        uid: Which entry it is, for as long as there is one.
        sequence: In which revision: calendars pass over any but a higher one.
        starts_at, ends_at: When.
        summary: What it is called.
        url: The join link; None: there is none any more.
        organizer, attendee: Who, where it is addressed to somebody: nobody else's name belongs there.
    """

    uid: str
    sequence: int
    starts_at: int
    ends_at: int
    summary: str
    url: str | None = None
    organizer: Party | None = None
    attendee: Party | None = None


def calendar_entry(invitation: Invitation, url: str, now: float) -> bytes:
    """The entry that the page behind a link gives out.

    Args:
        invitation: What is behind the link.
        url: The link.
        now: The present.

    Raises:
        NotFoundError: nobody has said when it begins.
    """
    if invitation.starts_at is None or invitation.ends_at is None:
        raise NotFoundError("no_beginning")
    entry = Entry(
        uid=invitation.calendar_uid or link_uid(invitation.link.id, url),
        sequence=invitation.revision,
        starts_at=invitation.starts_at,
        ends_at=invitation.ends_at,
        summary=invitation.title or invitation.visit.space,
        url=url,
    )
    return written(entry, Method.PUBLISH, now)


def written(entry: Entry, method: Method, now: float) -> bytes:
    """An entry as calendars read it."""
    import icalendar

    event = icalendar.Event()
    event.add("uid", one_line(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", _utc(now))
    event.add("dtstart", _utc(entry.starts_at))
    event.add("dtend", _utc(entry.ends_at))
    event.add("summary", one_line(entry.summary))
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    if entry.url is not None:
        event.add("location", entry.url)
        event.add("description", entry.url)
        event.add("url", entry.url)
    if entry.organizer is not None:
        event.add("organizer", _address(entry.organizer))
    if entry.attendee is not None:
        # Nobody here reads answers.
        roles = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
        event.add("attendee", _address(entry.attendee, **roles))
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def link_uid(link_id: str, url: str) -> str:
    """The UID of the entry for whoever has a link: the link never changes, and is nobody else's."""
    return f"{link_id}@{urlsplit(url).hostname}"


def _address(party: Party, **parameters: str) -> object:
    import icalendar

    address = icalendar.vCalAddress(f"mailto:{party.email}")
    if party.name is not None:
        address.params["CN"] = icalendar.vText(one_line(party.name))
    for name, value in parameters.items():
        address.params[name] = icalendar.vText(value)
    return address


def _utc(time: float) -> datetime:
    return datetime.fromtimestamp(int(time), UTC)
