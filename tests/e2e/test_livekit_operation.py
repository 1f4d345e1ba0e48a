"""What an operator's tools ask a real LiveKit server: the doctor, and the rotation that is about to use another key."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.livekit_command import vocespace
from vocespace.clock import SystemClock
from vocespace.livekit_rotation import LiveKitChange
from vocespace.secret_rotation import UnprovenError
from vocespace.secret_versions import SecretVersion

if TYPE_CHECKING:
    from tests.e2e.conftest import StartService
    from tests.support.livekit_server import LiveKitServer


def _pair(api_key: str, api_secret: str) -> dict[str, str]:
    return {"apiKey": api_key, "apiSecret": api_secret}


def _unknown() -> dict[str, str]:
    return _pair(f"API{secrets.token_hex(6)}", secrets.token_hex(32))


def _prove(url: str, following: dict[str, str]) -> None:
    """Lets a rotation prove the key that is next."""
    change = LiveKitChange(SystemClock())
    current = json.dumps({"url": url, **_unknown(), "next": following})
    change.prove(current, change.successor(SecretVersion("version-1", current)))


def test_a_rotation_proves_the_next_key(livekit: LiveKitServer) -> None:
    """By a list of rooms, which the server gives to a key of its map."""
    _prove(livekit.url, _pair(livekit.api_key, livekit.api_secret))


@pytest.mark.parametrize("is_named", [True, False])
def test_a_rotation_stops_at_a_key_that_the_server_lacks(livekit: LiveKitServer, is_named: bool) -> None:
    """Whether it lacks its name or has another secret under it."""
    unknown = _unknown()
    following = _pair(livekit.api_key, unknown["apiSecret"]) if is_named else unknown
    with pytest.raises(UnprovenError, match="room_service_refused"):
        _prove(livekit.url, following)


def test_the_doctor_asks_the_server(livekit: LiveKitServer, start_service: StartService, tmp_path: Path) -> None:
    """All is well with the server's key; with another one the line says so, and the exit code too."""
    for name, variables, code in (
        ("right", livekit.variables, 0),
        ("wrong", livekit.variables | {"LIVEKIT_API_SECRET": secrets.token_hex(32)}, 1),
    ):
        folder = tmp_path / name
        folder.mkdir()
        with start_service(folder, **variables):
            told = vocespace(folder, "doctor", code=code)
        [line] = [check for check in told["checks"] if check["name"] == "LiveKit server"]
        assert line["status"] == ("fault" if code else "ok")
