"""The RoomService of a real LiveKit server, asked with its own key or with whatever token somebody has."""

from __future__ import annotations

import time
from typing import Any

import jwt
import requests

from tests.support.livekit_server import LiveKitServer

PATIENCE = 10


def ask(server: LiveKitServer, token: str, method: str, **request: object) -> requests.Response:
    """What the RoomService answers to the bearer of a token."""
    return requests.post(
        f"{server.http_url}/twirp/livekit.RoomService/{method}",
        json=request,
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE,
    )


def signed(server: LiveKitServer, claims: dict[str, Any]) -> str:
    """A token by the server's own key."""
    return jwt.encode(claims | {"iss": server.api_key}, server.api_secret, "HS256")


def room_names(server: LiveKitServer) -> list[str]:
    """The rooms that there are."""
    rooms = _asked(server, {"roomList": True}, "ListRooms").get("rooms", [])
    return [room["name"] for room in rooms]


def who_is_in(server: LiveKitServer, room: str) -> list[str]:
    """The ids of those who are in a room."""
    people = _asked(server, {"roomAdmin": True, "room": room}, "ListParticipants", room=room).get("participants", [])
    return sorted(person["identity"] for person in people)


def _asked(server: LiveKitServer, grants: dict[str, Any], method: str, **request: object) -> dict[str, Any]:
    answer = ask(server, signed(server, {"exp": int(time.time()) + 60, "video": grants}), method, **request)
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    return told
