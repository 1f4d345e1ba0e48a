"""The safety net under schedules and messages: what is overdue is told again."""

from __future__ import annotations

from dataclasses import dataclass

from vocespace.due_times import DueTimes, is_void
from vocespace.meeting_store import MeetingStore


@dataclass(frozen=True, slots=True)
class Swept:
    """What was found.

    Attributes:
        lost: How much was overdue, and told again.
        void: How much never has to be done, and was struck out.
    """

    lost: int
    void: int


class MeetingSweep:
    """Looks over what is due.

    Args:
        meetings: Meetings, looked at.
        due_times: What is due.
    """

    def __init__(self, meetings: MeetingStore, due_times: DueTimes) -> None:
        self._meetings = meetings
        self._due_times = due_times

    def run(self) -> Swept:
        """Looks once.

        Raises:
            StoreUnavailableError: not all was looked at.
        """
        lost = void = 0
        for due in self._due_times.overdue():
            meeting = self._meetings.meeting(due.meeting)
            if meeting is None or is_void(due, meeting):
                self._due_times.strike_out(due)
                void += 1
            else:
                self._due_times.send(due)
                lost += 1
        return Swept(lost, void)
