"""Mails: read back as mail programs read them; what others have written gets nowhere but where it belongs."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW
from tests.support.news import EMAIL, LINK, NAME, TITLE, guest, meeting, route
from tests.unit.vectors import naughty_strings
from vocespace.contacts import email_address
from vocespace.mails import mail
from vocespace.meeting_messages import News
from vocespace.meetings import Attendee, Meeting, Status
from vocespace.one_line import one_line
from vocespace.told import Told

SENDER = "links@join.example"
ORIGIN = "https://join.example"
URL = f"{ORIGIN}/join/AAAAAAAAAAAAAAAAAAAAAA"
HEADERS = {"From", "To", "Subject", "Date", "X-Entity-Ref-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
FOR_PEOPLE = [News.LINK_READY, News.REMINDER, News.RESCHEDULED, News.CANCELLED]


def sent(
    news: News = News.LINK_READY, about: Meeting | None = None, who: Attendee | None = None, *, now: float = NOW
) -> EmailMessage:
    """A mail, as mail programs read it."""
    about, who = about or meeting(), who or guest()
    url = None if news is News.CANCELLED else URL
    text = mail(Told(news, about, who), who, sender=SENDER, origin=ORIGIN, url=url, now=now)
    assert text.isascii()
    assert all(len(line) < 998 for line in text.split(b"\r\n"))
    message = email.message_from_bytes(text, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, content_type: str) -> EmailMessage:
    """The one part of a type."""
    (found,) = (each for each in message.walk() if each.get_content_type() == content_type)
    assert isinstance(found, EmailMessage)
    return found


def text_of(message: EmailMessage, content_type: str = "text/plain") -> str:
    """What a part says."""
    return str(part(message, content_type).get_content())


def entry_of(message: EmailMessage) -> tuple[str, Any]:
    """What is to be done with the calendar entry, and the entry."""
    calendar = icalendar.Calendar.from_ical(text_of(message, "text/calendar"))
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


def test_a_mail_is_of_the_form_that_mail_programs_know() -> None:
    """The entry beside the text with its method, and once more as a file."""
    message = sent()

    assert [each.get_content_type() for each in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    calendar = part(message, "text/calendar")
    assert [calendar.get_param(name) for name in ("charset", "method", "component")] == ["utf-8", "REQUEST", "VEVENT"]
    assert calendar["Content-Transfer-Encoding"] == "base64"
    (file,) = message.iter_attachments()
    assert file.get_filename() == "invite.ics"
    assert file.get_content() == calendar.get_content().encode()
    assert b"\r\nSEQUENCE:0\r\n" in file.get_content()


def test_a_mail_is_to_one_person() -> None:
    """By the address alone; what stands in it beside the text is ours."""
    message = sent()

    assert set(message.keys()) == HEADERS
    assert (message["From"], message["To"]) == (SENDER, EMAIL)
    assert message["Subject"] == f"Your link: {TITLE}"
    assert message["Date"].datetime.timestamp() == NOW
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_same_news_have_the_same_reference() -> None:
    """So that whoever gets a mail twice can be shown it once."""
    references = [
        sent(now=NOW)["X-Entity-Ref-ID"],
        sent(now=NOW + 60)["X-Entity-Ref-ID"],
        sent(News.REMINDER)["X-Entity-Ref-ID"],
        sent(about=meeting(version=2))["X-Entity-Ref-ID"],
    ]
    assert references[0] == references[1]
    assert len(set(references)) == 3


def test_times_are_the_person_s_with_the_zone_s_name() -> None:
    """In Paris it is an hour later than in UTC, where nobody says theirs."""
    text = text_of(sent())
    assert "Time: Wednesday, 18 November 2026, 13:06 \u2013 13:36, Europe/Paris (UTC+1)" in text
    assert "The link opens on Wednesday, 18 November 2026, 12:56 and works until 14:06, Europe/Paris (UTC+1)." in text
    assert URL in text.split()

    assert "12:06 \u2013 12:36, UTC" in text_of(sent(who=guest(time_zone=None)))


@pytest.mark.parametrize("locale", ["zh", "zh-CN", "zh-Hant-TW", "ZH"])
def test_chinese_is_spoken(locale: str) -> None:
    """By whoever says so."""
    message = sent(who=guest(locale=locale))

    assert message["Subject"] == f"您的会议链接：{TITLE}"
    assert "2026年11月18日星期三 13:06" in text_of(message)
    assert '<html lang="zh">' in text_of(message, "text/html")


@pytest.mark.parametrize("locale", [None, "en", "en-GB", "fr", "de-CH"])
def test_everybody_else_is_told_in_english(locale: str | None) -> None:
    """For want of more."""
    assert '<html lang="en">' in text_of(sent(who=guest(locale=locale)), "text/html")


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("news", FOR_PEOPLE)
def test_all_that_people_are_told_has_words(news: News, locale: str) -> None:
    """In both languages, with the place and the host."""
    message = sent(news, who=guest(locale=locale))

    assert TITLE in message["Subject"]
    for content_type in ("text/plain", "text/html"):
        text = text_of(message, content_type)
        assert TITLE in text
        assert "my-workspace" in text
        assert "Ada Host" in text
        assert (URL in text) == (news is not News.CANCELLED)


def test_what_moved_says_from_when() -> None:
    """And only that."""
    about = meeting(version=2, moved_from=NOW)

    assert "Before: Wednesday, 18 November 2026, 12:06, Europe/Paris (UTC+1)" in text_of(sent(News.RESCHEDULED, about))
    assert "Before:" not in text_of(sent(News.REMINDER, about))


def test_an_entry_follows_its_meeting() -> None:
    """One UID, a higher number each time, and at the end it is called off as such."""
    seen = []
    for version, news in enumerate((News.LINK_READY, News.RESCHEDULED, News.CANCELLED), start=1):
        status = Status.CANCELLED if news is News.CANCELLED else Status.SCHEDULED
        message = sent(news, meeting(version=version, status=status))
        method, event = entry_of(message)
        assert part(message, "text/calendar").get_param("method") == method
        assert event["UID"] == f"{LINK}@join.example"
        assert str(event["ATTENDEE"]) == f"mailto:{EMAIL}"
        assert str(event["ORGANIZER"]) == "mailto:ada@example.org"
        seen.append((method, event["SEQUENCE"], event["STATUS"]))

    assert seen == [("REQUEST", 0, "CONFIRMED"), ("REQUEST", 1, "CONFIRMED"), ("CANCEL", 2, "CANCELLED")]


def test_a_reminder_changes_no_calendar() -> None:
    """Nor does anything where the source sends entries of its own."""
    for message in (sent(News.REMINDER), sent(about=meeting(route=route(sends_calendar=False)))):
        assert [each.get_content_type() for each in message.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]


@pytest.mark.parametrize(
    ("about", "who", "organizer"),
    [
        (meeting(), guest(), "ada@example.org"),
        (meeting(), guest(email="ada@example.org"), "links@join.example"),
        (meeting(), guest(is_organizer=True), "links@join.example"),
        (meeting(organizer_email=None), guest(), "links@join.example"),
        (meeting(organizer_email=None, organizer=None), guest(), "links@join.example"),
    ],
)
def test_nobody_is_invited_by_themselves(about: Meeting, who: Attendee, organizer: str) -> None:
    """Calendars would not ask them."""
    _, event = entry_of(sent(about=about, who=who))
    assert str(event["ORGANIZER"]) == f"mailto:{organizer}"


@given(
    text=st.sampled_from(naughty_strings()) | st.text(st.characters(codec="utf-8"), max_size=200),
    news=st.sampled_from(FOR_PEOPLE),
)
def test_no_title_gets_out_of_its_place(text: str, news: News) -> None:
    """It ends no header and begins no markup, whatever is in it."""
    about = meeting().model_copy(update={"title": text, "organizer": text})
    message = sent(news, about, guest().model_copy(update={"username": text}))

    assert set(message.keys()) == HEADERS
    assert message["To"] == EMAIL
    assert not message["Subject"].defects
    assert message["Subject"].endswith(one_line(text) or "Meeting")
    assert len(list(message.walk())) == (3 if news is News.REMINDER else 6)
    page = text_of(message, "text/html")
    ours = text_of(sent(news, meeting(title=None, organizer="O")), "text/html")
    assert page.count("<") == ours.count("<")
    assert page.count('"') == ours.count('"')


@given(st.emails())
def test_an_address_is_an_address(address: str) -> None:
    """Of the form that we take, whatever its characters."""
    try:
        email_address(address)
    except ValueError:
        return
    message = sent(who=guest().model_copy(update={"email": address}))

    assert set(message.keys()) == HEADERS
    assert not message["To"].defects
    assert [each.addr_spec for each in message["To"].addresses] == [address]
    assert NAME not in message["To"]
