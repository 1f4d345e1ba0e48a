"""What becomes of the people of a meeting when something is told about its booking.

Everybody has one link, and keeps it: when they move to another meeting it goes with them, and where it turns out that
somebody was given two, theirs is the one that they have had longer. A link that is not the one of whom it is for opens
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vocespace.booking_events import BookingEvent
from vocespace.invitees import Invitee, identity_for
from vocespace.join_links import new_link_id
from vocespace.meeting_changes import is_personal
from vocespace.meetings import Attendee, Meeting, Standing, calendar_revision
from vocespace.word_on_people import WordOnPeople

NEVER_TOLD = 0
"""The version in which somebody became what they are, where nobody needs to tell them."""


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who comes over from another meeting, or under another key.

    Attributes:
        attendee: As they are there.
        meeting: The meeting that they come from.
        is_invited: Whether they are sure to be invited here; else they are what they were.
        is_left_out: Whether it was said already who all are here, and they were not named.
    """

    attendee: Attendee
    meeting: Meeting
    is_invited: bool
    is_left_out: bool = False


def people_after(
    meeting: str, people: Mapping[str, Attendee], comers: Mapping[str, Comer], told: WordOnPeople, *, abandoned_at: int
) -> dict[str, Attendee]:
    """Everybody of a meeting after an event; in which version they became so is not said yet.

    Args:
        meeting: The meeting's id.
        people: Everybody of it, as they are.
        comers: Who comes over, by their keys here.
        told: The event.
        abandoned_at: Until when whoever leaves for another meeting has time to arrive there.
    """
    after: dict[str, Attendee] = {}
    for key in dict.fromkeys([*people, *comers, *told.invitees.allowed]):
        comer = comers.get(key)
        known = _come_over(key, people.get(key), comer, told)
        invitee = told.invites(key, known)
        is_left_out = comer is not None and comer.is_left_out and invitee is None
        if known is None and invitee is not None:
            after[key] = _new(meeting, key, invitee, told.event)
        elif known is not None and (is_left_out or told.leaves(key, known)):
            after[key] = _gone(known, told, abandoned_at)
        elif known is not None:
            after[key] = known if invitee is None else _invited(known, invitee, told.event)
    return after


def in_version(
    meeting: Meeting, now_is: Attendee, was: Attendee | None, comer: Comer | None, *, is_new: bool
) -> Attendee:
    """Somebody with the version in which they became what they are.

    Args:
        meeting: The meeting as it is now.
        now_is: They as they are now.
        was: They as they were here; None: they were not.
        comer: They as they have come over from another meeting; None: they have not.
        is_new: Whether nobody has been told anything yet in this version of the meeting.
    """
    since = _since(meeting.version, now_is, was, comer, is_new=is_new)
    # In calendars each word has to be of a higher revision than the last, and the meeting's own has not risen for it.
    is_other_word = was is not None and was.standing is not now_is.standing and not is_new
    return now_is.model_copy(
        update={
            "since": since,
            "sequence_base": now_is.sequence_base + int(is_other_word),
            "kept_for": max(now_is.kept_for, meeting.closes_at),
        }
    )


def _since(version: int, now_is: Attendee, was: Attendee | None, comer: Comer | None, *, is_new: bool) -> int:
    # Each thing is told once in a version. So whoever is to be told something again, and has had the one, is told the
    # other: that there is a link, in this version, or that the meeting has moved, in one before.
    is_invited = now_is.standing is Standing.INVITED
    if comer is not None and is_invited:
        has_been_moved = was is not None and was.since < version and not is_new
        return version if has_been_moved else version - 1
    if comer is not None:
        return version if comer.is_left_out and comer.attendee.standing is Standing.INVITED else NEVER_TOLD
    if was is None:
        return version if is_invited else NEVER_TOLD
    if was.standing is now_is.standing or Standing.CANCELLED not in {was.standing, now_is.standing}:
        return was.since
    return version - 1 if is_invited and was.since == version else version


def _come_over(key: str, known: Attendee | None, comer: Comer | None, told: WordOnPeople) -> Attendee | None:
    if comer is None:
        return known
    theirs = comer.attendee
    kept = {"link": theirs.link, "id": theirs.id, "sequence_base": calendar_revision(comer.meeting, theirs) + 1}
    if known is not None:
        return known.model_copy(update=kept)
    if comer.is_invited:
        kept |= {"standing": Standing.INVITED, "occurred_at": told.event.occurred_at, "abandoned_at": None}
    kept |= {"is_organizer": theirs.is_organizer and not comer.is_left_out}
    return theirs.model_copy(update=kept | {"key": key, "kept_for": 0})


def _new(meeting: str, key: str, invitee: Invitee, event: BookingEvent) -> Attendee:
    is_off = is_personal(event) and not invitee.is_organizer
    return Attendee(
        key=key,
        id=identity_for(meeting, key, invitee.person.id),
        username=invitee.person.name,
        email=invitee.person.email,
        time_zone=invitee.person.time_zone,
        locale=invitee.person.locale,
        identity=invitee.identity,
        link=new_link_id(),
        standing=Standing.CANCELLED if is_off else Standing.INVITED,
        is_organizer=invitee.is_organizer,
        occurred_at=event.occurred_at,
    )


def _invited(known: Attendee, invitee: Invitee, event: BookingEvent) -> Attendee:
    person = invitee.person
    return known.model_copy(
        update={
            "username": person.name,
            "email": person.email,
            "time_zone": person.time_zone or known.time_zone,
            "locale": person.locale or known.locale,
            "identity": invitee.identity,
            "standing": Standing.INVITED,
            "is_organizer": invitee.is_organizer,
            "occurred_at": event.occurred_at,
            "abandoned_at": None,
        }
    )


def _gone(known: Attendee, told: WordOnPeople, abandoned_at: int) -> Attendee:
    event = told.event
    if is_personal(event) and event.awaits_successor:
        leaving = {"standing": Standing.LEAVING, "abandoned_at": abandoned_at}
    else:
        leaving = {"standing": Standing.CANCELLED, "abandoned_at": None}
    if known.standing is Standing.CANCELLED or known.standing is leaving["standing"]:
        if not is_personal(event):
            return known
        # What they have said in between, and is told later, is past.
        leaving = {}
    return known.model_copy(update={**leaving, "occurred_at": max(known.occurred_at, event.occurred_at)})
