"""As what a person would come in, under one auth type: decided and granted by the very code that does it."""

from __future__ import annotations

import secrets
from typing import Any

from pydantic import SecretStr

from vocespace.admission import Admission, admit
from vocespace.errors import IdentityRefusedError, PolicyRefusedError
from vocespace.identities import permissions_of
from vocespace.jws import parse_compact, unverified_claims
from vocespace.key_ring import MIN_SECRET_BYTES
from vocespace.livekit_key import LiveKitKey
from vocespace.livekit_provider import room_name_for
from vocespace.participant_token import mint_participant_token
from vocespace.platforms import Platform
from vocespace.token_result import TokenResult
from vocespace_cli.inspection.findings import Way
from vocespace_cli.reasons import explained
from vocespace_cli.run import Run


def way_under(auth: str | None, person: TokenResult, platform: Platform, run: Run) -> Way:
    """What becomes of a person whom a platform vouches for, under an auth type or none."""
    try:
        return _way(admit(person, auth=auth, platform=platform), run)
    except (IdentityRefusedError, PolicyRefusedError) as error:
        return Way(auth, reason=explained(error.reason))


def way_of_guest(admission: Admission, run: Run) -> Way:
    """What becomes of a guest of nobody's."""
    return _way(admission, run)


def _way(admission: Admission, run: Run) -> Way:
    grants = _grants(admission, run) if run.settings.connection_provider == "livekit" else None
    return Way(admission.auth, admission.identity.value, permissions_of(admission.identity), grants)


def _grants(admission: Admission, run: Run) -> dict[str, Any]:
    # Minted with a key that no server knows: only what the token would say is wanted, and the real one stays unread.
    key = LiveKitKey(url="wss://nowhere", api_key="none", api_secret=SecretStr(secrets.token_hex(MIN_SECRET_BYTES)))
    room_name = room_name_for(admission.person, run.settings.room_mapping)
    token = mint_participant_token(admission, key, room_name=room_name, now=run.now())
    grants: dict[str, Any] = unverified_claims(parse_compact(token))["video"]
    return grants
