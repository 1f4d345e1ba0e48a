"""Who of a booking may come, and as what: by the route, within the platform's policy, and by nobody else's word."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass

from vocespace import observability
from vocespace.booking_events import BookedPerson, BookingEvent
from vocespace.booking_routes import Route
from vocespace.errors import PolicyRefusedError
from vocespace.identities import Identity, identities_under
from vocespace.names import PersonName
from vocespace.platforms import Platform

_KEY_CHARACTERS = 32
_ID_CHARACTERS = 32

_LESSER = {
    Identity.PARTICIPANT: frozenset({Identity.GUEST, Identity.CUSTOMER}),
    Identity.CUSTOMER: frozenset({Identity.GUEST}),
    Identity.GUEST: frozenset[Identity](),
}
_LESSER_THAN_A_HOST = frozenset(_LESSER)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meeting is."""

    space: str
    room: str


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody who may come.

    Attributes:
        person: What the booking says about them.
        identity: As what they come.
        is_organizer: Whether it is their booking.
    """

    person: BookedPerson
    identity: Identity
    is_organizer: bool


@dataclass(frozen=True, slots=True)
class Invitees:
    """Everybody of a booking, by their keys.

    Attributes:
        allowed: Those who may come.
        refused: Those whom the platform's policy does not let come like that.
    """

    allowed: dict[str, Invitee]
    refused: frozenset[str]


def person_key(key: str) -> str:
    """What the table calls somebody whom the source knows by a key."""
    return hashlib.sha256(unicodedata.normalize("NFC", key).encode()).hexdigest()[:_KEY_CHARACTERS]


def identity_for(meeting: str, key: str, wanted: PersonName | None) -> PersonName:
    """The LiveKit identity of somebody: the platform's own id of theirs, or one that is nobody else's."""
    if wanted is not None:
        return wanted
    return f"att_{hashlib.sha256(f'{meeting}#{key}'.encode()).hexdigest()[:_ID_CHARACTERS]}"


def place_of(route: Route, event: BookingEvent) -> Place:
    """Where a booking takes place."""
    if not route.may_choose_place:
        return Place(route.space, route.room)
    return Place(event.space or route.space, event.room or route.room)


def invitees(event: BookingEvent, route: Route, place: Place, platform: Platform | None) -> Invitees:
    """Decides for everybody of a booking; without a platform nobody may come."""
    people = {person_key(each.key): (each, False) for each in event.attendees}
    if event.organizer is not None:
        people[person_key(event.organizer.key)] = event.organizer, True
    allowed = dict[str, Invitee]()
    for key, (person, is_organizer) in people.items():
        identity = _identity(person, route, platform, is_organizer=is_organizer)
        reason = "no_platform" if platform is None else _refusal(identity, route, platform, place)
        if reason is None:
            allowed[key] = Invitee(person, identity, is_organizer)
        else:
            observability.invitation_refused(event.source, reason)
    return Invitees(allowed, frozenset(people.keys() - allowed.keys()))


def _identity(person: BookedPerson, route: Route, platform: Platform | None, *, is_organizer: bool) -> Identity:
    if is_organizer:
        return Identity(route.organizer_identity)
    usual, hint = Identity(route.attendee_identity), person.identity
    if hint is None or platform is None or hint not in _LESSER.get(usual, _LESSER_THAN_A_HOST):
        return usual
    # What the auth type does not know is no lesser identity, but none.
    return Identity(hint) if hint in identities_under(_auth(usual, route, platform)) else usual


def _refusal(identity: Identity, route: Route, platform: Platform, place: Place) -> str | None:
    auth = _auth(identity, route, platform)
    if identity not in identities_under(auth):
        return "identity_under_auth"
    try:
        # How long a token lives is decided when one is made.
        platform.policy.check(auth=auth, identity=identity, space=place.space, room=place.room, lifetime=0)
    except PolicyRefusedError as error:
        return error.reason
    return None


def _auth(identity: Identity, route: Route, platform: Platform) -> str:
    return route.auth or platform.policy.default_auth(identity)
