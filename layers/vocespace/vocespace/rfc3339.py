"""Points in time as others write them (RFC 3339)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

MAX_TIMESTAMP = 64

_FORM = re.compile(
    r"(?P<second>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,12}))?"
    r"(?P<zone>Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def unix_milliseconds(text: str) -> int:
    """Reads a point in time: a date, a time of day and an offset, none of which may be left out.

    Raises:
        ValueError: it is none, or before 1970.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError("is no time of RFC 3339")
    try:
        whole = datetime.fromisoformat(form["second"] + form["zone"])
    except ValueError:
        raise ValueError("is no time that there is") from None
    if whole < _EPOCH:
        raise ValueError("is before 1970")
    return (whole - _EPOCH) // timedelta(milliseconds=1) + int((form["fraction"] or "").ljust(3, "0")[:3])


def timestamp(value: str) -> str:
    """Checks a point in time and leaves it as it is written."""
    unix_milliseconds(value)
    return value


Timestamp = Annotated[str, Field(max_length=MAX_TIMESTAMP), AfterValidator(timestamp)]
