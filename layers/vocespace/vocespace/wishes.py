"""What is asked of the leases: who wants an empty room, and for whom it is to be kept until when."""

from __future__ import annotations

from dataclasses import dataclass

from vocespace.space_records import person_holder


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants an empty room.

    Attributes:
        space: Of which space.
        person: Who asks; None: nobody yet, it is made ready for a meeting.
        holder: Who will hold it: that person, or a meeting.
        expected_at: When somebody is to come, where that is later than now.
        held_until: Until when it is to be held in any case, once somebody has come; None: as long as it is used.
        is_desk: Whether an agent will wait there for customers.
    """

    space: str
    person: str | None
    holder: str
    expected_at: int | None = None
    held_until: int | None = None
    is_desk: bool = False

    @property
    def is_alone(self) -> bool:
        """Whether the room is to be kept for this person alone: others of a meeting may still come when one has."""
        return self.person is not None and self.holder == person_holder(self.person)
