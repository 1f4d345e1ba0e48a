"""Patterns of names, as policies have them: a name in which `*` stands for any run of characters."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, Field

from vocespace.names import MAX_NAME

ANYTHING = "*"

_RANDOM_BYTES = 10


def _name_pattern(value: str) -> str:
    # The names it is matched against hold none of fnmatch's other wildcards, so `*` is the only one there is.
    if any(character in value for character in "?[]"):
        raise ValueError("may hold no wildcard but *")
    return unicodedata.normalize("NFC", value)


NamePattern = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_name_pattern)]


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name fits one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def name_like(pattern: str) -> str:
    """A name that fits a pattern: the only one, or one that nobody can guess."""
    return pattern.replace(ANYTHING, secrets.token_hex(_RANDOM_BYTES))
