"""Connections and everything around them, with a provider that only remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.clock import FakeClock
from tests.unit.forge import claims, tokens_of
from tests.unit.items import Items
from vocespace.admission import Admission
from vocespace.connection_details import ConnectionDetails
from vocespace.connections import Connections, SignedLink
from vocespace.errors import VoceSpaceError
from vocespace.platforms import Platform
from vocespace.settings import Settings
from vocespace.token_result import RedirectRequest

ORIGIN = "https://api.example"


@dataclass
class StubProvider:
    """Remembers whom it connected."""

    name: str = "stub"
    redeems_elsewhere: str | None = None
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


class Door:
    """Connections, and everything around them."""

    def __init__(self, **settings: object) -> None:
        self.clock, self.items, self.provider = FakeClock(), Items(), StubProvider()
        self.tokens = tokens_of(clock=self.clock)
        self.connections = Connections(
            Settings.model_validate({"table_name": "t", "signing_secret_id": "s", "guest_access": True} | settings),
            tokens=self.tokens,
            registry=self.items.registry(self.clock),
            provider=self.provider,
            clock=self.clock,
        )

    def platform(self, name: str = "demo") -> Platform:
        """A registered platform."""
        found = self.items.registry(self.clock).platform(name)
        assert found is not None
        return found

    def link(self, auth: str | None = None, **members: object) -> SignedLink:
        """A link that demo asks for."""
        request = RedirectRequest.from_wire(claims(platform=None, iat=None, exp=None, **members))
        return self.connections.link(request, auth=auth, platform=self.platform(), origin=ORIGIN)

    def told(self) -> Admission:
        """The one admission that led to a connection."""
        (admission,) = self.provider.connected
        return admission
