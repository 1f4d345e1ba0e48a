"""A token taken apart without believing a word of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vocespace.strict_json import StrictJsonError, parse_object


class TokenKind(StrEnum):
    """Whose token it is."""

    VOCESPACE = "vocespace"
    LIVEKIT = "livekit"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What a token says about itself; None where that part cannot be read. Nothing of it is verified."""

    text: str
    header: dict[str, Any] | None
    claims: dict[str, Any] | None

    @classmethod
    def of(cls, text: str) -> Anatomy:
        """Takes a token apart."""
        parts = [*text.split("."), "", ""]
        return cls(text, _object(parts[0]), _object(parts[1]))

    @property
    def kind(self) -> TokenKind:
        """Whose it seems to be."""
        algorithm = str((self.header or {}).get("alg", "HS256"))
        if not algorithm.startswith("HS") and algorithm != "none":
            return TokenKind.USER
        claims = self.claims or {}
        # A platform that signs its own tokens may put an iss into them: nobody minds a claim that is not known.
        is_livekit = "video" in claims or ("iss" in claims and "space" not in claims)
        return TokenKind.LIVEKIT if is_livekit else TokenKind.VOCESPACE

    def moment(self, claim: str) -> int | None:
        """A claim that is a time, Unix seconds."""
        value = (self.claims or {}).get(claim)
        return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _object(segment: str) -> dict[str, Any] | None:
    try:
        return parse_object(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (StrictJsonError, ValueError):
        return None
