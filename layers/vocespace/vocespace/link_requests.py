"""What platforms say about join links, and what they are told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vocespace.contacts import TimeZone
from vocespace.invitations import Invitation, LinkState
from vocespace.join_links import EarlyMinutes, LinkId, Uses
from vocespace.token_result import AuthChoice, MeetingChoice, UnixSeconds, Visit
from vocespace.wire import WireModel


class LinkRequest(Visit, AuthChoice, MeetingChoice):
    """The body of `POST /api/join-links`: who comes, where and as what, and from when to when the link opens."""

    not_before: UnixSeconds | None = Field(
        None, description="When it begins, Unix seconds; omitted: the link opens at once."
    )
    expires_at: UnixSeconds | None = Field(
        None,
        description="When the link closes, Unix seconds, at most 366 days from now; omitted: a day after `notBefore` "
        "or, without that, a week from now.",
    )
    early_join_minutes: EarlyMinutes | None = Field(
        None, description="How many minutes before `notBefore` the link opens; omitted: none."
    )
    max_uses: Uses | None = Field(
        None,
        description="How many different people may come by it; coming back from the same browser is free. The first "
        "has the `id` given here, the second `id_2`, and so on. Omitted: the link is one person's, however often and "
        "from wherever they come.",
    )
    time_zone: TimeZone | None = Field(None, description="The person's time zone, by which the page tells times.")


class LinkQuery(WireModel):
    """One link, as a path names it."""

    id: LinkId


class LinkedPerson(Visit, AuthChoice, MeetingChoice):
    """Whom a link is for."""

    time_zone: TimeZone | None = None


class ShownLink(WireModel):
    """A join link, without what opens it."""

    id: LinkId = Field(description="Its id, which opens nothing.")
    state: LinkState = Field(
        description="`early`: it opens later; `open`; `over`: it has closed; `used_up`: as many people as may came; "
        "`cancelled`: it was revoked, or its meeting called off."
    )
    visit: LinkedPerson = Field(description="Whom it is for, where and as what.")
    created_at: UnixSeconds
    opens_at: UnixSeconds | None = Field(None, description="When it opens; absent: it always was open.")
    not_before: UnixSeconds | None = Field(None, description="When it begins.")
    expires_at: UnixSeconds = Field(description="When it closes.")
    max_uses: Uses | None = Field(None, description="How many different people may come by it; absent: one.")
    uses: Annotated[int, Field(ge=0)] | None = Field(None, description="How many have; counted where there is a limit.")
    revoked_at: UnixSeconds | None = Field(None, description="Since when it is revoked.")

    @classmethod
    def of(cls, invitation: Invitation, now: float) -> ShownLink:
        """A link as it is at a moment."""
        link = invitation.link
        return cls(
            id=link.id,
            state=invitation.state(now),
            visit=LinkedPerson(
                **invitation.visit.model_dump(),
                auth=invitation.auth,
                meeting=invitation.meeting,
                time_zone=invitation.time_zone,
            ),
            created_at=link.created_at,
            # What begins in the first days of 1970 would open before them.
            opens_at=max(invitation.opens_at, 0) or None,
            not_before=invitation.starts_at,
            expires_at=invitation.closes_at,
            max_uses=link.max_uses,
            uses=None if link.max_uses is None else link.uses,
            revoked_at=link.revoked_at,
        )


class MadeLink(ShownLink):
    """A join link that was made."""

    url: str = Field(description="The link itself. Whoever has it can come as whom it is for, as long as it is open.")
