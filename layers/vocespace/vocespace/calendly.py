"""Calendly's webhooks, version 2: each is about one invitee, also where several come to the same event.

Who moves is cancelled in one event and invited to another, in two webhooks whose order is not promised; each names the
invitee of the other.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from vocespace.booking_events import BookedPerson, BookingEvent, Happened, Uid
from vocespace.booking_routes import NO_TYPE
from vocespace.provider_messages import (
    NAMELESS,
    NAMELESS_HOST,
    Listed,
    LooseEmail,
    LooseName,
    LooseTimeZone,
    LooseTitle,
    LooseUid,
    ProviderMessage,
    booking_event,
    digest_of,
    each_once,
    hook_object,
    type_of,
)
from vocespace.request_body import read_request
from vocespace.rfc3339 import Timestamp, unix_milliseconds

_CREATED = "invitee.created"
_CANCELED = "invitee.canceled"


class _Message(ProviderMessage):
    model_config = ConfigDict(alias_generator=None)


class _Host(_Message):
    user: LooseUid = None
    user_email: LooseEmail = None
    user_name: LooseName = None

    def booked(self) -> BookedPerson | None:
        key = self.user or self.user_email
        if key is None:
            return None
        return BookedPerson(key=key, name=self.user_name or NAMELESS_HOST, email=self.user_email)


class _Guest(_Message):
    email: LooseEmail = None


class _Event(_Message):
    uri: Uid
    name: LooseTitle = None
    status: LooseUid = None
    start_time: Timestamp
    end_time: Timestamp
    event_type: LooseUid = None
    event_memberships: Annotated[tuple[_Host, ...], Listed, Field(strict=False)] = ()
    event_guests: Annotated[tuple[_Guest, ...], Listed, Field(strict=False)] = ()

    def guests(self, *others: BookedPerson | None) -> list[BookedPerson]:
        known = {None, *(other.email for other in others if other is not None)}
        emails = [guest.email for guest in self.event_guests if guest.email not in known]
        return [BookedPerson(key=email.lower(), name=NAMELESS, email=email) for email in emails if email is not None]


class _Invitee(_Message):
    uri: Uid
    email: LooseEmail = None
    name: LooseName = None
    timezone: LooseTimeZone = None
    scheduled_event: _Event
    rescheduled: bool | None = None
    old_invitee: Uid | None = None

    def booked(self) -> BookedPerson:
        return BookedPerson(
            key=self.uri,
            former_key=self.old_invitee,
            name=self.name or NAMELESS,
            email=self.email,
            time_zone=self.timezone,
        )


class _Hook(_Message):
    created_at: Timestamp
    payload: _Invitee


def read_calendly(source: str, body: bytes) -> BookingEvent | None:
    """Reads a webhook that has been verified.

    Args:
        source: Which source's it is.
        body: Its bytes.

    Returns:
        What happened; None where it is nothing that meetings follow.

    Raises:
        InvalidParametersError: it is unusable: not as Calendly sends it.
    """
    members = hook_object(body)
    kind = type_of(members, "event")
    if kind not in {_CREATED, _CANCELED}:
        return None
    hook = read_request(_Hook, members)
    invitee, event = hook.payload, hook.payload.scheduled_event
    person = invitee.booked()
    is_cancelled = kind == _CANCELED
    organizer = next((host for each in event.event_memberships if (host := each.booked()) is not None), None)
    # Guests are the event's: where one invitee of several leaves, they stay.
    guests = [] if is_cancelled and event.status != "canceled" else event.guests(organizer, person)
    return booking_event(
        source=source,
        id=digest_of(kind, invitee.uri, hook.created_at),
        happened=_happened(is_cancelled=is_cancelled, moves=invitee.old_invitee is not None),
        occurredAt=unix_milliseconds(hook.created_at),
        booking=event.uri,
        eventType=event.event_type or NO_TYPE,
        startsAt=unix_milliseconds(event.start_time) // 1000,
        endsAt=unix_milliseconds(event.end_time) // 1000,
        title=event.name,
        organizer=organizer,
        attendees=each_once(organizer, [person, *guests]),
        isWhole=False,
        awaitsSuccessor=is_cancelled and invitee.rescheduled is True,
    )


def _happened(*, is_cancelled: bool, moves: bool) -> Happened:
    if is_cancelled:
        return Happened.CANCELLED
    return Happened.MOVED if moves else Happened.BOOKED
