"""Connection details by our own LiveKit key: the enforced path, since only we and the media server hold it."""

from __future__ import annotations

from typing import Literal

from vocespace.admission import Admission
from vocespace.clock import Clock
from vocespace.connection_details import ConnectionDetails
from vocespace.document_cache import CachedDocument
from vocespace.livekit_key import LiveKitKey
from vocespace.participant_token import mint_participant_token
from vocespace.rooms import MAIN
from vocespace.token_result import TokenResult

RoomMapping = Literal["space", "room"]


class LiveKitProvider:
    """Mints participant tokens."""

    name = "livekit"

    def __init__(self, key: CachedDocument[LiveKitKey], *, room_mapping: RoomMapping, clock: Clock) -> None:
        self._key = key
        self._room_mapping = room_mapping
        self._clock = clock

    def connect(self, admission: Admission) -> ConnectionDetails:
        """Signs a participant token for the space, or for the room in it.

        Raises:
            SecretsUnavailableError: there is no LiveKit key to sign with.
        """
        key = self._key.value()
        room_name = room_name_for(admission.person, self._room_mapping)
        return ConnectionDetails(
            server_url=key.url,
            room_name=room_name,
            participant_name=admission.person.username,
            participant_token=mint_participant_token(admission, key, room_name=room_name, now=int(self._clock.time())),
        )


def room_name_for(person: TokenResult, mapping: RoomMapping) -> str:
    """The LiveKit room: VoceSpace's is the whole space; a custom front end may want one a room (design section 5)."""
    return livekit_room(person.space, person.room, mapping)


def livekit_room(space: str, room: str | None, mapping: RoomMapping) -> str:
    """The LiveKit room that somebody is in who is in this room of a space."""
    if mapping == "space" or room in {None, MAIN}:
        return space
    return f"{space}/{room}"
