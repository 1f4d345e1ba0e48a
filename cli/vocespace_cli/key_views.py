"""How API keys are shown: never with a secret, nor with what is kept of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vocespace.api_keys import ApiKey
from vocespace_cli.output import Output, utc

KEY_ONCE = "This is the only time the API key is shown: store it where the platform keeps its secrets."


def key_members(key: ApiKey, now: int) -> dict[str, Any]:
    """A key for a script."""
    members = key.to_wire()
    del members["secretSha256"]
    return members | {"live": key.is_live(now)}


def show_keys(output: Output, keys: Sequence[ApiKey], now: int) -> None:
    """Prints a table of keys."""
    if not keys:
        output.line("No API key: vocespace keys add PLATFORM makes one.")
        return
    rows = [(key.key_id, _state(key, now), utc(key.created_at), utc(key.expires_at)) for key in keys]
    output.table(("Key", "State", "Created", "Ends"), rows)


def _state(key: ApiKey, now: int) -> str:
    if key.disabled:
        return "revoked"
    return "live" if key.is_live(now) else "ended"
