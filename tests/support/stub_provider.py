"""A provider of connection details that only remembers whom it connected."""

from __future__ import annotations

from dataclasses import dataclass, field

from vocespace.admission import Admission
from vocespace.connection_details import ConnectionDetails
from vocespace.errors import VoceSpaceError


@dataclass
class StubProvider:
    """Remembers whom it connected."""

    name: str = "stub"
    fault: VoceSpaceError | None = None
    connected: list[Admission] = field(default_factory=list)

    def connect(self, admission: Admission) -> ConnectionDetails:
        """Connects, or fails."""
        if self.fault is not None:
            raise self.fault
        self.connected.append(admission)
        return ConnectionDetails(
            server_url="wss://a.example", room_name="s", participant_name="n", participant_token="a.b.c"
        )
