"""A meeting, its route and its people, as news is told of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.support.clock import NOW
from vocespace.booking_routes import Route
from vocespace.identities import Identity
from vocespace.join_links import Invited, JoinLink, LinkReference, link_key, link_reference_key
from vocespace.meetings import Attendee, Meeting, attendee_key, meeting_key
from vocespace.table import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

MEETING = "mtg_" + "1" * 24
GUEST = "a" * 32
HOST = "b" * 32
LINK = "lnk_" + "2" * 24
HOST_LINK = "lnk_" + "3" * 24
EMAIL = "guest-of-the-tests@example.com"
NAME = "Guest of the Tests"
TITLE = "Intro call"


def route(**members: object) -> Route:
    """A route by which everything is told by every way, with members changed."""
    told: dict[str, object] = {"tells_events": True, "endpoint": "crm", "sends_mail": True}
    return Route.model_validate(
        {"source": "cal", "event_type": "*", "platform": "demo", "space": "my-workspace", **told, **members}
    )


def meeting(**members: object) -> Meeting:
    """A meeting in an hour, with members changed."""
    usual: dict[str, object] = {
        "id": MEETING,
        "booking": "uid-1",
        "route": route(),
        "space": "my-workspace",
        "room": "$empty",
        "title": TITLE,
        "organizer": "Ada Host",
        "organizer_email": "ada@example.org",
        "starts_at": NOW + 3600,
        "ends_at": NOW + 5400,
        "occurred_at": NOW * 1000,
        "last_event": "event-1",
    }
    return Meeting.model_validate(usual | members)


def guest(**members: object) -> Attendee:
    """Somebody who is invited, with members changed."""
    usual: dict[str, object] = {
        "key": GUEST,
        "id": "att_guest",
        "username": NAME,
        "email": EMAIL,
        "time_zone": "Europe/Paris",
        "locale": "en",
        "identity": Identity.PARTICIPANT,
        "link": LINK,
        "occurred_at": NOW * 1000,
    }
    return Attendee.model_validate(usual | members)


def keep(table: Table, about: Meeting, *people: Attendee, revoked_at: int | None = None) -> None:
    """Writes a meeting, its people, and their links, which somebody may have revoked."""
    table.write_together(
        table.put(meeting_key(about.id) | about.to_wire()),
        *(table.put(attendee_key(about.id, each.key) | each.to_wire()) for each in people),
        *(write for each in people for write in _link(table, about, each, revoked_at)),
    )


def _link(table: Table, about: Meeting, who: Attendee, revoked_at: int | None) -> Iterator[TransactWriteItemTypeDef]:
    # Who looks a link up by its id is led to it by whatever digest stands there.
    digest = hashlib.sha256(who.link.encode()).hexdigest()
    link = JoinLink(
        id=who.link,
        platform=about.route.platform,
        created_at=NOW,
        invited=Invited(meeting=about.id, attendee=who.key),
        revoked_at=revoked_at,
    )
    yield table.put(link_key(digest) | link.to_wire())
    yield table.put(link_reference_key(who.link) | LinkReference(digest=digest).to_wire())
