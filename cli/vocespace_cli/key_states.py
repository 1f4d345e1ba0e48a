"""In which state a key of the ring is, and how that is shown: never with its secret."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from vocespace.key_ring import KeyRing, SigningKey
from vocespace_cli.output import Output, utc


class KeyState(StrEnum):
    """What a key is for at the moment."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"
    OVER = "over"
    PLATFORM = "platform"


def state_of(key: SigningKey, ring: KeyRing, now: float) -> KeyState:
    """The state of one of the ring's keys."""
    if not key.is_live(now):
        return KeyState.OVER
    if key.kid == ring.signing_kid:
        return KeyState.ACTIVE
    if key.retire_after is not None:
        return KeyState.RETIRED
    return KeyState.NEXT if key.platform is None else KeyState.PLATFORM


def spoken_state(key: SigningKey, ring: KeyRing, now: float) -> str:
    """The state in words."""
    state = state_of(key, ring, now)
    if state is KeyState.OVER:
        return f"over since {utc(key.retire_after)}"
    return state.value if key.retire_after is None else f"{state.value}, accepted until {utc(key.retire_after)}"


def signing_key_members(key: SigningKey, ring: KeyRing, now: float) -> dict[str, Any]:
    """A key for a script."""
    members = key.to_wire()
    del members["secret"]
    return members | {"state": state_of(key, ring, now).value}


def show_signing_keys(output: Output, keys: tuple[SigningKey, ...], ring: KeyRing, now: float) -> None:
    """Prints a table of keys."""
    rows = [
        (
            key.kid,
            spoken_state(key, ring, now),
            key.platform or "the deployment",
            utc(key.created_at) if key.created_at else "with the stack",
        )
        for key in keys
    ]
    output.table(("Key", "State", "Of", "Created"), rows)
