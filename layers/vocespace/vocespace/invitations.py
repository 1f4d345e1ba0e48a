"""What a join link opens right now: for whom, where, and from when to when; or why it opens nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vocespace.errors import StoreUnavailableError
from vocespace.identities import Identity
from vocespace.join_links import JoinLink
from vocespace.meetings import MINUTE, Attendee, Meeting, Standing, Status, calendar_revision
from vocespace.token_result import Visit


class LinkState(StrEnum):
    """What a link is good for at a moment."""

    EARLY = "early"
    OPEN = "open"
    CANCELLED = "cancelled"
    OVER = "over"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is behind a link.

    Attributes:
        link: The link.
        visit: Who, where and as what.
        auth: By which auth type; None: the first of the platform's policy that admits the identity.
        meeting: The name under which all people of the meeting share an empty room; None: they are on their own.
        opens_at, starts_at, ends_at, closes_at: When; Unix seconds. People are told of the beginning and the end, the
            door opens a little before and closes a little after.
        moved_from: When it was to start before it moved.
        is_cancelled: Whether it was called off, or the link revoked.
        title: What it is about.
        time_zone: The person's, as far as it is known.
        organizer: Who holds it.
        calendar_uid: Under which UID it is in calendars; None: under the link's own.
        revision: In which revision it is there.
    """

    link: JoinLink
    visit: Visit
    auth: str | None
    meeting: str | None
    opens_at: int
    starts_at: int | None
    ends_at: int | None
    closes_at: int
    moved_from: int | None = None
    is_cancelled: bool = False
    title: str | None = None
    time_zone: str | None = None
    organizer: str | None = None
    calendar_uid: str | None = None
    revision: int = 0

    def state(self, now: float, *, is_known: bool = False) -> LinkState:
        """What the link is good for.

        Args:
            now: The present, Unix seconds.
            is_known: Whether whoever asks has used it before: coming back is no further use.
        """
        if self.is_cancelled:
            return LinkState.CANCELLED
        if now >= self.closes_at:
            return LinkState.OVER
        if not is_known and self.link.max_uses is not None and self.link.uses >= self.link.max_uses:
            return LinkState.USED_UP
        return LinkState.EARLY if now < self.opens_at else LinkState.OPEN


def of_visit(link: JoinLink) -> Invitation:
    """What is behind a link that a platform made for a visit.

    Raises:
        StoreUnavailableError: it is no such link.
    """
    visit, end, starts_at = link.visit, link.expires_at, link.not_before
    if visit is None or end is None:
        raise StoreUnavailableError("item_malformed")
    return Invitation(
        link=link,
        visit=Visit(**{name: getattr(visit, name) for name in Visit.model_fields}),
        auth=visit.auth,
        meeting=visit.meeting,
        opens_at=0 if starts_at is None else starts_at - link.early_join_minutes * MINUTE,
        starts_at=starts_at,
        ends_at=None if starts_at is None else end,
        closes_at=end,
        is_cancelled=link.revoked_at is not None,
        time_zone=visit.time_zone,
    )


def of_meeting(link: JoinLink, meeting: Meeting, attendee: Attendee) -> Invitation:
    """What is behind a link that belongs to a booking."""
    # Whoever was given two links before it turned out who they are keeps one.
    is_off = meeting.status is Status.CANCELLED or attendee.standing is not Standing.INVITED or attendee.link != link.id
    return Invitation(
        link=link,
        visit=Visit(
            id=attendee.id,
            username=attendee.username,
            space=meeting.space,
            room=meeting.room,
            identity=Identity(attendee.identity),
        ),
        auth=meeting.route.auth,
        meeting=meeting.id,
        opens_at=meeting.opens_at,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        closes_at=meeting.closes_at,
        moved_from=meeting.moved_from,
        is_cancelled=is_off or link.revoked_at is not None,
        title=meeting.title,
        time_zone=attendee.time_zone,
        organizer=meeting.organizer,
        calendar_uid=meeting.calendar_uid,
        revision=calendar_revision(meeting, attendee),
    )
