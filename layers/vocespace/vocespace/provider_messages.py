"""What booking systems say, as far as anything here depends on it, and made fit for what is kept.

A stranger's name, title or time zone is theirs to choose, and a meeting shall not fail for it: what does not fit is
mended or left out. Only what a meeting cannot be without is insisted on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import to_json

from vocespace.booking_events import MAX_TITLE, BookedPerson, BookingEvent, Uid
from vocespace.contacts import EmailAddress, Locale, TimeZone
from vocespace.errors import FieldError, InvalidParametersError
from vocespace.names import MAX_NAME, MAX_NAME_BYTES
from vocespace.one_line import one_line
from vocespace.request_body import read_request
from vocespace.rfc3339 import Timestamp
from vocespace.strict_json import StrictJsonError, parse_object
from vocespace.wire import WireModel

NAMELESS = "Guest"
NAMELESS_HOST = "Host"


class ProviderMessage(WireModel):
    """The base of what booking systems say: open to what is not known here."""

    model_config = ConfigDict(extra="ignore")


def _mended(value: object, most: int, most_bytes: int) -> str | None:
    text = one_line(value) if isinstance(value, str) else ""
    return text[:most].encode()[:most_bytes].decode(errors="ignore").strip() or None


def _if_it_fits(value: object, check: ValidatorFunctionWrapHandler) -> object:
    try:
        return check(value.strip() if isinstance(value, str) else value)
    except ValidationError:
        return None


def _items(value: object) -> object:
    return () if value is None else value


LooseName = Annotated[str | None, BeforeValidator(lambda value: _mended(value, MAX_NAME, MAX_NAME_BYTES))]
LooseTitle = Annotated[str | None, BeforeValidator(lambda value: _mended(value, MAX_TITLE, 4 * MAX_TITLE))]
LooseEmail = Annotated[EmailAddress | None, WrapValidator(_if_it_fits)]
LooseTimeZone = Annotated[TimeZone | None, WrapValidator(_if_it_fits)]
LooseLocale = Annotated[Locale | None, WrapValidator(_if_it_fits)]
LooseUid = Annotated[Uid | None, WrapValidator(_if_it_fits)]
LooseNumber = Annotated[Annotated[int, Field(ge=0, lt=2**31)] | None, WrapValidator(_if_it_fits)]
LooseTimestamp = Annotated[Timestamp | None, WrapValidator(_if_it_fits)]
Listed = BeforeValidator(_items)
"""For a list that may be null."""


def hook_object(body: bytes) -> dict[str, Any]:
    """Reads the body of a webhook that has been verified.

    Raises:
        InvalidParametersError: it is no JSON object.
    """
    try:
        return parse_object(body)
    except StrictJsonError as error:
        raise InvalidParametersError(FieldError("body", str(error))) from None


def type_of(members: dict[str, Any], member: str) -> str:
    """What kind of event it says to be.

    Raises:
        InvalidParametersError: it does not say: it is nothing that its source sends as it comes.
    """
    said = members.get(member)
    if not isinstance(said, str):
        raise InvalidParametersError(FieldError(member, "is missing"))
    return said


def digest_of(*parts: str) -> str:
    """One id made of several parts; no other parts make the same one."""
    return hashlib.sha256(to_json(parts, ensure_ascii=True)).hexdigest()


def each_once(organizer: BookedPerson | None, people: Iterable[BookedPerson]) -> tuple[BookedPerson, ...]:
    """The people other than the organizer, nobody twice: the first that is said about somebody holds."""
    known: dict[str, BookedPerson] = {}
    for person in people:
        known.setdefault(person.key, person)
    return tuple(person for person in known.values() if organizer is None or person.key != organizer.key)


def booking_event(**members: object) -> BookingEvent:
    """Puts an event together.

    Raises:
        InvalidParametersError: something does not fit; it is named as `BookingEvent` writes it.
    """
    return read_request(BookingEvent, {name: value for name, value in members.items() if value is not None})
