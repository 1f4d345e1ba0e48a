"""What is put into the queue of deliveries: one message for each way that the route names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.news import GUEST, MEETING, guest, meeting, route
from vocespace import aws
from vocespace.announcements import Announcements
from vocespace.meeting_messages import Channel, Delivery, News
from vocespace.meetings import Attendee

QUEUE = "https://sqs.example/deliveries"


@pytest.fixture(name="sent")
def _sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    def send_later(queue_url: str, body: dict[str, Any], *, delay: int = 0) -> None:
        assert (queue_url, delay) == (QUEUE, 0)
        sent.append(body)

    monkeypatch.setattr(aws, "send_later", send_later)
    return sent


def channels(sent: list[dict[str, Any]]) -> list[Channel]:
    """By which ways."""
    return [Delivery.from_wire(each).channel for each in sent]


def test_a_message_says_where_to_look_and_no_more(sent: list[dict[str, Any]]) -> None:
    """Neither a name nor an address, nor a link."""
    Announcements(QUEUE).tell(meeting(version=3), News.LINK_READY, guest())

    assert sent[0] == {
        "news": "JoinLink.Ready",
        "channel": "event",
        "meeting": MEETING,
        "version": 3,
        "attendee": GUEST,
        "attempt": 0,
    }
    assert channels(sent) == [Channel.EVENT, Channel.ENDPOINT, Channel.MAIL]


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        ({"tells_events": False, "endpoint": None, "sends_mail": False}, []),
        ({"tells_events": True, "endpoint": None, "sends_mail": False}, [Channel.EVENT]),
        ({"tells_events": False, "endpoint": "crm", "sends_mail": False}, [Channel.ENDPOINT]),
        ({"tells_events": False, "endpoint": None, "sends_mail": True}, [Channel.MAIL]),
    ],
)
def test_the_route_says_by_which_ways(
    sent: list[dict[str, Any]], decided: dict[str, object], expected: list[Channel]
) -> None:
    """Each for itself."""
    Announcements(QUEUE).tell(meeting(route=route(**decided)), News.REMINDER, guest())

    assert channels(sent) == expected


@pytest.mark.parametrize("news", list(News))
@pytest.mark.parametrize("who", [None, guest(email=None), guest()])
def test_mails_go_to_people_about_what_concerns_them(
    sent: list[dict[str, Any]], news: News, who: Attendee | None
) -> None:
    """Not about rooms, and not without an address."""
    Announcements(QUEUE).tell(meeting(), news, who)

    for_people = {News.LINK_READY, News.REMINDER, News.RESCHEDULED, News.CANCELLED}
    is_mailed = news in for_people and who is not None and who.email is not None
    assert (Channel.MAIL in channels(sent)) == is_mailed
