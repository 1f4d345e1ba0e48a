"""What is handed out: a way in, or a link to one."""

from __future__ import annotations

from dataclasses import dataclass

from vocespace.admission import Admission
from vocespace.connection_details import Connection, ConnectionDetails
from vocespace.identities import permissions_of
from vocespace.wire import WireModel


class SignedLink(WireModel):
    """A redirect URL and the token it carries."""

    redirect_url: str
    token: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Entrance:
    """A person who was connected: who, and how.

    Attributes:
        admission: What was decided.
        details: The connection details.
        web_client_url: Where VoceSpace's web client takes the person in; None where the deployment has none.
    """

    admission: Admission
    details: ConnectionDetails
    web_client_url: str | None

    def connection(self) -> Connection:
        """What a caller is told."""
        person, identity = self.admission.person, self.admission.identity
        return Connection(
            **self.details.model_dump(),
            space=person.space,
            room=person.room,
            identity=identity,
            permissions=permissions_of(identity, made_space=self.admission.made_space),
            expires_at=person.exp,
        )
