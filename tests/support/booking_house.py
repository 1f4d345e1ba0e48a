"""Bookings, followed over one table, and nothing of queues: who is told what, and what is due, is written down.

Announcements that are told again in the same version of a meeting reach nobody, as deliveries see to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import boto3

from tests.support.clock import NOW, FakeClock
from tests.support.paper_table import PaperTable
from tests.support.world import DEMO
from vocespace.announcements import Announcements
from vocespace.attributes import from_attributes
from vocespace.booking_events import BookedPerson, BookingEvent
from vocespace.booking_routes import Route, route_key
from vocespace.bookings import Bookings
from vocespace.due_times import DueTimes
from vocespace.invitations import Invitation, LinkState
from vocespace.join_links import JoinCodes, JoinLink
from vocespace.link_store import LinkStore
from vocespace.meeting_messages import MeetingDue, News
from vocespace.meeting_store import MeetingStore
from vocespace.meetings import Attendee, Meeting
from vocespace.platforms import Platform
from vocespace.registry import Registry, platform_items
from vocespace.settings import Settings
from vocespace.table import Table, record_of

TOMORROW = NOW + 86_400
ROUTE = Route(source="cal", event_type="30min", platform="demo", space="my-workspace")
CODES = JoinCodes.parse("the-secret-for-join-links-of-the-tests-0123456789")
SETTINGS = Settings(table_name="unused", signing_secret_id="unused")
ADA = BookedPerson(key="ada@example.com", name="Ada Host", email="ada@example.com")
BEN = BookedPerson(key="ben@example.com", name="Ben Guest", email="ben@example.com")
CAT = BookedPerson(key="cat@example.com", name="Cat Guest", email="cat@example.com")


class PaperDueTimes(DueTimes):
    """What is due is written down with the meeting, and reminded of by nobody."""

    def __init__(self, table: Table, clock: FakeClock) -> None:
        super().__init__(table, SETTINGS, clock)
        self.arranged: list[tuple[str, int]] = []
        self.sent: list[MeetingDue] = []

    def arrange(self, meeting: Meeting) -> None:
        """Notes that schedules are set."""
        self.arranged.append((meeting.id, meeting.version))

    def send(self, due: MeetingDue) -> None:
        """Notes what a queue would be told."""
        self.sent.append(due)


class PaperAnnouncements(Announcements):
    """Notes who is told what: each thing once in a version.

    Attributes:
        told: In which meeting and version, who, and what.
        before_call: Called before anything is told; what it raises is raised instead.
    """

    def __init__(self) -> None:
        super().__init__("nowhere")
        self.told: dict[tuple[str, int, str | None, News], None] = {}
        self.before_call: Callable[[str], None] = lambda _: None
        self._heard = 0

    def tell(self, meeting: Meeting, news: News, attendee: Attendee | None = None) -> None:
        """Notes it."""
        self.before_call("tell")
        self.told.setdefault((meeting.id, meeting.version, None if attendee is None else attendee.username, news))

    def news(self) -> list[tuple[str | None, News]]:
        """What was told since this was asked last, and to whom; revoked links aside, which everybody cancelled has."""
        told = [(who, news) for _, _, who, news in self.told][self._heard :]
        self._heard = len(self.told)
        return sorted((each for each in told if each[1] is not News.LINK_REVOKED), key=str)


class BookingHouse:
    """The parts, wired together as the container does it, over a table and a clock of the test's."""

    def __init__(self, table: Table, clock: FakeClock, *platforms: Platform) -> None:
        self.table, self.clock = table, clock
        self.meetings = MeetingStore(table)
        self.links = LinkStore(table, self.meetings, lambda: CODES, clock)
        self.due_times = PaperDueTimes(table, clock)
        self.announcements = PaperAnnouncements()
        self.bookings = self.worker(table)
        for platform in platforms or (DEMO,):
            table.write_together(*(table.put(item) for item in platform_items(platform)))

    def worker(self, table: Table) -> Bookings:
        """A worker of its own, which sees the table by itself."""
        meetings = MeetingStore(table)
        return Bookings(
            table,
            meetings,
            LinkStore(table, meetings, lambda: CODES, self.clock),
            registry=Registry(table.read, self.clock),
            due_times=self.due_times,
            announcements=self.announcements,
            clock=self.clock,
        )

    def put_route(self, route: Route = ROUTE, **changes: object) -> None:
        """Sets a route."""
        route = Route.model_validate(route.model_dump() | changes)
        key = route_key(route.source, route.event_type)
        self.table.write_together(self.table.put(key | route.to_wire()))

    def follow(self, *events: BookingEvent) -> None:
        """Follows events, one after the other."""
        for event in events:
            self.bookings.follow(event)

    def all_links(self) -> list[JoinLink]:
        """Every link there is."""
        return [record_of(JoinLink, each) for each in self.items("JOIN#")]

    def meetings_there_are(self) -> list[Meeting]:
        """Every meeting there is."""
        return [record_of(Meeting, each) for each in self.items("MEETING#") if each["sk"] == "MEETING"]

    def meeting(self) -> Meeting:
        """The only meeting that is not cancelled, or else the only one."""
        found = self.meetings_there_are()
        (meeting,) = [each for each in found if each.status == "scheduled"] or found
        return meeting

    def people(self) -> dict[str, Attendee]:
        """Everybody of that one, by name."""
        return {each.username: each for each in self.meetings.people(self.meeting().id)}

    def doors(self) -> dict[str, list[str]]:
        """In which states everybody's links are."""
        return {
            who: sorted(invitation.state(self.clock.time()).value for invitation in each)
            for who, each in self._behind()
        }

    def working(self) -> dict[str, list[int]]:
        """When the meetings start to which somebody's links lead that are not dead."""
        now = self.clock.time()
        return {
            who: sorted(
                each.starts_at for each in found if each.starts_at and each.state(now) is not LinkState.CANCELLED
            )
            for who, found in self._behind()
        }

    def _behind(self) -> list[tuple[str, list[Invitation]]]:
        found: dict[str, list[Invitation]] = {}
        for link in self.all_links():
            # A second link of somebody who has moved on leads nowhere any more.
            if (invitation := self.links.invitation(link)) is not None:
                found.setdefault(invitation.visit.username, []).append(invitation)
        return [*found.items()]

    def items(self, prefix: str = "") -> list[dict[str, Any]]:
        """Everything in the table whose partition starts with this."""
        if isinstance(self.table, PaperTable):
            found = sorted(self.table.partitions.items())
            return [each for pk, items in found if pk.startswith(prefix) for _, each in sorted(items.items())]
        pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=self.table._name)  # noqa: SLF001
        items = [from_attributes(each) for page in pages for each in page["Items"]]
        return sorted(
            (each for each in items if each["pk"].startswith(prefix)), key=lambda each: (each["pk"], each["sk"])
        )


def booked(**members: object) -> BookingEvent:
    """A booking by Cal.com, of Ada's and Ben's, tomorrow for half an hour."""
    event = {
        "source": "cal",
        "id": "1",
        "happened": "booked",
        "occurred_at": NOW * 1000,
        "booking": "B1",
        "event_type": "30min",
        "starts_at": TOMORROW,
        "ends_at": TOMORROW + 1800,
        "title": "Intro",
        "organizer": ADA,
        "attendees": (BEN,),
    } | members
    event.setdefault("ends_at", TOMORROW + 1800)
    if "starts_at" in members and "ends_at" not in members:
        event["ends_at"] = cast("int", members["starts_at"]) + 1800
    return BookingEvent(**cast("dict[str, Any]", event))


def moved(**members: object) -> BookingEvent:
    """It moves by a day, and gets another name."""
    return booked(
        **{
            "id": "2",
            "happened": "moved",
            "occurred_at": NOW * 1000 + 1000,
            "booking": "B2",
            "former_booking": "B1",
            "starts_at": TOMORROW + 86_400,
        }
        | members
    )


def cancelled(**members: object) -> BookingEvent:
    """It is cancelled."""
    return booked(**{"id": "3", "happened": "cancelled", "occurred_at": NOW * 1000 + 2000} | members)


def invitee(person: str, event: str, **members: object) -> BookingEvent:
    """An invitee comes to an event of Calendly's, whose names are these."""
    who = BookedPerson(
        key=f"https://api.calendly.example/scheduled_events/{event}/invitees/{person}",
        former_key=cast("str | None", members.pop("former_key", None)),
        name=cast("str", members.pop("name", person)),
        email=f"{person.lower()}@example.com",
    )
    guests = cast("tuple[BookedPerson, ...]", members.pop("guests", ()))
    uri = f"https://api.calendly.example/scheduled_events/{event}"
    return booked(**{"booking": uri, "attendees": (who, *guests), "is_whole": False} | members)


def key_of(person: str, event: str) -> str:
    """What Calendly calls an invitee."""
    return f"https://api.calendly.example/scheduled_events/{event}/invitees/{person}"
