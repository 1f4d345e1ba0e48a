"""The LiveKit participant token: who somebody is in the LiveKit room (design section 4; LiveKit's access token)."""

from __future__ import annotations

from vocespace.admission import PARTICIPANT_SECONDS, Admission
from vocespace.grants import video_grants
from vocespace.jws import sign
from vocespace.livekit_key import LiveKitKey


def mint_participant_token(admission: Admission, key: LiveKitKey, *, room_name: str, now: int) -> str:
    """Signs a participant token.

    Args:
        admission: Who may enter.
        key: The LiveKit key.
        room_name: The LiveKit room, and the only one the token opens.
        now: The present, Unix seconds.
    """
    person, options = admission.person, admission.options
    decided = {"identity": admission.identity.value, "auth": admission.auth, "room": person.room}
    attributes = {name: value for name, value in decided.items() if value is not None}
    claims = {
        "iss": key.api_key,
        "sub": person.id,
        "name": person.username,
        "nbf": now,
        "exp": min(now + (admission.join_within or PARTICIPANT_SECONDS), person.exp),
        "attributes": attributes,
        "video": video_grants(
            admission.identity,
            admission.limits,
            room_name=room_name,
            # VoceSpace's web client renames people through it: nothing here or there may trust metadata or attributes.
            updates_own_metadata=options is None,
            made_space=admission.made_space,
        ),
    }
    if options is not None:
        claims |= options.claims() | {"attributes": {**options.attributes, **attributes}}
    return sign(claims, key.secret_bytes())
