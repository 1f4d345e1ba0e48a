"""What somebody brings along into a LiveKit room besides what was decided about them (LiveKit's token endpoint)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vocespace.room_config import RoomConfig


@dataclass(frozen=True, slots=True)
class ParticipantOptions:
    """Options of a participant token that `POST /api/livekit-token` asks for. Nothing is ever decided by them.

    Attributes:
        attributes: Attributes beside those that say what was decided.
        metadata: A text that everybody in the room can read.
        room_config: How the room is set up, if the token creates it.
    """

    attributes: Mapping[str, str] = field(default_factory=dict)
    metadata: str | None = None
    room_config: RoomConfig = field(default_factory=RoomConfig)

    @property
    def describes_person(self) -> bool:
        """Whether they say of the person what only those may say who may change their own metadata."""
        return bool(self.attributes or self.metadata)

    def claims(self) -> dict[str, Any]:
        """What they add to a participant token, except for the attributes."""
        said = {"metadata": self.metadata, "roomConfig": self.room_config.claim()}
        return {name: value for name, value in said.items() if value}
