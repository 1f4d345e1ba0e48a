"""What LiveKit's webhooks tell of who comes and goes, and what of it is handed on (LiveKit docs, Webhooks)."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from vocespace.errors import FieldError, InvalidParametersError
from vocespace.livekit_messages import LiveKitMessage, LiveKitParticipant, LiveKitRoom
from vocespace.names import MAX_NAME, PersonName
from vocespace.occupancy import Presence
from vocespace.wire import WireModel

MEDIA_TYPE = "application/webhook+json"

MAX_EVENT = 2 * 1024 * 1024
"""A room's metadata, a person's metadata and their attributes can be 64,000 bytes each by LiveKit's own limits, and six
times that in JSON. People change their own, and nobody shall be able to stay unseen by making an event too large."""

Sid = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]


class Happening(StrEnum):
    """What can happen in a room."""

    CAME = "came"
    WENT = "went"
    ENDED = "ended"


_HAPPENINGS = {
    "participant_joined": Happening.CAME,
    "participant_left": Happening.WENT,
    # Whoever never got through is not told of as having left.
    "participant_connection_aborted": Happening.WENT,
    "room_finished": Happening.ENDED,
}


class RoomEvent(WireModel):
    """Something that happened, with nothing of what LiveKit knows beyond it: no names, no metadata.

    Attributes:
        id: LiveKit's id of the event.
        what: What happened.
        room_name: In which LiveKit room.
        room_sid: Its sid.
        person: Who came or went, by their LiveKit identity.
        sid: By which connection.
        at: When, in Unix milliseconds.
    """

    id: Sid
    what: Annotated[Happening, Field(strict=False)]
    room_name: Annotated[str, Field(min_length=1, max_length=2 * MAX_NAME + 1)]
    room_sid: Annotated[str, Field(max_length=MAX_NAME)]
    person: PersonName | None = None
    sid: Sid | None = None
    at: Annotated[int, Field(gt=0)]

    @model_validator(mode="after")
    def _names_who(self) -> Self:
        if self.what is not Happening.ENDED and self.presence is None:
            raise ValueError("says of nobody that they came or went")
        return self

    @property
    def presence(self) -> Presence | None:
        """Whose coming or going it is; None where the room has ended."""
        if self.person is None or self.sid is None:
            return None
        return Presence(room_name=self.room_name, room_sid=self.room_sid, person=self.person, sid=self.sid, at=self.at)

    @property
    def group(self) -> str:
        """What has the same one is worked on in order."""
        return hashlib.sha256(self.room_name.encode()).hexdigest()


class _Webhook(LiveKitMessage):
    event: str = ""
    id: str = ""
    created_at: Annotated[int, Field(strict=False)] = 0
    room: LiveKitRoom = LiveKitRoom()
    participant: LiveKitParticipant | None = None


def room_event(body: bytes, *, now: float) -> RoomEvent | None:
    """Reads the body of a verified webhook.

    Args:
        body: The body.
        now: The present, Unix seconds. Nothing has happened after it, however fast LiveKit's clock may be.

    Returns:
        What happened; None where it changes nothing in who is where, or is about somebody or something that cannot be
        one of ours.

    Raises:
        InvalidParametersError: it is no event at all.
    """
    try:
        said = _Webhook.model_validate_json(body)
    except ValidationError:
        raise InvalidParametersError(FieldError("body", "is not an event of LiveKit's")) from None
    what = _HAPPENINGS.get(said.event)
    if what is None:
        return None
    members = {
        "id": said.id,
        "what": what,
        "roomName": said.room.name,
        "roomSid": said.room.sid,
        "at": min(said.created_at, int(now)) * 1000,
    }
    if what is not Happening.ENDED:
        participant = said.participant
        if participant is None or not participant.is_person():
            return None
        members |= {"person": participant.identity, "sid": participant.sid}
    try:
        return RoomEvent.from_wire(members)
    except ValidationError:
        return None
