"""What a space, a room, a person and an avatar may be called (design section 4).

The rules keep a name harmless wherever it goes: in a URL path, in a LiveKit room, in a log, on a page.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import Url

MAX_NAME = 128
MAX_NAME_BYTES = 256
"""LiveKit's default limit for room names, identities and display names, in UTF-8 bytes (its config `limit`)."""

MAX_AVATAR = 2048

_ASCII_PLACE = re.compile(r"[A-Za-z0-9_. -]+")
_ASCII_URL = re.compile(r"[!-~]+")
# The letters and marks among Unicode's Default_Ignorable_Code_Point: with them, two names would look alike.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_PUNCTUATION = frozenset("-_. ")
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def place_name(value: str) -> str:
    """Checks the name of a space or a room and returns it in Unicode's composed form (NFC), so that it is one name."""
    value = unicodedata.normalize("NFC", value)
    if not _ASCII_PLACE.fullmatch(value) and not all(map(_is_place_character, value)):
        raise ValueError("may hold letters, digits, - _ . and single inner spaces only")
    if value != value.strip(" ") or "  " in value:
        raise ValueError("may hold spaces only singly and inside")
    if _INVISIBLE.search(value):
        raise ValueError("may hold no invisible characters")
    if not value.strip("."):
        raise ValueError("may not be dots only")
    return _within_limit(value)


def printable(value: str) -> str:
    """Checks a text that is shown on one line."""
    if not value.isprintable() and any(map(_is_unprintable, value)):
        raise ValueError("may not hold control characters")
    if not value.strip():
        raise ValueError("may not be blank")
    return value


def person_name(value: str) -> str:
    """Checks a user's id or display name."""
    return _within_limit(printable(value))


def avatar_url(value: str) -> str:
    """Checks the URL of a picture; it is passed on exactly as it came."""
    if not _ASCII_URL.fullmatch(value) and any(each.isspace() or _is_unprintable(each) for each in value):
        raise ValueError("may not hold spaces or control characters")
    if len(value.encode()) > MAX_AVATAR:
        raise ValueError(f"may not be longer than {MAX_AVATAR} bytes in UTF-8")
    url = Url(value)
    # The parser mends `https:/x`; whoever shows the picture may not.
    if not value.lower().startswith("https://") or not url.host or url.username or url.password:
        raise ValueError("must be an https URL without credentials")
    return value


def _is_place_character(character: str) -> bool:
    # A script such as Devanagari writes its vowels as combining marks: letters alone would not spell its words.
    return (
        character in _PUNCTUATION
        or character.isalpha()
        or character.isdecimal()
        or unicodedata.category(character)[0] == "M"
    )


def _is_unprintable(character: str) -> bool:
    return unicodedata.category(character) in _UNPRINTABLE


def _within_limit(value: str) -> str:
    # NFC can make a name longer: what passes here must pass again, when it comes back in a token.
    if len(value) > MAX_NAME or len(value.encode()) > MAX_NAME_BYTES:
        raise ValueError(f"may not be longer than {MAX_NAME} characters and {MAX_NAME_BYTES} bytes in UTF-8")
    return value


PlaceName = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(place_name)]
PersonName = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(person_name)]
AvatarUrl = Annotated[str, Field(min_length=1, max_length=MAX_AVATAR), AfterValidator(avatar_url)]
AuthType = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
