"""What is known of people beside their names: an address, a time zone, a language; each may be missing."""

from __future__ import annotations

import re
import zoneinfo
from typing import Annotated

from pydantic import AfterValidator, Field

MAX_EMAIL = 254
"""RFC 5321 section 4.5.3.1.3: a path is 256 octets with its brackets."""

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?")


def email_address(value: str) -> str:
    """Checks an address: the form that mail systems of today take (HTML's, which leaves out what RFC 5322 allows)."""
    if len(value) > MAX_EMAIL or not _EMAIL.fullmatch(value) or ".." in value:
        raise ValueError("is no e-mail address")
    return value


def time_zone(value: str) -> str:
    """Checks the name of a time zone (IANA)."""
    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("is no time zone") from None
    return value


EmailAddress = Annotated[str, AfterValidator(email_address)]
TimeZone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,64}$"), AfterValidator(time_zone)]
Locale = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$")]
