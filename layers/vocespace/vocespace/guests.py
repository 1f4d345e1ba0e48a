"""Guests of nobody's, as VoceSpace's web client describes them."""

from __future__ import annotations

import secrets

from vocespace.admission import PARTICIPANT_SECONDS, guest_id
from vocespace.token_result import GuestQuery, TokenResult

_ID_BYTES = 16


def guest_of(query: GuestQuery, now: int) -> TokenResult:
    """Who comes, and for long enough to get in; one who has no id gets one."""
    return TokenResult(
        id=guest_id(query.identity or secrets.token_urlsafe(_ID_BYTES)),
        username=query.participant_name,
        space=query.space_name,
        iat=now,
        exp=now + PARTICIPANT_SECONDS,
    )
