"""Join links and everything that a click needs, over one table: wired as the container does it, and nothing of HTTP."""

from __future__ import annotations

import pytest

from tests.support.clock import NOW, FakeClock
from tests.support.house import House, MeddledTable
from tests.support.stub_provider import StubProvider
from tests.support.world import ACME, DEMO
from vocespace.audit import Auditor
from vocespace.block_list import BlockList
from vocespace.booking_routes import Route
from vocespace.connections import Connections
from vocespace.guards import Guards
from vocespace.invitations import LinkState
from vocespace.join_links import Invited, JoinCodes, JoinLink, LinkedVisit, new_link_id
from vocespace.joining import Entered, Joining, LinkNotOpenError
from vocespace.link_making import LinkMaking
from vocespace.link_store import FoundLink, LinkStore
from vocespace.meeting_store import MeetingStore
from vocespace.meetings import Attendee, Meeting, attendee_key, meeting_key
from vocespace.platforms import Platform
from vocespace.quotas import Quotas
from vocespace.registry import MEMORY_SECONDS, Registry, platform_items, platform_key
from vocespace.settings import Settings
from vocespace.tokens import Tokens

ORIGIN = "https://join.example"
WEB_CLIENT = "https://vocespace.example"
SPACE = "hall"
MEETING = "mtg_" + "5" * 24
ATTENDEE = "a" * 32
SECRET = "a secret of the tests for join links, long enough"
HOUR = 3600
END = NOW + 7 * HOUR

_OF_VISIT = {each.alias for each in LinkedVisit.model_fields.values()} - {"id"}
ROUTE = Route(source="cal", event_type="*", platform="demo", space=SPACE)


class Lobby:
    """The parts, for two platforms: `demo` may do everything, `acme` little."""

    def __init__(self, table: MeddledTable, clock: FakeClock, tokens: Tokens, **settings: object) -> None:
        self.table, self.clock, self.tokens, self.provider = table, clock, tokens, StubProvider()
        if table.read([platform_key(DEMO.platform)]) == [None]:
            self.put(DEMO, ACME)
        self.registry = Registry(table.read, clock)
        self.house = House(table, clock)
        self.blocks = BlockList(table, self.registry, clock)
        defaults = {"table_name": "t", "signing_secret_id": "s", "vocespace_url": WEB_CLIENT}
        self.connections = Connections(
            Settings.model_validate(defaults | settings),
            tokens=tokens,
            registry=self.registry,
            provider=lambda: self.provider,
            guards=Guards(self.blocks, lambda: self.house.allocation, Quotas(table, clock), Auditor("paper", None)),
            clock=clock,
        )
        self.links = LinkStore(table, MeetingStore(table), lambda: JoinCodes.parse(SECRET), clock)
        self.joining = Joining(self.links, self.registry, self.connections, clock)
        self.making = LinkMaking(self.links, clock)

    def put(self, *platforms: Platform) -> None:
        """Registers platforms, or changes them."""
        items = [item for each in platforms for item in platform_items(each)]
        self.table.write_together(*map(self.table.put, items))

    def link(self, **members: object) -> tuple[JoinLink, str]:
        """A link of demo's for a guest, and its code."""
        link = visit_link(**members)
        return link, self.links.create(link)

    def enter(self, code: str, visitor: str | None = None) -> Entered:
        """Somebody clicks."""
        return self.joining.enter(code, visitor, ORIGIN)

    def closed(self, code: str, visitor: str | None = None) -> LinkState:
        """What a click comes to that lets nobody in; looking says the same."""
        with pytest.raises(LinkNotOpenError) as refused:
            self.enter(code, visitor)
        looked = self.joining.look(code, visitor)
        assert looked == refused.value.looked
        assert refused.value.reason == f"link_{looked.state}"
        return looked.state

    def change_policy(self, **changes: object) -> None:
        """Changes demo's policy, and lets everybody forget the former one."""
        changed = type(DEMO.policy).from_wire(DEMO.policy.to_wire() | changes)
        self.put(DEMO.model_copy(update={"policy": changed}))
        self.clock.advance(MEMORY_SECONDS + 1)

    def found(self, code: str) -> FoundLink:
        """A link as it is now."""
        found = self.links.by_code(code)
        assert found is not None
        return found

    def told(self) -> list[str]:
        """The ids of all who were connected."""
        return [each.person.id for each in self.provider.connected]

    def uses(self, link: JoinLink) -> int:
        """How many people have come by a link."""
        found = self.links.by_id(link.id)
        assert found is not None
        return found.uses

    def book(self, meeting: Meeting, *people: Attendee) -> None:
        """Writes a meeting and its people, or writes them anew."""
        self.table.write_together(
            self.table.put(meeting_key(meeting.id) | meeting.to_wire()),
            *(self.table.put(attendee_key(meeting.id, each.key) | each.to_wire()) for each in people),
        )


def visit_link(**members: object) -> JoinLink:
    """A link for a visit; members of the visit and of the link may be said, None leaves one out."""
    visit: dict[str, object] = {
        "id": "ada",
        "username": "Ada",
        "space": SPACE,
        "identity": "guest",
        "auth": "demo",
    }
    link: dict[str, object] = {
        "id": new_link_id(),
        "platform": "demo",
        "createdAt": NOW,
        "expiresAt": END,
    }
    visit |= {name: value for name, value in members.items() if name in _OF_VISIT}
    link |= {name: value for name, value in members.items() if name not in _OF_VISIT}
    link["visit"] = {name: value for name, value in visit.items() if value is not None}
    return JoinLink.from_wire({name: value for name, value in link.items() if value is not None})


def booked_link(attendee: str = ATTENDEE) -> JoinLink:
    """A link for somebody of the meeting."""
    return JoinLink(
        id=new_link_id(), platform="demo", created_at=NOW, invited=Invited(meeting=MEETING, attendee=attendee)
    )


def meeting(**members: object) -> Meeting:
    """A meeting in an hour, for half an hour."""
    return Meeting.from_wire(
        {
            "id": MEETING,
            "booking": "b",
            "route": ROUTE.to_wire(),
            "space": SPACE,
            "room": "$empty",
            "startsAt": NOW + HOUR,
            "endsAt": NOW + HOUR + HOUR // 2,
            "occurredAt": NOW * 1000,
            "lastEvent": "e",
        }
        | members
    )


def attendee(link: JoinLink, **members: object) -> Attendee:
    """Somebody of it."""
    assert link.invited is not None
    return Attendee.from_wire(
        {
            "key": link.invited.attendee,
            "id": f"att_{link.invited.attendee[:8]}",
            "username": "Grace",
            "identity": "participant",
            "link": link.id,
            "occurredAt": NOW * 1000,
        }
        | members
    )
