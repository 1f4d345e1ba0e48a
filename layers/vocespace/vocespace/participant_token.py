"""The LiveKit participant token: what a person may do in the LiveKit room (design section 4; LiveKit's access token).

Every grant is said or withheld on purpose: LiveKit's defaults let everybody publish, and a token without `room`
opens any.
"""

from __future__ import annotations

from typing import Any

from vocespace.admission import Admission
from vocespace.identities import Identity
from vocespace.jws import sign
from vocespace.livekit_key import LiveKitKey

MAX_TTL_SECONDS = 600
"""It gates the joining only: LiveKit renews the token of whoever is inside."""

_ROOM_ADMINS = frozenset({Identity.OWNER, Identity.MANAGER, Identity.ASSISTANT})


def mint_participant_token(admission: Admission, key: LiveKitKey, *, room_name: str, now: int) -> str:
    """Signs a participant token.

    Args:
        admission: Who may enter.
        key: The LiveKit key.
        room_name: The LiveKit room, and the only one the token opens.
        now: The present, Unix seconds.
    """
    person = admission.person
    attributes = {"identity": admission.identity.value, "auth": admission.auth, "room": person.room}
    claims = {
        "iss": key.api_key,
        "sub": person.id,
        "name": person.username,
        "nbf": now,
        "exp": min(now + MAX_TTL_SECONDS, person.exp),
        "attributes": {name: value for name, value in attributes.items() if value is not None},
        "video": _video_grants(admission.identity, room_name),
    }
    return sign(claims, key.secret_bytes())


def _video_grants(identity: Identity, room_name: str) -> dict[str, Any]:
    return {
        "room": room_name,
        "roomJoin": True,
        "canPublish": True,
        "canSubscribe": True,
        "canPublishData": True,
        # VoceSpace's web client renames people through it; so nothing here or there may trust metadata or attributes.
        "canUpdateOwnMetadata": True,
        "roomAdmin": identity in _ROOM_ADMINS,
        "roomRecord": identity is Identity.OWNER,
    }
