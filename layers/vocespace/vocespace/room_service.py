"""LiveKit's RoomService, as far as it is needed: who is in a room, taking somebody out, ending it (LiveKit server API).

Spoken directly: it is one POST of JSON (Twirp), and LiveKit's own client would bring aiohttp and protobuf along.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import ValidationError

from vocespace.clock import Clock
from vocespace.document_cache import CachedDocument
from vocespace.errors import UpstreamFailedError, UpstreamTimeoutError
from vocespace.http_json import HttpJsonError, HttpTimedOutError, request_json
from vocespace.jws import sign
from vocespace.livekit_key import LiveKitKey
from vocespace.livekit_messages import LiveKitMessage, LiveKitParticipant, LiveKitRoom
from vocespace.livekit_provider import RoomMapping

CONNECT_TIMEOUT = 2.0
READ_TIMEOUT = 3.0
TOKEN_SECONDS = 60

MAX_ANSWER = 8 * 1024 * 1024
"""A full room is told with everybody's metadata and tracks."""

Message = TypeVar("Message", bound=LiveKitMessage)

_SCHEMES = {"wss": "https", "ws": "http"}


class RoomService:
    """Asks the LiveKit server that the key belongs to."""

    def __init__(self, key: CachedDocument[LiveKitKey], *, room_mapping: RoomMapping, clock: Clock) -> None:
        self._key = key
        self._room_mapping = room_mapping
        self._clock = clock

    def remove_from_space(self, space: str, person: str) -> bool:
        """Takes a person out of a space, in whichever of its LiveKit rooms they are.

        Returns:
            Whether they were in one.

        Raises:
            SecretsUnavailableError: there is no LiveKit key to ask with.
            UpstreamFailedError, UpstreamTimeoutError: the server refuses, or does not answer.
        """
        rooms = [space] if self._room_mapping == "space" else self._rooms_of(space)
        removed = [self.remove(room, person) for room in rooms]
        return any(removed)

    def room_names(self) -> list[str]:
        """The LiveKit rooms that there are right now.

        Raises:
            SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: as `remove_from_space`.
        """
        return [room.name for room in self.rooms()]

    def rooms(self) -> list[LiveKitRoom]:
        """The same with their sids.

        Raises:
            SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: as `remove_from_space`.
        """
        status, answer = self._call("ListRooms", {"roomList": True}, {})
        if status != HTTPStatus.OK:
            raise UpstreamFailedError("room_service_refused")
        return _read(LiveKitRoom, answer.get("rooms", []))

    def participants(self, room: str) -> list[LiveKitParticipant]:
        """The connections to a LiveKit room; none where there is no such room any more.

        Raises:
            SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: as `remove_from_space`.
        """
        status, answer = self._call("ListParticipants", {"roomAdmin": True, "room": room}, {"room": room})
        if status == HTTPStatus.NOT_FOUND:
            return []
        if status != HTTPStatus.OK:
            raise UpstreamFailedError("room_service_refused")
        return _read(LiveKitParticipant, answer.get("participants", []))

    def remove(self, room: str, person: str) -> bool:
        """Takes a person out of one LiveKit room.

        Returns:
            Whether they were in it.

        Raises:
            SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: as `remove_from_space`.
        """
        status, _ = self._call(
            "RemoveParticipant", {"roomAdmin": True, "room": room}, {"room": room, "identity": person}
        )
        if status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise UpstreamFailedError("room_service_refused")
        return status == HTTPStatus.OK

    def end(self, room: str) -> None:
        """Ends a LiveKit room for everybody who is in it, if there is one of this name.

        Raises:
            SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError: as `remove_from_space`.
        """
        status, _ = self._call("DeleteRoom", {"roomCreate": True}, {"room": room})
        if status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise UpstreamFailedError("room_service_refused")

    def _rooms_of(self, space: str) -> list[str]:
        return [room for room in self.room_names() if room == space or room.startswith(f"{space}/")]

    def _call(self, method: str, grants: Mapping[str, Any], body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        key = self._key.value()
        now = int(self._clock.time())
        claims = {"iss": key.api_key, "nbf": now, "exp": now + TOKEN_SECONDS, "video": grants}
        scheme, _, rest = key.url.partition("://")
        url = f"{_SCHEMES.get(scheme, scheme)}://{rest.rstrip('/')}/twirp/livekit.RoomService/{method}"
        try:
            return request_json(
                "POST",
                url,
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                max_answer=MAX_ANSWER,
                json=body,
                headers={"Authorization": f"Bearer {sign(claims, key.secret_bytes())}"},
            )
        except HttpTimedOutError:
            raise UpstreamTimeoutError("room_service_timeout") from None
        except HttpJsonError:
            raise UpstreamFailedError("room_service_unreachable") from None


def _read(kind: type[Message], members: list[dict[str, Any]]) -> list[Message]:
    try:
        return [kind.from_wire(each) for each in members]
    except ValidationError:
        raise UpstreamFailedError("room_service_malformed") from None
