"""What an event says about people, as far as it counts: who is invited, who comes no more, and whose the meeting is.

A list of people holds against every earlier one, and so does a word about whose meeting it is, whenever each is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from vocespace.booking_events import BookingEvent, Happened
from vocespace.invitees import Invitee, Invitees, person_key
from vocespace.meeting_changes import is_latest, is_personal
from vocespace.meetings import Attendee, Meeting, Standing


@dataclass(frozen=True, slots=True)
class WordOnPeople:
    """An event, as it concerns people.

    Attributes:
        event: It.
        invitees: Whom of its people the route and the policy let come.
        is_about: Whether those whom it names are; what a newer list has replaced are not.
        lists: Whether they are all there are.
        hosts: Whether it is the organizer's whom it names.
        supersedes: Whether it holds for everybody against what was told later under a former name.
    """

    event: BookingEvent
    invitees: Invitees
    is_about: bool
    lists: bool
    hosts: bool
    supersedes: bool

    @classmethod
    def of(
        cls,
        event: BookingEvent,
        meeting: Meeting,
        allowed: Invitees,
        *,
        holds: bool,
        is_out_of_date: bool,
        supersedes: bool,
    ) -> Self:
        """What an event says about people.

        Args:
            event: It.
            meeting: The meeting, after it.
            allowed: Whom of its people the route and the policy let come.
            holds: Whether it is what the meeting itself goes by.
            is_out_of_date: Whether the source calls the meeting something else by now.
            supersedes: Whether it holds for everybody against what was told later under a former name.
        """
        # A booking may move without a word about its people: those that were named before are told of late then.
        is_of_then = not is_out_of_date or event.occurred_at < meeting.occurred_at
        is_cancelled = event.happened is Happened.CANCELLED
        lists = event.is_whole and not is_cancelled and (holds or (is_of_then and is_latest(event, meeting.listed)))
        hosts = holds or (is_of_then and is_latest(event, meeting.hosted))
        return cls(
            event,
            allowed,
            is_about=lists or (holds if event.is_whole else not is_out_of_date),
            lists=lists,
            # By a cancellation nobody takes a meeting over.
            hosts=hosts and not (is_cancelled and meeting.hosted and meeting.hosted.event != event.id),
            supersedes=supersedes,
        )

    def invites(self, key: str, known: Attendee | None) -> Invitee | None:
        """What is said about somebody, where it is that they are invited, and news."""
        invitee = self.invitees.allowed.get(key)
        if invitee is None or not (self.hosts if invitee.is_organizer else self.is_about):
            return None
        is_cancelled = self.event.happened is Happened.CANCELLED
        if known is None:
            return invitee
        if is_cancelled:
            # It is the meeting that is cancelled, and everybody with it.
            return None
        is_replaced = self.hosts and self.event.organizer is not None
        if known.is_organizer and known.standing is Standing.INVITED and not (invitee.is_organizer or is_replaced):
            # The organizer is as before, whoever takes part.
            return None
        # Whoever held it may take part now, whenever it was told that somebody else holds it.
        is_as_new = self.event.is_whole and (self.event.occurred_at >= known.occurred_at or known.is_organizer)
        return invitee if self.supersedes or is_as_new or self._is_newer(known, rank=0) else None

    def leaves(self, key: str, known: Attendee) -> bool:
        """Whether somebody is said to come no more."""
        named = {person_key(each.key) for each in self.event.attendees}
        if is_personal(self.event):
            return self.is_about and key in named and self._is_newer(known, rank=1)
        if self.event.happened is Happened.CANCELLED:
            return False
        organizer = self.event.organizer if self.hosts else None
        if organizer is not None:
            named.add(person_key(organizer.key))
        if key in self.invitees.refused and (self.is_about or self.hosts):
            return self.supersedes or self._is_newer(known, rank=1)
        # Whoever holds it no longer has no host's rights any more, and is at best invited like others.
        return key not in named and (organizer is not None if known.is_organizer else self.lists)

    def _is_newer(self, known: Attendee, *, rank: int) -> bool:
        return (self.event.occurred_at, rank) > (known.occurred_at, int(known.standing is not Standing.INVITED))
