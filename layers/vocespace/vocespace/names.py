"""What a space, a room, a person and an avatar may be called (design section 4).

The rules keep a name harmless wherever it goes: in a URL path, in a LiveKit room, in a log, on a page.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import Url

MAX_NAME = 128
MAX_NAME_BYTES = 256
"""LiveKit's default limit for room names, identities and display names, in UTF-8 bytes (its config `limit`)."""

_PUNCTUATION = frozenset("-_. ")
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def place_name(value: str) -> str:
    """Checks the name of a space or a room and returns it in Unicode's composed form (NFC), so that it is one name."""
    value = unicodedata.normalize("NFC", value)
    if not all(_is_place_character(character) for character in value):
        raise ValueError("may hold letters, digits, - _ . and single inner spaces only")
    if value != value.strip(" ") or "  " in value:
        raise ValueError("may hold spaces only singly and inside")
    if not value.strip("."):
        raise ValueError("may not be dots only")
    return _within_limit(value)


def person_name(value: str) -> str:
    """Checks a user's id or display name."""
    if any(unicodedata.category(character) in _UNPRINTABLE for character in value):
        raise ValueError("may not hold control characters")
    if not value.strip():
        raise ValueError("may not be blank")
    return _within_limit(value)


def avatar_url(value: str) -> str:
    """Checks the URL of a picture; it is passed on exactly as it came."""
    if any(character.isspace() or unicodedata.category(character) in _UNPRINTABLE for character in value):
        raise ValueError("may not hold spaces or control characters")
    url = Url(value)
    if url.scheme != "https" or not url.host or url.username or url.password:
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


def _within_limit(value: str) -> str:
    # NFC can make a name longer: what passes here must pass again, when it comes back in a token.
    if len(value) > MAX_NAME or len(value.encode()) > MAX_NAME_BYTES:
        raise ValueError(f"may not be longer than {MAX_NAME} characters and {MAX_NAME_BYTES} bytes in UTF-8")
    return value


PlaceName = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(place_name)]
PersonName = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(person_name)]
AvatarUrl = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(avatar_url)]
AuthType = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
