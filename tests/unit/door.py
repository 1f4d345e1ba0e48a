"""Connections and everything around them, with a provider that only remembers."""

from __future__ import annotations

from dataclasses import replace

from tests.support.clock import FakeClock
from tests.support.stub_provider import StubProvider
from tests.unit.forge import claims, tokens_of
from tests.unit.items import Items
from vocespace.admission import Admission
from vocespace.allocation import Allocation
from vocespace.audit import Auditor
from vocespace.block_list import BlockList
from vocespace.callers import Caller
from vocespace.connections import Connections
from vocespace.entrance import SignedLink
from vocespace.errors import NoAgentAvailableError
from vocespace.guards import Guards
from vocespace.identities import Identity
from vocespace.platforms import Platform
from vocespace.quotas import Quotas
from vocespace.rooms import EMPTY
from vocespace.settings import Settings
from vocespace.table import Table
from vocespace.token_result import RedirectRequest

ORIGIN = "https://api.example"


def room_of(person: str) -> str:
    """The empty room that the rooms of a door have for somebody."""
    return f"room-of-{person}"


class PaperRooms(Allocation):
    """An empty room for everybody but customers, without a table."""

    def __init__(self) -> None:
        self.settled: list[Admission] = []

    def settle(self, admission: Admission) -> Admission:
        """Finds a room."""
        self.settled.append(admission)
        person = admission.person
        if person.room != EMPTY:
            return replace(admission, wanted_room=person.room)
        if admission.identity is Identity.CUSTOMER:
            raise NoAgentAvailableError("no_agent_waiting")
        found = person.model_copy(update={"room": room_of(person.id)})
        return replace(admission, person=found, wanted_room=person.room)


class Door:
    """Connections, and everything around them."""

    def __init__(self, **settings: object) -> None:
        self.clock, self.items, self.provider = FakeClock(), Items(), StubProvider()
        self.tokens = tokens_of(clock=self.clock)
        self.registry = self.items.registry(self.clock)
        table = Table("none of these platforms has a quota or a block")
        self.rooms = PaperRooms()
        guards = Guards(
            blocks=BlockList(table, self.registry, self.clock),
            rooms=lambda: self.rooms,
            quotas=Quotas(table, self.clock),
            auditor=Auditor("stub", None),
        )
        self.connections = Connections(
            Settings.model_validate({"table_name": "t", "signing_secret_id": "s", "guest_access": True} | settings),
            tokens=self.tokens,
            registry=self.registry,
            provider=lambda: self.provider,
            guards=guards,
            clock=self.clock,
        )

    def platform(self, name: str = "demo") -> Platform:
        """A registered platform."""
        found = self.items.registry(self.clock).platform(name)
        assert found is not None
        return found

    def caller(self, name: str = "demo") -> Caller:
        """A registered platform that calls."""
        return Caller(self.platform(name))

    def link(self, auth: str | None = None, **members: object) -> SignedLink:
        """A link that demo asks for."""
        request = RedirectRequest.from_wire(claims(platform=None, iat=None, exp=None, **members))
        return self.connections.link(request, auth=auth, caller=self.caller(), origin=ORIGIN)

    def told(self) -> Admission:
        """The one admission that led to a connection."""
        (admission,) = self.provider.connected
        return admission
