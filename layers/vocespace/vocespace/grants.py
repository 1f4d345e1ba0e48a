"""LiveKit grants: what a person may do in the LiveKit room, and what a platform's policy takes away (design section 4).

Every grant is said or withheld on purpose: LiveKit's defaults let everybody publish, and a token without `room`
opens any. Nobody is ever `hidden`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from vocespace.identities import Identity
from vocespace.wire import WireModel

_ROOM_ADMINS = frozenset({Identity.OWNER, Identity.MANAGER, Identity.ASSISTANT})

Withheld = Literal[False]


class PublishSource(StrEnum):
    """What a track can come from."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN_SHARE = "screen_share"
    SCREEN_SHARE_AUDIO = "screen_share_audio"


class GrantLimits(WireModel):
    """What a policy takes away from an identity, by the names of LiveKit's grants: only `false` can be said.

    Attributes:
        can_publish: False: no track at all.
        can_publish_sources: Tracks from these sources only.
        can_publish_data: False: no messages.
        can_subscribe: False: sees and hears nobody.
        can_update_own_metadata: Whether people may change their own name, metadata and attributes. None leaves it to
            the way in: with VoceSpace's web client they may, with a token of `/api/livekit-token` they may not.
        room_admin: False: no managing of others, whatever the identity.
        room_record: False: no recording.
    """

    can_publish: Withheld | None = None
    # LiveKit takes an empty list for no limit at all.
    can_publish_sources: (
        Annotated[tuple[Annotated[PublishSource, Field(strict=False)], ...], Field(min_length=1, strict=False)] | None
    ) = None
    can_publish_data: Withheld | None = None
    can_subscribe: Withheld | None = None
    can_update_own_metadata: bool | None = None
    room_admin: Withheld | None = None
    room_record: Withheld | None = None


def video_grants(
    identity: Identity, limits: GrantLimits | None, *, room_name: str, updates_own_metadata: bool, made_space: bool
) -> dict[str, Any]:
    """The grants of a participant token, by their wire names.

    Args:
        identity: As what the person comes.
        limits: What the platform's policy takes away; None: nothing.
        room_name: The LiveKit room, and the only one the token opens.
        updates_own_metadata: Whether the person may change their own metadata, where the policy says nothing of it.
        made_space: Whether they have made the space: there a guest manages as well, and records nothing.
    """
    granted = {
        "room": room_name,
        "roomJoin": True,
        "canPublish": True,
        "canSubscribe": True,
        "canPublishData": True,
        "canUpdateOwnMetadata": updates_own_metadata,
        "roomAdmin": identity in _ROOM_ADMINS or (made_space and identity is Identity.GUEST),
        "roomRecord": identity is Identity.OWNER,
    }
    return granted if limits is None else granted | limits.to_wire()
