"""The outbox of the local run: a file for each thing that is sent, a line that says what, and not to whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from local.outbox import Kept, Outbox
from local.request_log import Line

NOW = datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)
LINK = "http://127.0.0.1:3000/join/kUrq1trb2a12ueLQd3Fcm_"


def _mail(text: str, *, entry: str | None = None, subject: str = "Your link: Tour") -> str:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "connect@example.com", "ada@mail.example", subject
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    if entry is not None:
        message.add_alternative(entry, subtype="calendar", cte="base64", params={"method": "REQUEST"})
    return message.as_bytes().decode()


@pytest.fixture(name="lines")
def _lines() -> list[Line]:
    return []


@pytest.fixture(name="outbox")
def _outbox(tmp_path: Path, lines: list[Line]) -> Outbox:
    return Outbox(tmp_path / "outbox", lines.append)


def _told(lines: list[Line]) -> list[str]:
    return [line.line(NOW) for line in lines]


def test_a_mail_is_kept_with_its_calendar_entry(tmp_path: Path, outbox: Outbox, lines: list[Line]) -> None:
    """And told of by subject and link."""
    raw = _mail(f"Dear Ada,\n\n{LINK}\n", entry="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")

    outbox.keep_mail(raw)

    assert (tmp_path / "outbox" / "0001.eml").read_bytes().decode() == raw
    assert (tmp_path / "outbox" / "0001.ics").read_bytes() == b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    assert _told(lines) == [f"09:05:07 mail    0001.eml Your link: Tour {LINK}"]


def test_a_mail_without_link_and_entry_is_a_file_and_a_line(tmp_path: Path, outbox: Outbox, lines: list[Line]) -> None:
    """Such as a cancellation of a source that sends its own entries; a subject of any script is read."""
    outbox.keep_mail(_mail("It is off.", subject="已取消：Tour"))

    assert [file.name for file in (tmp_path / "outbox").iterdir()] == ["0001.eml"]
    assert _told(lines) == ["09:05:07 mail    0001.eml 已取消：Tour"]


@pytest.mark.parametrize(("detail", "link"), [({"url": LINK}, f" {LINK}"), ({"meetingId": "mtg_1"}, "")])
def test_an_event_is_kept_so_that_it_can_be_read(
    tmp_path: Path, outbox: Outbox, lines: list[Line], detail: dict[str, str], link: str
) -> None:
    """And told of by its type, and its link where it carries one."""
    event = {"detail-type": "JoinLink.Ready", "source": "vocespace.connect", "detail": detail}

    outbox.keep_event(json.dumps(event))

    text = (tmp_path / "outbox" / "0001.json").read_text()
    assert json.loads(text) == event
    assert len(text.splitlines()) > 4
    assert _told(lines) == [f"09:05:07 event   0001.json JoinLink.Ready{link}"]


def test_only_the_owner_reads_and_the_next_run_removes_it(tmp_path: Path, outbox: Outbox, lines: list[Line]) -> None:
    """What is not ours stays."""
    outbox.keep_mail(_mail(LINK))
    folder = tmp_path / "outbox"
    (folder / "notes.txt").write_text("mine")

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "0001.eml").stat().st_mode & 0o777 == 0o600
    Outbox(folder, lines.append)
    assert [file.name for file in folder.iterdir()] == ["notes.txt"]


def test_it_may_be_cleared_by_hand_meanwhile(tmp_path: Path, outbox: Outbox) -> None:
    """The next thing is kept all the same, under a number of its own."""
    outbox.keep_mail(_mail(LINK))
    (tmp_path / "outbox" / "0001.eml").unlink()
    (tmp_path / "outbox").rmdir()

    outbox.keep_mail(_mail(LINK))

    assert [file.name for file in (tmp_path / "outbox").iterdir()] == ["0002.eml"]


def test_a_subject_cannot_move_the_cursor() -> None:
    """It is somebody else's text."""
    line = Kept("0001.eml", "mail", "\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}x").line(NOW)

    assert line == "09:05:07 mail    0001.eml ?[2J?x"
