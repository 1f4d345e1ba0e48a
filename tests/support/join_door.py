"""The page behind a join link, over a world with links in it: opened and pressed through the function's handler."""

from __future__ import annotations

import re
from typing import Any

import boto3

from tests.support.events import Event
from tests.support.lobby import SECRET, attendee, booked_link, meeting, visit_link
from tests.support.world import TABLE, Answer, World
from vocespace.join_links import JoinCodes, JoinLink
from vocespace.link_store import LinkStore
from vocespace.meeting_store import MeetingStore
from vocespace.meetings import Meeting, attendee_key, meeting_key
from vocespace.table import Table


def by_code(event: Event, code: str) -> Event:
    """The same event for another code."""
    path = event["rawPath"].replace(event["pathParameters"]["code"], code)
    http = event["requestContext"]["http"] | {"path": path}
    context = event["requestContext"] | {"http": http}
    return event | {"rawPath": path, "pathParameters": {"code": code}, "requestContext": context}


class Door:
    """A world with links in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.table = Table(TABLE)
        self.links = LinkStore(self.table, MeetingStore(self.table), lambda: JoinCodes.parse(SECRET), world.clock)

    def link(self, **members: object) -> str:
        """A link of demo's for a guest, by its code."""
        return self.links.create(visit_link(**members))

    def booked(self, *, people: dict[str, object] | None = None, **members: object) -> tuple[str, Meeting, JoinLink]:
        """A link for somebody of a meeting in an hour: its code, the meeting, the link."""
        link, its = booked_link(), meeting(**members)
        code = self.links.create(link)
        self.put(its)
        who = attendee(link, **(people or {}))
        self.table.write_together(self.table.put(attendee_key(its.id, who.key) | who.to_wire()))
        return code, its, link

    def put(self, its: Meeting) -> None:
        """Writes a meeting, or writes it anew."""
        self.table.write_together(self.table.put(meeting_key(its.id) | its.to_wire()))

    def event(self, case: str, code: str, **members: object) -> Event:
        """A file of events/join/ for another code."""
        return by_code(self.world.event("join", case), code) | members

    def see(self, code: str, case: str = "get_page", **members: object) -> Answer:
        """What somebody gets who opens a link."""
        return self.world.call("join", self.event(case, code, **members))

    def press(self, code: str, **members: object) -> dict[str, Any]:
        """What somebody gets who presses the button."""
        answer: dict[str, Any] = self.world.invoke("join", self.event("post_page", code, **members))
        return answer

    def contents(self) -> list[dict[str, Any]]:
        """Everything that the table holds."""
        found: list[dict[str, Any]] = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def state_of(answer: Answer) -> str:
    """What the page says it is in."""
    (state,) = re.findall(r'<main data-state="(\w+)"', answer.text)
    return str(state)


def pressed(answer: dict[str, Any]) -> tuple[int, str]:
    """The status and the state of a page that answers a press of the button."""
    return answer["statusCode"], state_of(Answer(answer["statusCode"], answer["headers"], answer["body"]))
