"""Who was told what already: a mark for each way, so that a message that comes twice is acted on once.

A mark is made before, and changed after. Whoever dies in between leaves one that says neither; when it is too old for
anybody to be at it still, it is done again: told twice is better than never.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from vocespace.attributes import Key
from vocespace.clock import Clock
from vocespace.meeting_messages import Delivery
from vocespace.meetings import meeting_partition
from vocespace.table import ConditionFailedError, Table, record_of
from vocespace.token_result import UnixSeconds
from vocespace.told import Told
from vocespace.wire import WireModel
from vocespace.writes import Change, Condition

TAKEN_OVER_AFTER = 180
"""After how many seconds nobody is at it any more: longer than the function may take."""

_KEPT_SECONDS = 14 * 86_400
"""Longer than any message stays in a queue."""


class State(StrEnum):
    """How far it is."""

    SENDING = "sending"
    WAITING = "waiting"
    """For the next attempt."""
    SENT = "sent"
    FAILED = "failed"


class Turn(StrEnum):
    """Whose turn it is to tell."""

    OURS = "ours"
    OTHERS = "others"
    """Somebody is at it; whether they get to the end of it, nobody knows yet."""
    NOBODYS = "nobodys"
    """It was told, or is left to a later attempt."""


class Mark(WireModel):
    """How far the telling of something is.

    Attributes:
        state: That.
        attempt: Which attempt it is.
        at: Since when.
    """

    state: Annotated[State, Field(strict=False)]
    attempt: Annotated[int, Field(ge=0)]
    at: UnixSeconds


class SentMarks:
    """Keeps the marks.

    Args:
        table: The table.
        clock: The time.
    """

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def begin(self, told: Told, delivery: Delivery) -> Turn:
        """Says that this is now being told, unless it is not our turn.

        Where the meeting has changed since it was announced, what is told is told for the new version as well: should
        that have been announced, too, it is the same news.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        for key in _keys(told, delivery):
            turn = self._begin(key, told, delivery)
            if turn is not Turn.OURS:
                return turn
        return Turn.OURS

    def end(self, told: Told, delivery: Delivery, state: State) -> None:
        """Says what came of it, or which attempt is the next.

        Raises:
            StoreUnavailableError: nobody will know.
        """
        for key in _keys(told, delivery):
            self._put(key, told, state, delivery.attempt, None)

    def _begin(self, key: Key, told: Told, delivery: Delivery) -> Turn:
        condition = Condition(
            "attribute_not_exists(pk) OR (#state = :waiting AND #attempt <= :attempt)"
            " OR (#state = :sending AND (#attempt < :attempt OR (#attempt = :attempt AND #at < :old)))",
            {"#state": "state", "#attempt": "attempt", "#at": "at"},
            {
                ":waiting": State.WAITING,
                ":sending": State.SENDING,
                ":attempt": delivery.attempt,
                ":old": int(self._clock.time()) - TAKEN_OVER_AFTER,
            },
        )
        try:
            self._put(key, told, State.SENDING, delivery.attempt, condition)
        except ConditionFailedError:
            return self._whose(key, delivery.attempt)
        return Turn.OURS

    def _put(self, key: Key, told: Told, state: State, attempt: int, condition: Condition | None) -> None:
        mark = Mark(state=state, attempt=attempt, at=int(self._clock.time())).to_wire()
        ttl = told.meeting.closes_at + _KEPT_SECONDS
        self._table.update(key, Change.of(mark | {"ttl": ttl}), condition)

    def _whose(self, key: Key, attempt: int) -> Turn:
        (item,) = self._table.read([key])
        if item is None:
            return Turn.OTHERS
        mark = record_of(Mark, item)
        is_at_it = mark.state is State.SENDING and mark.attempt == attempt
        return Turn.OTHERS if is_at_it else Turn.NOBODYS


def _keys(told: Told, delivery: Delivery) -> list[Key]:
    return [
        {
            "pk": meeting_partition(delivery.meeting),
            "sk": f"SENT#{delivery.news}#{version}#{told.whom}#{delivery.channel}",
        }
        for version in sorted({delivery.version, told.meeting.version})
    ]
