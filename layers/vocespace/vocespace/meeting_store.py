"""Meetings and their people, as the table has them."""

from __future__ import annotations

from vocespace.meetings import ATTENDEE_PREFIX, Attendee, Meeting, attendee_key, meeting_key, meeting_partition
from vocespace.table import Table, record_of


class MeetingStore:
    """Reads meetings.

    Args:
        table: The table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def meeting(self, meeting: str) -> Meeting | None:
        """A meeting; None where there is none.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        (item,) = self._table.read([meeting_key(meeting)])
        return None if item is None else record_of(Meeting, item)

    def people(self, meeting: str) -> list[Attendee]:
        """Everybody of a meeting, whatever has become of their invitation.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        items = self._table.query(meeting_partition(meeting), ATTENDEE_PREFIX)
        return [record_of(Attendee, item) for item in items]

    def invited(self, meeting: str, attendee: str) -> tuple[Meeting, Attendee] | None:
        """A meeting and somebody of it, in one call; None where either is not there.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        first, second = self._table.read([meeting_key(meeting), attendee_key(meeting, attendee)])
        if first is None or second is None:
            return None
        return record_of(Meeting, first), record_of(Attendee, second)
