"""The rooms of spaces on a real LiveKit server: who asks for one, and what the service then knows of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.support.livekit_command import vocespace
from tests.support.livekit_doors import Visitor, call, person_of
from tests.support.livekit_server import LiveKitServer

PATIENCE = 60
"""Seconds that anything may take. LiveKit waits for a browser that is gone to come back, which takes some 15."""

EMPTY = "$empty"

Rooms = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class House:
    """A service, and the LiveKit server that people join.

    Attributes:
        folder: Where the service writes what it writes.
        service: What its demo.env holds.
    """

    folder: Path
    service: Mapping[str, str] = field(repr=False)
    livekit: LiveKitServer

    def ask(self, visitor: Visitor, **members: object) -> requests.Response:
        """What the platform is answered that asks for somebody's connection details."""
        now = int(time.time())
        body = person_of(visitor) | {"iat": now, "exp": now + 600} | members
        return call(self.service, "POST", "/api/connection-details", params={"auth": visitor.auth}, json=body)

    def rooms(self, space: str) -> Rooms:
        """What the platform is told of a space's rooms, by their names."""
        answer = call(self.service, "GET", f"/api/spaces/{space}/rooms")
        assert answer.ok, answer.text
        return {room["name"]: room for room in answer.json()["rooms"]}

    def people(self, space: str) -> dict[str, int]:
        """How many are inside each room of a space in which somebody is."""
        return {name: room["occupancy"] for name, room in self.rooms(space).items() if room["occupancy"]}

    def tells(self, *arguments: str) -> Any:  # noqa: ANN401 - whatever it answers
        """What `vocespace rooms` tells the operator."""
        return vocespace(self.folder, "rooms", *arguments)


def until(holds: Callable[[], object], what: str) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"it never came to this: {what}"
        time.sleep(0.1)
