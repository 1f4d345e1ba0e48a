"""Connection details: what a LiveKit client needs to join, and who can give them."""

from __future__ import annotations

from typing import Protocol, Self

from pydantic import ConfigDict

from vocespace.admission import Admission
from vocespace.identities import Identity
from vocespace.wire import WireModel


class ConnectionDetails(WireModel):
    """The server, the room, the name, and the LiveKit token that opens it (VoceSpace's ConnectionDetails)."""

    server_url: str
    room_name: str
    participant_name: str
    participant_token: str


class TokenResponse(WireModel):
    """Connection details as LiveKit's client SDKs read them: in snake case, since one of them reads no other."""

    model_config = ConfigDict(alias_generator=None)

    server_url: str
    room_name: str
    participant_name: str
    participant_token: str

    @classmethod
    def of(cls, details: ConnectionDetails) -> Self:
        """The same details."""
        return cls(**details.model_dump())


class Connection(ConnectionDetails):
    """Connection details, and what was decided about the person."""

    space: str
    room: str | None = None
    identity: Identity
    permissions: dict[str, bool]
    expires_at: int


class SignedConnection(Connection):
    """A connection together with the VoceSpace token for it and the link that carries the token."""

    token: str
    redirect_url: str


class Provider(Protocol):
    """Where connection details come from: our own LiveKit key, or a VoceSpace server."""

    name: str

    def connect(self, admission: Admission) -> ConnectionDetails:
        """Gets connection details for a person who was admitted."""
        ...
