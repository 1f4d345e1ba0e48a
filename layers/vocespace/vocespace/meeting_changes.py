"""What becomes of a meeting when something is told about its booking. The later word holds, by the source's clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from vocespace.booking_events import BookingEvent, Happened
from vocespace.booking_routes import Route
from vocespace.invitees import place_of
from vocespace.meetings import Attendee, Meeting, Standing, Status, Word

_ID_BYTES = 12

_RANKS = {Happened.BOOKED: 0, Happened.MOVED: 1, Happened.CANCELLED: 2}
"""Of what happened at the same moment, the one that leaves less to be done holds."""

_SAID_BY_ALL = ("starts_at", "ends_at", "space", "room", "status")
"""What makes a new version when it changes: everybody is told, and whatever was due before is void."""


def is_personal(event: BookingEvent) -> bool:
    """Whether somebody has cancelled, and not the whole booking was."""
    return event.happened is Happened.CANCELLED and not event.is_whole and bool(event.attendees)


def is_newer(event: BookingEvent, known: Word | None) -> bool:
    """Whether an event tells of what happened after all that is known."""
    return known is None or _order(_word(event)) > _order(known)


def is_latest(event: BookingEvent, known: Word | None) -> bool:
    """Whether nothing newer is known than an event, which may be told again."""
    return is_newer(event, known) or (known is not None and known.event == event.id)


def begun(event: BookingEvent, route: Route) -> Meeting:
    """A meeting of which nothing was known."""
    place = place_of(route, event)
    return _told(
        Meeting(
            id=f"mtg_{secrets.token_hex(_ID_BYTES)}",
            booking=event.booking,
            route=route,
            space=place.space,
            room=place.room,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            status=Status.SCHEDULED
            if event.happened is not Happened.CANCELLED or is_personal(event)
            else Status.CANCELLED,
            occurred_at=event.occurred_at,
            last_event=event.id,
            last_happened=event.happened,
            # For good: under another one, what is in calendars already could neither be moved nor cancelled.
            calendar_uid=event.calendar_uid,
        ),
        event,
    )


def changed(meeting: Meeting, event: BookingEvent, route: Route) -> Meeting:
    """A meeting after an event that holds against all it knows."""
    if is_personal(event):
        return meeting
    known = {
        "booking": event.booking,
        "occurred_at": event.occurred_at,
        "last_event": event.id,
        "last_happened": event.happened,
        "is_deserted": False,
        "own_word": None,
    }
    if event.happened is Happened.CANCELLED:
        return _versioned(meeting, meeting.model_copy(update={**known, "status": Status.CANCELLED}))
    place = place_of(meeting.route, event)
    moves = event.starts_at != meeting.starts_at
    now_is = meeting.model_copy(
        update={
            **known,
            "status": Status.SCHEDULED,
            "space": place.space,
            "room": place.room,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "moved_from": meeting.starts_at if moves else meeting.moved_from,
        }
    )
    if not _says_the_same(meeting, now_is):
        # What was decided once stays, until there is something to decide anew.
        place = place_of(route, event)
        now_is = now_is.model_copy(update={"route": route, "space": place.space, "room": place.room})
    return _versioned(meeting, _told(now_is, event))


def attended(meeting: Meeting, people: Iterable[Attendee], *, by: str, at: int, was_left: bool) -> Meeting:
    """A meeting by who is left of it: without anybody it is cancelled, and with somebody again it is not any more.

    Args:
        meeting: The meeting.
        people: Everybody of it.
        by: Which event was told.
        at: When that happened, Unix milliseconds.
        was_left: Whether somebody has left: a meeting for which nobody has been invited yet waits for them.
    """
    has_somebody = any(not each.is_organizer and each.standing is not Standing.CANCELLED for each in people)
    if has_somebody and meeting.is_deserted:
        back = {"status": Status.SCHEDULED, "is_deserted": False, "last_event": by}
        return _versioned(meeting, meeting.model_copy(update=back))
    if has_somebody or not was_left or meeting.status is Status.CANCELLED:
        return meeting
    gone = {
        "status": Status.CANCELLED,
        "is_deserted": True,
        "own_word": meeting.word,
        "last_event": by,
        "last_happened": Happened.CANCELLED,
        "occurred_at": max(meeting.occurred_at, at),
    }
    return _versioned(meeting, meeting.model_copy(update=gone))


def merged(meeting: Meeting, into: Meeting, event: BookingEvent) -> Meeting:
    """What is left of a meeting that turned out to be another one."""
    gone = {
        "status": Status.CANCELLED,
        "merged_into": into.id,
        "last_event": event.id,
        "occurred_at": max(meeting.occurred_at, event.occurred_at),
    }
    return meeting.model_copy(update={**gone, "version": meeting.version + 1})


def completed(meeting: Meeting, event: BookingEvent, *, lists: bool, hosts: bool) -> Meeting:
    """A meeting with what an event says that nobody has said since.

    Args:
        meeting: The meeting.
        event: What is told, which may be older than what the meeting goes by.
        lists: Whether those that it names are all there are.
        hosts: Whether it is the organizer's whom it names.
    """
    said = {name: value for name, value in _said(event).items() if getattr(meeting, name) is None}
    if lists:
        said["listed"] = _word(event)
    if hosts and event.organizer is not None:
        said |= {"hosted": _word(event), "organizer": event.organizer.name, "organizer_email": event.organizer.email}
    return meeting.model_copy(update=said)


def inherited(meeting: Meeting, origin: Meeting) -> Meeting:
    """A meeting that goes by the word about its people of another one, where that is the later."""
    words = {
        name: max(
            (word for word in (getattr(each, name) for each in (meeting, origin)) if word), key=_order, default=None
        )
        for name in ("listed", "hosted")
    }
    return meeting.model_copy(update=words)


def _said(event: BookingEvent) -> dict[str, object]:
    said = {"title": event.title, "calendar_sequence": event.calendar_sequence}
    return {name: value for name, value in said.items() if value is not None}


def _word(event: BookingEvent) -> Word:
    return Word(event=event.id, happened=event.happened, occurred_at=event.occurred_at)


def _order(word: Word) -> tuple[int, int]:
    return word.occurred_at, _RANKS[Happened(word.happened)]


def _told(meeting: Meeting, event: BookingEvent) -> Meeting:
    said = _said(event)
    if meeting.calendar_sequence is not None and event.calendar_sequence is not None:
        # Calendars take no revision that is below the one they have.
        said["calendar_sequence"] = max(meeting.calendar_sequence, event.calendar_sequence)
    return meeting.model_copy(update=said)


def _versioned(meeting: Meeting, now_is: Meeting) -> Meeting:
    if _says_the_same(meeting, now_is):
        return now_is
    return now_is.model_copy(update={"version": meeting.version + 1})


def _says_the_same(meeting: Meeting, other: Meeting) -> bool:
    return all(getattr(meeting, name) == getattr(other, name) for name in _SAID_BY_ALL)
