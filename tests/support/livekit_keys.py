"""The keys of a LiveKit server, as far as a rotation needs them: who may ask for its rooms, and who has."""

from __future__ import annotations

from typing import Any

import jwt

from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET
from vocespace.livekit_key import LiveKitKey


class KeyMap:
    """`keys:` of a server's configuration.

    Attributes:
        keys: The secret of each key.
        asked_by: The keys that have been taken, in their order.
    """

    def __init__(self) -> None:
        self.keys = {LIVEKIT_KEY: LIVEKIT_SECRET}
        self.asked_by: list[str] = []

    def add(self, key: LiveKitKey) -> None:
        """What the operator does between two rotations."""
        assert key.next is not None
        self.keys[key.next.api_key] = key.next.secret_bytes().decode()

    def list_rooms(self, authorization: str) -> tuple[int, dict[str, Any]]:
        """The status and the body that the bearer of a token gets; a signature by another secret is our mistake."""
        token = authorization.removeprefix("Bearer ")
        name = jwt.decode(token, options={"verify_signature": False})["iss"]
        if name not in self.keys:
            return 401, {"code": "unauthenticated"}
        jwt.decode(token, self.keys[name], ["HS256"], options={"verify_exp": False, "verify_nbf": False})
        self.asked_by.append(name)
        return 200, {"rooms": []}
