"""`.local/outbox/`: what a deployment would have sent, one file a mail, calendar entry and event; a line for each.

The files hold join links and e-mail addresses, so only the owner can read them, and the next run removes them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Final, cast

from local.request_log import Line, line_of

_KINDS: Final = ("eml", "ics", "json")
_JOIN_URL = re.compile(r"https?://\S+/join/[\w-]+")


def path_in(folder: Path) -> Path:
    """Where the outbox is."""
    return folder / "outbox"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is told about something that was sent: not to whom.

    Attributes:
        file: Where it is.
        kind: What it is.
        subject: What it is about.
        link: The join link in it.
    """

    file: str
    kind: str
    subject: str
    link: str = ""

    def line(self, now: datetime) -> str:
        """See `Line`."""
        return line_of(f"{now:%H:%M:%S}", f"{self.kind:<7}", self.file, self.subject, self.link)


class Outbox:
    """Keeps what is sent, and tells of it.

    Args:
        folder: Where; what an earlier run has left there is removed.
        log: What a line goes to.
    """

    def __init__(self, folder: Path, log: Callable[[Line], None]) -> None:
        for kind in _KINDS:
            for file in folder.glob(f"*.{kind}"):
                file.unlink()
        self._folder = folder
        self._log = log
        self._count = 0

    def keep_mail(self, raw: str) -> None:
        """Keeps a mail, and the calendar entry in it as a file of its own."""
        name = self._next()
        mail = message_from_string(raw, policy=default)
        self._write(f"{name}.eml", raw.encode())
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                self._write(f"{name}.ics", cast("bytes", part.get_payload(decode=True)))
        text = mail.get_body(("plain",))
        link = _JOIN_URL.search("" if text is None else text.get_content())
        self._log(Kept(f"{name}.eml", "mail", str(mail["subject"]), link[0] if link else ""))

    def keep_event(self, text: str) -> None:
        """Keeps an event, as EventBridge hands it over."""
        name = self._next()
        event = json.loads(text)
        self._write(f"{name}.json", json.dumps(event, indent=2, ensure_ascii=False).encode())
        detail = event["detail"]
        self._log(Kept(f"{name}.json", "event", event["detail-type"], str(detail.get("url", ""))))

    def _next(self) -> str:
        self._count += 1
        return f"{self._count:04d}"

    def _write(self, name: str, content: bytes) -> None:
        # Whoever clears it away by hand means what is in it.
        self._folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
