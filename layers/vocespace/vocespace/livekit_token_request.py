"""What LiveKit's client SDKs ask a token endpoint for (LiveKit's TokenSourceRequest), and what it means here.

`room_name` is the LiveKit room. Who somebody wants to be in VoceSpace, by which auth type and in which of its rooms,
stands in the attributes of the same names, as it will in the participant token.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from vocespace.errors import FieldError, InvalidParametersError
from vocespace.identities import Identity
from vocespace.livekit_provider import RoomMapping
from vocespace.name_patterns import name_like
from vocespace.names import MAX_NAME, AuthType, PersonName, place_name
from vocespace.participant_options import ParticipantOptions
from vocespace.platforms import Policy
from vocespace.room_config import RoomConfig
from vocespace.rooms import RoomType, room_type
from vocespace.token_result import Meeting, RedirectRequest
from vocespace.users import SignedInUser, UserRequest
from vocespace.wire import ProtoModel, WireModel

MAX_METADATA_BYTES = 2048
MAX_ATTRIBUTES_BYTES = 4096
"""LiveKit takes more of both; but a participant token travels in a URL."""

LIVEKITS_OWN = "lk."
"""What the names of attributes begin with that only LiveKit itself may set."""

_ID_BYTES = 16


def absent_if_empty(value: object) -> object:
    """Takes an empty text for none, as protocol buffers do, and returns anything else."""
    return None if value == "" else value


_EmptyIsAbsent = BeforeValidator(absent_if_empty)


def small_metadata(value: str) -> str:
    """Checks the metadata of a participant and returns it."""
    if len(value.encode()) > MAX_METADATA_BYTES:
        raise ValueError(f"may not be more than {MAX_METADATA_BYTES} bytes in UTF-8")
    return value


class ParticipantAttributes(WireModel):
    """Attributes of a participant. Four of them are wishes; all others are passed on."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str]

    identity: Annotated[Annotated[Identity, Field(strict=False)] | None, _EmptyIsAbsent] = None
    auth: Annotated[AuthType | None, _EmptyIsAbsent] = None
    room: Annotated[RoomType | None, _EmptyIsAbsent] = None
    meeting: Annotated[Meeting | None, _EmptyIsAbsent] = None

    def others(self) -> dict[str, str]:
        """The attributes that are no wishes."""
        return self.__pydantic_extra__


def small_attributes(value: ParticipantAttributes) -> ParticipantAttributes:
    """Checks the attributes of a participant and returns them."""
    others = value.others()
    if any(name.startswith(LIVEKITS_OWN) for name in others):
        raise ValueError(f"may hold none of LiveKit's own, which start with {LIVEKITS_OWN}")
    if sum(len(name.encode()) + len(text.encode()) for name, text in others.items()) > MAX_ATTRIBUTES_BYTES:
        raise ValueError(f"may not be more than {MAX_ATTRIBUTES_BYTES} bytes in UTF-8")
    return value


class LiveKitTokenRequest(ProtoModel):
    """The body of `POST /api/livekit-token`; SDKs send null, or nothing, or an empty message for what nobody set."""

    room_name: Annotated[Annotated[str, Field(max_length=2 * MAX_NAME + 1)] | None, _EmptyIsAbsent] = None
    participant_name: Annotated[PersonName | None, _EmptyIsAbsent] = None
    participant_identity: Annotated[PersonName | None, _EmptyIsAbsent] = None
    participant_metadata: Annotated[Annotated[str, AfterValidator(small_metadata)] | None, _EmptyIsAbsent] = None
    participant_attributes: Annotated[ParticipantAttributes, AfterValidator(small_attributes)] | None = None
    room_config: RoomConfig | None = None

    @property
    def auth(self) -> str | None:
        """The auth type that it names."""
        return self._attributes.auth

    @property
    def options(self) -> ParticipantOptions:
        """What is passed on into the participant token."""
        return ParticipantOptions(
            self._attributes.others(), self.participant_metadata, self.room_config or RoomConfig()
        )

    @property
    def _attributes(self) -> ParticipantAttributes:
        return self.participant_attributes or ParticipantAttributes()

    def visit(self, policy: Policy, user: SignedInUser | None, mapping: RoomMapping) -> RedirectRequest:
        """Who wants to go where, in VoceSpace's words.

        Args:
            policy: The platform's; where nobody says where to, its first space and room are meant.
            user: Who asks for themselves; None where a platform asks for somebody.
            mapping: What a LiveKit room is.

        Raises:
            InvalidParametersError: `room_name` names no room, or another one than the attributes.
            PolicyRefusedError, IdentityRefusedError: a user asks for somebody else, or an identity not theirs.
        """
        space, room = self._place(policy, mapping)
        wish = self._attributes
        if user is not None:
            asked = UserRequest(
                id=self.participant_identity,
                username=self.participant_name or user.id,
                space=space,
                room=room,
                identity=wish.identity,
                meeting=wish.meeting,
            )
            return asked.on_behalf_of(user)
        person = self.participant_identity or secrets.token_urlsafe(_ID_BYTES)
        name = self.participant_name or person
        return RedirectRequest(
            id=person, username=name, space=space, room=room, identity=wish.identity, meeting=wish.meeting
        )

    def _place(self, policy: Policy, mapping: RoomMapping) -> tuple[str, str | None]:
        named = self.room_name or name_like(policy.spaces[0])
        space, slash, room = named.partition("/") if mapping == "room" else (named, "", "")
        wanted = self._attributes.room
        try:
            place = place_name(space), place_name(room) if slash else wanted
        except ValueError as error:
            raise InvalidParametersError(FieldError("room_name", str(error))) from None
        if slash and wanted not in {None, place[1]}:
            raise InvalidParametersError(FieldError("room_name", "differs from participant_attributes.room"))
        return place[0], place[1] or _default_room(policy)


def _default_room(policy: Policy) -> str | None:
    room = policy.default_room()
    try:
        return None if room is None else room_type(room)
    except ValueError:
        # A pattern may be of names that are too long with anything in place of its `*`, or that are none at all.
        raise InvalidParametersError(FieldError("participant_attributes.room", "is missing")) from None
