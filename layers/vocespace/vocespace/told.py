"""News about a meeting, as things stand when it is told: what was announced a while ago may hold no longer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from vocespace.due_times import moments_of
from vocespace.meeting_messages import Channel, News, Purpose
from vocespace.meetings import Attendee, Meeting, Standing, Status

_HOUR = 3600

OPENING = frozenset({News.LINK_READY, News.REMINDER, News.RESCHEDULED})
"""News of a link that opens, or will."""

_OF_A_MOMENT = {
    News.REMINDER: Purpose.REMINDER,
    News.ROOM_ALLOCATED: Purpose.OPENS,
    News.ROOM_RELEASED: Purpose.CLOSES,
}
"""News that come about when a moment of the meeting has come."""


@dataclass(frozen=True, slots=True)
class Told:
    """News.

    Attributes:
        news: What it is.
        meeting: About which meeting, as it is now.
        attendee: About whom of it; None: about the meeting as a whole.
    """

    news: News
    meeting: Meeting
    attendee: Attendee | None = None

    @property
    def id(self) -> str:
        """The same however often this is told, and by whichever way; another one when the meeting has changed."""
        return self._id()

    def failure_id(self, channel: Channel) -> str:
        """The id of the news that this could not be told by one way."""
        return self._id(News.DELIVERY_FAILED, channel)

    def _id(self, *beside: str) -> str:
        parts = (self.meeting.id, str(self.meeting.version), self.news, self.whom, *beside)
        return f"evt_{hashlib.sha256('#'.join(parts).encode()).hexdigest()[:32]}"

    @property
    def whom(self) -> str:
        """Whom it concerns, and by which change of theirs: they may come and go while the meeting stays as it is."""
        return "-" if self.attendee is None else f"{self.attendee.key}#{self.attendee.sequence_base}"

    @property
    def happened_at(self) -> int:
        """When that came about which is told."""
        purpose = _OF_A_MOMENT.get(self.news)
        moment = next((each.at for each in moments_of(self.meeting) if each.purpose is purpose), 0)
        changed_at = 0 if self.attendee is None else self.attendee.occurred_at
        return max(moment, self.meeting.occurred_at // 1000, changed_at // 1000)

    @property
    def worth_until(self) -> int:
        """Until when it is worth another try: nobody wants to hear of a meeting that is over, but that it is."""
        return self.meeting.closes_at + (_HOUR if self.news is News.ROOM_RELEASED else 0)

    def holds(self, version: int, now: float) -> bool:
        """Whether it is still so.

        A newer version alone does not make it void: a person whose own news is still in the queue gets no other when
        somebody else's coming or going is what changed the meeting. Then it is told as things are by now.

        Args:
            version: In which version of the meeting it was announced.
            now: The present, Unix seconds.
        """
        meeting = self.meeting
        is_on = meeting.status is Status.SCHEDULED
        if self.attendee is not None:
            is_on = is_on and self.attendee.standing is Standing.INVITED
        match self.news:
            case News.LINK_READY | News.RESCHEDULED:
                return is_on and now < meeting.closes_at
            case News.REMINDER:
                # A moment of each version is announced for itself.
                return is_on and version == meeting.version and now < meeting.starts_at
            case News.CANCELLED | News.LINK_REVOKED:
                return not is_on
            case _:
                return True
