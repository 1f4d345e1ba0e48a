"""Mails about meetings: one to each person, with their own link and the entry for their calendar.

The entry stands beside the text, as mail programs want it that show it with buttons, and once more as a file, for those
that do not. Text of others is escaped in HTML, and a line in a header. Only ASCII is sent, however it is written.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from vocespace.calendars import FILE_NAME, Entry, Method, Party, link_uid, written
from vocespace.local_times import LocalTimes
from vocespace.mail_texts import MailTexts, texts_for
from vocespace.markup import NOTHING, Html, fill, joined
from vocespace.meeting_messages import News
from vocespace.meetings import Attendee, Meeting, calendar_revision
from vocespace.one_line import one_line
from vocespace.told import Told

_METHODS = {News.LINK_READY: Method.REQUEST, News.RESCHEDULED: Method.REQUEST, News.CANCELLED: Method.CANCEL}
"""News that change what is in a calendar; a reminder does not."""

_PAGE = """\
<!DOCTYPE html>
<html lang="$language">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>$subject</title></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 0 auto; padding: 1em">
<p>$lead</p>
<table role="presentation" style="border-spacing: 0">
$facts
</table>
$link
</body>
</html>
"""
_FACT = '<tr><td style="padding: 0 1em 0.5em 0">$name</td><td style="padding: 0 0 0.5em 0"><bdi>$value</bdi></td></tr>'
_LINK = """\
<p><a href="$url" style="display: inline-block; padding: 0.75em 1.5em; border-radius: 0.5em; background: #1d4ed8; \
color: #ffffff; text-decoration: none">$join</a></p>
<p><a href="$url">$url</a></p>
<p>$window $personal</p>"""


def mail(told: Told, attendee: Attendee, *, sender: str, origin: str, url: str | None, now: float) -> bytes:
    """The whole mail, as SES takes it.

    Args:
        told: What it tells.
        attendee: Whom; they have an address.
        sender: From which address it is.
        origin: Where our links are.
        url: Their link; None where it opens nothing any more.
        now: The present.
    """
    meeting, texts = told.meeting, texts_for(attendee.locale)
    title = one_line(meeting.title or "") or texts.untitled
    words = texts.news[told.news]
    facts = _facts(meeting, attendee, texts, told.news)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    # Without a name: the address has a form that fits into a header as it is.
    message["To"] = attendee.email
    message["Subject"] = words.subject.format(title)
    message["Date"] = format_datetime(datetime.fromtimestamp(int(now), UTC))
    message["X-Entity-Ref-ID"] = told.id
    message["Auto-Submitted"] = "auto-generated"
    lead = words.lead.format(title)
    message.set_content(_text(lead, facts, _link_lines(meeting, attendee, texts, url)), cte="quoted-printable")
    page = fill(
        _PAGE,
        language=texts.language,
        subject=words.subject.format(title),
        lead=lead,
        facts=joined(*(fill(_FACT, name=name, value=value) for name, value in facts)),
        link=_link_markup(meeting, attendee, texts, url),
    )
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    method = _METHODS.get(told.news)
    if method is not None and meeting.route.sends_calendar:
        entry = _entry(meeting, attendee, title, sender=sender, origin=origin, url=url)
        _attach(message, written(entry, method, now), method)
    return message.as_bytes()


def _facts(meeting: Meeting, attendee: Attendee, texts: MailTexts, news: News) -> list[tuple[str, str]]:
    times = LocalTimes(texts.calendar, attendee.time_zone)
    start, end = meeting.starts_at, meeting.ends_at
    span = texts.span.format(start=times.full(start), end=times.end(end, start), zone=times.zone(start))
    facts = [(texts.when, span)]
    if news is News.RESCHEDULED and meeting.moved_from is not None:
        facts.append((texts.before, f"{times.full(meeting.moved_from)}, {times.zone(meeting.moved_from)}"))
    facts.append((texts.where, meeting.space))
    if meeting.organizer is not None:
        facts.append((texts.organizer, one_line(meeting.organizer)))
    return facts


def _window(meeting: Meeting, attendee: Attendee, texts: MailTexts) -> str:
    times = LocalTimes(texts.calendar, attendee.time_zone)
    opens, closes = meeting.opens_at, meeting.closes_at
    return texts.window.format(opens=times.full(opens), closes=times.end(closes, opens), zone=times.zone(opens))


def _link_lines(meeting: Meeting, attendee: Attendee, texts: MailTexts, url: str | None) -> list[str]:
    return [] if url is None else [url, _window(meeting, attendee, texts), texts.personal]


def _link_markup(meeting: Meeting, attendee: Attendee, texts: MailTexts, url: str | None) -> Html:
    if url is None:
        return NOTHING
    return fill(_LINK, url=url, join=texts.join, window=_window(meeting, attendee, texts), personal=texts.personal)


def _text(lead: str, facts: list[tuple[str, str]], link: list[str]) -> str:
    table = "\n".join(f"{name}: {value}" for name, value in facts)
    return "\n\n".join([lead, table, *link]) + "\n"


def _entry(meeting: Meeting, attendee: Attendee, title: str, *, sender: str, origin: str, url: str | None) -> Entry:
    # Whoever holds the meeting is invited to it by us: an invitation from oneself is none to most calendars.
    is_own = attendee.is_organizer or meeting.organizer_email in {None, attendee.email}
    address = sender if is_own or meeting.organizer_email is None else meeting.organizer_email
    return Entry(
        uid=meeting.calendar_uid or link_uid(attendee.link, origin),
        sequence=calendar_revision(meeting, attendee),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        summary=title,
        url=url,
        organizer=Party(address, meeting.organizer),
        attendee=Party(attendee.email or "", attendee.username),
    )


def _attach(message: EmailMessage, entry: bytes, method: Method) -> None:
    message.add_alternative(
        entry.decode(),
        subtype="calendar",
        cte="base64",
        params={"method": method.value, "component": "VEVENT"},
    )
    message.add_attachment(entry, maintype="application", subtype="ics", filename=FILE_NAME)
