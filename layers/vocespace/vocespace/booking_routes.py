"""Routes: what becomes of the bookings of a source, by their event type (`vocespace routes`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vocespace.attributes import Key
from vocespace.booking_events import EventType, SourceName
from vocespace.identities import Identity
from vocespace.names import AuthType, PlaceName
from vocespace.platforms import PlatformId
from vocespace.rooms import EMPTY, RoomType
from vocespace.wire import WireModel

ANY_TYPE = "*"
"""The event type of a route that takes what no other route of its source does."""

NO_TYPE = "none"
"""The event type of a booking that its source gives none."""

ROUTES = "ROUTES"
"""The partition of all routes."""

Minutes = Annotated[int, Field(ge=0, le=7 * 24 * 60)]
EndpointName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class Route(WireModel):
    """What becomes of bookings.

    Attributes:
        source: Of which source.
        event_type: Of which event type, or `*`.
        platform: Whose policy holds for everybody who comes.
        auth: By which auth type they come; None: the first of the policy that admits the identity.
        space: Where they meet.
        room: In which of its rooms.
        may_choose_place: Whether the booking itself may name another space or room.
        organizer_identity: As what the organizer comes.
        attendee_identity: As what everybody else comes; the booking may name a lesser one.
        early_minutes: How long before the beginning the links open.
        grace_minutes: How long after the end they stay open.
        reminder_minutes: How long before the beginning people are reminded; None: not at all.
        end_at_close: Whether the call ends for those inside when the links close.
        tells_events: Whether what happens is put on the stack's event bus.
        tells_urls: Whether those events, and those of the endpoint, carry the links themselves, which open the door.
        endpoint: To which outgoing webhook it is told; None: to none.
        sends_mail: Whether people get mails.
        sends_calendar: Whether these carry a calendar entry: not where the source sends one of its own.
    """

    source: SourceName
    event_type: EventType
    platform: PlatformId
    auth: AuthType | None = None
    space: PlaceName
    room: RoomType = EMPTY
    may_choose_place: bool = False
    organizer_identity: Annotated[Identity, Field(strict=False)] = Identity.OWNER
    attendee_identity: Annotated[Identity, Field(strict=False)] = Identity.PARTICIPANT
    early_minutes: Minutes = 10
    grace_minutes: Minutes = 30
    reminder_minutes: Minutes | None = 60
    end_at_close: bool = False
    tells_events: bool = True
    tells_urls: bool = False
    endpoint: EndpointName | None = None
    sends_mail: bool = False
    sends_calendar: bool = True


def route_key(source: str, event_type: str) -> Key:
    """The primary key of a route's item."""
    return {"pk": ROUTES, "sk": f"{source}#{event_type}"}
