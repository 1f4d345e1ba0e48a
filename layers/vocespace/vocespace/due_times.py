"""When something is to be done about a meeting.

What is due is written down with the meeting, in the same transaction, and struck out when it is done. Schedules and
messages only remind of it: of one that is lost the sweep reminds again, and one too many finds nothing to do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vocespace import aws
from vocespace.attributes import Key
from vocespace.clock import Clock
from vocespace.meeting_messages import MeetingDue, Purpose
from vocespace.meetings import MINUTE, Meeting, Status
from vocespace.schedules import Schedules
from vocespace.settings import Settings
from vocespace.table import ConditionFailedError, Table, record_of
from vocespace.writes import EXISTS

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

HOUR = 3600
DAY = 24 * HOUR

NEAR = 90
"""For what is due in less than so many seconds there is no schedule: Scheduler is exact to the minute only."""

ABANDONED_AFTER = 10 * MINUTE
"""How long somebody may be on the way from one booking to another."""

OVERDUE_AFTER = 2 * MINUTE
"""By how much something has to be late for its schedule, or its message, to be taken for lost."""

SWEPT_SECONDS = 2 * HOUR
"""How far back the sweep looks."""

_KEPT_SECONDS = 7 * DAY
_SCHEDULED = (Purpose.REMINDER, Purpose.OPENS, Purpose.CLOSES)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a meeting.

    Attributes:
        purpose: What is to be done.
        at: When, Unix seconds.
        until: Until when it can still be done; Unix seconds.
    """

    purpose: Purpose
    at: int
    until: int

    def due(self, meeting: Meeting) -> MeetingDue:
        """The message about it."""
        return MeetingDue(meeting=meeting.id, purpose=self.purpose, version=meeting.version, due_at=max(self.at, 1))


class DueTimes:
    """Writes down, tells and strikes out what is due.

    Args:
        table: The table.
        settings: Where schedules and messages go.
        clock: The time.
    """

    def __init__(self, table: Table, settings: Settings, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._queue_url = settings.meeting_events_queue_url
        self._schedules = Schedules(settings, clock)

    def entries(self, former: Meeting | None, now_is: Meeting) -> list[TransactWriteItemTypeDef]:
        """The writes that belong to a change of a meeting: what was due is void, and what is due now is written down.

        Args:
            former: The meeting as it was; None where it is new.
            now_is: As it is now.
        """
        due = [due for due, _ in self._ahead(now_is)]
        keys = [due_key(each) for each in due]
        were = [] if former is None else [due_key(moment.due(former)) for moment in moments_of(former)]
        return [self._table.remove(key) for key in were if key not in keys] + [*map(self.entry, due)]

    def entry(self, due: MeetingDue) -> TransactWriteItemTypeDef:
        """The write that writes down one thing that is due."""
        return self._table.put(due_key(due) | due.to_wire() | {"ttl": due.due_at + _KEPT_SECONDS})

    def arrange(self, meeting: Meeting) -> None:
        """Sees to it that the queue is told in time. It can be done any number of times, after `entries` was written.

        Raises:
            StoreUnavailableError: not all is arranged.
        """
        now = self._clock.time()
        ahead = {due.purpose: (due, until) for due, until in self._ahead(meeting)}
        for purpose in _SCHEDULED:
            due, until = ahead.get(purpose, (None, 0))
            if due is not None and due.due_at > now + NEAR:
                self._schedules.put(due, until)
                continue
            if due is not None:
                self.send(due)
            self._schedules.remove(meeting.id, purpose)

    def abandonment(self, meeting: Meeting) -> MeetingDue:
        """What is due when somebody has left a meeting for another: `entry` writes it down, `send` tells it."""
        due_at = int(self._clock.time()) + ABANDONED_AFTER
        return MeetingDue(meeting=meeting.id, purpose=Purpose.ABANDONED, version=meeting.version, due_at=due_at)

    def send(self, due: MeetingDue) -> None:
        """Puts a message into the queue that is there in time, or as late before that as SQS can hold it back.

        Raises:
            StoreUnavailableError: it is not in the queue.
        """
        remaining = math.ceil(due.due_at - self._clock.time())
        aws.send_later(self._queue_url, due.to_wire(), delay=max(0, min(remaining, aws.MAX_DELAY)))

    def is_open(self, due: MeetingDue) -> bool:
        """Whether something that was due has still to be done.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        return self._table.read([due_key(due)]) != [None]

    def strike_out(self, due: MeetingDue) -> None:
        """It is done, or never has to be.

        Raises:
            StoreUnavailableError: it is still written down.
        """
        self._table.write_together(self._table.remove(due_key(due)))

    def postpone(self, due: MeetingDue, seconds: int) -> None:
        """Has it done later.

        Raises:
            StoreUnavailableError: it may not be told again.
        """
        later = due.model_copy(update={"due_at": int(self._clock.time()) + seconds})
        try:
            self._table.write_together(self._table.remove(due_key(due), EXISTS), self.entry(later))
        except ConditionFailedError:
            # It came twice, and was done or postponed the other time.
            return
        self.send(later)

    def overdue(self) -> Iterator[MeetingDue]:
        """What should have been done a while ago, within the last two hours.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        now = int(self._clock.time())
        for hour in range((now - SWEPT_SECONDS) // HOUR, now // HOUR + 1):
            for item in self._table.query(_partition(hour * HOUR)):
                due = record_of(MeetingDue, item)
                if due.due_at > now - OVERDUE_AFTER:
                    break
                yield due

    def _ahead(self, meeting: Meeting) -> list[tuple[MeetingDue, int]]:
        now = self._clock.time()
        if meeting.status is Status.CANCELLED and now < meeting.opens_at:
            # No room has been found, and nobody has come.
            return []
        return [(each.due(meeting), each.until) for each in moments_of(meeting) if _is_ahead(each, now)]


def _is_ahead(moment: Moment, now: float) -> bool:
    # Whoever is told of a meeting after they would have been reminded of it need not be reminded.
    return now <= moment.at if moment.purpose is Purpose.REMINDER else now < moment.until


def moments_of(meeting: Meeting) -> list[Moment]:
    """The moments of a meeting, past ones among them."""
    opens_at, closes_at, reminder = meeting.opens_at, meeting.closes_at, meeting.route.reminder_minutes
    if meeting.status is Status.CANCELLED:
        # Its room may be ready, and people in it.
        since = min(max(meeting.occurred_at // 1000, opens_at), closes_at)
        return [Moment(Purpose.CLOSES, since, closes_at + DAY)]
    moments = [Moment(Purpose.OPENS, opens_at, closes_at), Moment(Purpose.CLOSES, closes_at, closes_at + DAY)]
    if reminder:
        moments.append(Moment(Purpose.REMINDER, meeting.starts_at - reminder * MINUTE, meeting.starts_at))
    return moments


def is_void(due: MeetingDue, meeting: Meeting) -> bool:
    """Whether something that was due for a former version of a meeting never has to be done any more."""
    # Whoever is on the way stays so, whatever becomes of the meeting meanwhile.
    return due.version != meeting.version and due.purpose is not Purpose.ABANDONED


def due_key(due: MeetingDue) -> Key:
    """The primary key of what is due, by its hour; within the hour, what is due first comes first."""
    sk = f"{due.due_at:013d}#{due.meeting}#{due.version}#{due.purpose.value}"
    return {"pk": _partition(due.due_at), "sk": sk}


def _partition(at: int) -> str:
    return f"DUE#{datetime.fromtimestamp(at, UTC):%Y%m%d%H}"
