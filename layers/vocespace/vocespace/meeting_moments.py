"""What is done about a meeting when the time has come.

A message only says that: the meeting is looked up, and what is out of date is dropped. What is due is struck out after
it was done, so that whatever breaks off is done again; nothing here does harm when it is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from vocespace import observability
from vocespace.announcements import Announcements
from vocespace.clock import Clock
from vocespace.due_times import DueTimes, is_void, moments_of
from vocespace.errors import NoEmptyRoomError
from vocespace.meeting_messages import MeetingDue, News, Purpose
from vocespace.meeting_rooms import MeetingRooms
from vocespace.meeting_store import MeetingStore
from vocespace.meetings import Meeting, Standing

TRIED_AGAIN_AFTER = 60
"""After how many seconds a full pool is asked again."""


class Abandoning(Protocol):
    """What knows who is on the way from one booking to another."""

    def abandon(self, meeting: str) -> None:
        """Takes those who have left a meeting, and have had the time to arrive elsewhere, for cancelled."""
        ...


class MeetingMoments:
    """Does what is due.

    Args:
        meetings: Meetings, looked at.
        rooms: The rooms that they are in.
        due_times: What is due.
        announcements: Tells people and platforms.
        bookings: Gives what knows who is on the way from one booking to another.
        clock: The time.
    """

    def __init__(
        self,
        meetings: MeetingStore,
        rooms: MeetingRooms,
        *,
        due_times: DueTimes,
        announcements: Announcements,
        bookings: Callable[[], Abandoning],
        clock: Clock,
    ) -> None:
        self._meetings = meetings
        self._rooms = rooms
        self._due_times = due_times
        self._announcements = announcements
        self._bookings = bookings
        self._clock = clock

    def follow(self, due: MeetingDue) -> None:
        """Does what is due, if it still is.

        Raises:
            StoreUnavailableError: not all is done; tell it again.
            SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: the call of those inside could not be
                ended; tell it again.
        """
        observability.moment_followed(due.purpose.value, self._outcome(due))

    def _outcome(self, due: MeetingDue) -> str:
        now = self._clock.time()
        if now < due.due_at:
            self._due_times.send(due)
            return "early"
        meeting = self._meetings.meeting(due.meeting)
        if meeting is None or is_void(due, meeting):
            self._due_times.strike_out(due)
            return "void"
        if not self._due_times.is_open(due):
            return "repeated"
        if any(moment.purpose is due.purpose and now >= moment.until for moment in moments_of(meeting)):
            self._due_times.strike_out(due)
            return "late"
        try:
            self._act(due.purpose, meeting)
        except NoEmptyRoomError:
            # No failure: whoever clicks is found a room then, if there is one.
            self._due_times.postpone(due, TRIED_AGAIN_AFTER)
            return "full"
        self._due_times.strike_out(due)
        return "done"

    def _act(self, purpose: Purpose, meeting: Meeting) -> None:
        match purpose:
            case Purpose.REMINDER:
                self._remind(meeting)
            case Purpose.OPENS:
                if self._rooms.make_ready(meeting):
                    self._announcements.tell(meeting, News.ROOM_ALLOCATED)
            case Purpose.CLOSES:
                if self._rooms.close(meeting, self._meetings.people(meeting.id)):
                    self._announcements.tell(meeting, News.ROOM_RELEASED)
            case Purpose.ABANDONED:
                self._bookings().abandon(meeting.id)

    def _remind(self, meeting: Meeting) -> None:
        for each in self._meetings.people(meeting.id):
            if each.standing is Standing.INVITED:
                self._announcements.tell(meeting, News.REMINDER, each)
