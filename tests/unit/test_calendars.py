"""Entries for calendars: read back as calendars read them, and the same entry wherever it is given out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW
from tests.support.news import LINK, TITLE, guest, meeting
from tests.unit.vectors import naughty_strings
from vocespace.calendars import Entry, Method, Party, calendar_entry, written
from vocespace.errors import NotFoundError
from vocespace.invitations import Invitation, of_meeting, of_visit
from vocespace.join_links import Invited, JoinLink, LinkedVisit
from vocespace.meetings import Attendee, Meeting, calendar_revision
from vocespace.one_line import one_line

URL = "https://join.example/join/AAAAAAAAAAAAAAAAAAAAAA"
MAX_LINE = 75
"""RFC 5545 section 3.1, in bytes."""


def entry(**members: Any) -> Entry:  # noqa: ANN401 - members of Entry
    """An entry, with members changed."""
    usual: dict[str, Any] = {
        "uid": f"{LINK}@join.example",
        "sequence": 0,
        "starts_at": NOW + 3600,
        "ends_at": NOW + 5400,
        "summary": TITLE,
        "url": URL,
        "organizer": Party("ada@example.org", "Ada Host"),
        "attendee": Party("guest@example.com", "Guest"),
    }
    return Entry(**(usual | members))


def read(text: bytes) -> tuple[icalendar.Calendar, Any]:
    """The calendar and the one event in it, as calendars read them."""
    calendar = icalendar.Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    assert isinstance(calendar, icalendar.Calendar)
    assert len(list(calendar.walk())) == 2
    return calendar, event


def behind(about: Meeting, who: Attendee) -> Invitation:
    """What is behind the link of somebody of a meeting."""
    link = JoinLink(id=who.link, platform="demo", created_at=NOW, invited=Invited(meeting=about.id, attendee=who.key))
    return of_meeting(link, about, who)


@pytest.mark.parametrize(
    ("method", "status"),
    [(Method.PUBLISH, "CONFIRMED"), (Method.REQUEST, "CONFIRMED"), (Method.CANCEL, "CANCELLED")],
)
def test_an_entry_says_what_it_is(method: Method, status: str) -> None:
    """Once, when, by what name, and whether it takes place at all."""
    text = written(entry(sequence=3), method, NOW + 0.9)
    calendar, event = read(text)

    assert (calendar["METHOD"], calendar["VERSION"]) == (method.value, "2.0")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (f"{LINK}@join.example", 3, status)
    assert event["DTSTART"].dt == datetime.fromtimestamp(NOW + 3600, UTC)
    assert event["DTEND"].dt == datetime.fromtimestamp(NOW + 5400, UTC)
    assert event["DTSTAMP"].dt == datetime.fromtimestamp(NOW, UTC)
    assert event["SUMMARY"] == TITLE
    assert event["URL"] == event["LOCATION"] == URL
    assert b"DTSTART:20261118T120640Z\r\n" in text
    assert b"VALARM" not in text
    assert b"VTIMEZONE" not in text


def test_only_who_gets_it_and_who_holds_it_are_named() -> None:
    """Nobody is asked for an answer that nobody reads."""
    _, event = read(written(entry(), Method.REQUEST, NOW))

    assert str(event["ORGANIZER"]) == "mailto:ada@example.org"
    assert event["ORGANIZER"].params["CN"] == "Ada Host"
    assert str(event["ATTENDEE"]) == "mailto:guest@example.com"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"


def test_what_opens_nothing_is_not_in_it() -> None:
    """Nor is anybody, where it is for nobody."""
    text = written(entry(url=None, organizer=None, attendee=None), Method.CANCEL, NOW)

    assert b"https:" not in text
    assert b"mailto:" not in text


@given(
    text=st.sampled_from(naughty_strings()) | st.text(st.characters(codec="utf-8")),
    name=st.sampled_from(naughty_strings()) | st.text(st.characters(codec="utf-8")),
)
def test_no_text_gets_out_of_its_line(text: str, name: str) -> None:
    """Whatever a title or a name holds, it is there when it is read again, and nothing else is."""
    written_down = written(
        entry(summary=text, attendee=Party("a@example.com", name), organizer=Party("b@example.com", name)),
        Method.REQUEST,
        NOW,
    )
    calendar, event = read(written_down)

    assert calendar.keys() == {"PRODID", "VERSION", "CALSCALE", "METHOD"}
    assert event.keys() == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS"),
        *("LOCATION", "DESCRIPTION", "URL", "ORGANIZER", "ATTENDEE"),
    }
    assert event["SUMMARY"] == one_line(text)
    assert all(len(line) <= MAX_LINE for line in written_down.split(b"\r\n"))
    assert str(event["ATTENDEE"]) == "mailto:a@example.com"


def test_the_page_gives_out_the_entry_of_the_mail() -> None:
    """The same UID and the same revision; who comes is nobody's business there."""
    about, who = meeting(version=3, calendar_sequence=4), guest(sequence_base=2)
    calendar, event = read(calendar_entry(behind(about, who), URL, NOW))

    assert calendar["METHOD"] == "PUBLISH"
    assert (event["UID"], event["SEQUENCE"]) == (f"{LINK}@join.example", calendar_revision(about, who))
    assert event["SEQUENCE"] == 8
    assert event["SUMMARY"] == TITLE
    assert "ATTENDEE" not in event


def test_the_source_s_own_uid_holds() -> None:
    """Otherwise there would be two entries in one calendar."""
    about = meeting(calendar_uid="uid-of-the-source@cal.example", title=None)
    _, event = read(calendar_entry(behind(about, guest()), URL, NOW))

    assert event["UID"] == "uid-of-the-source@cal.example"
    assert event["SUMMARY"] == "my-workspace"


@given(steps=st.lists(st.integers(0, 3), min_size=2, max_size=8), first=st.integers(0, 5))
def test_revisions_rise_with_every_change(steps: list[int], first: int) -> None:
    """And are never behind those of the source, of which some changes make none."""
    theirs, revisions = first, []
    for version, ahead in enumerate(steps, start=1):
        theirs += ahead
        revisions.append(calendar_revision(meeting(version=version, calendar_sequence=theirs), guest()))
        assert revisions[-1] >= theirs

    assert revisions == sorted(set(revisions))


def test_a_link_without_a_beginning_has_no_entry() -> None:
    """It is good from now on, and no calendar has a place for that."""
    visit = LinkedVisit(id="user_1", username="Guest", space="my-workspace", auth="demo")
    link = JoinLink(id=LINK, platform="demo", created_at=NOW, visit=visit, expires_at=NOW + 60)

    with pytest.raises(NotFoundError):
        calendar_entry(of_visit(link), URL, NOW)

    begins = link.model_copy(update={"not_before": NOW + 10})
    _, event = read(calendar_entry(of_visit(begins), URL, NOW))
    assert (event["SUMMARY"], event["SEQUENCE"]) == ("my-workspace", 0)
