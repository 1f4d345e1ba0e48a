"""How platforms are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vocespace.api_keys import ApiKey
from vocespace.platforms import Platform, Policy
from vocespace.registry import MEMORY_SECONDS
from vocespace_cli.key_views import key_members, show_keys
from vocespace_cli.output import Output, utc

LATENCY = f"It takes effect everywhere within {MEMORY_SECONDS} seconds."


def platform_members(platform: Platform, keys: Sequence[ApiKey], now: int) -> dict[str, Any]:
    """A platform for a script."""
    return platform.to_wire() | {"keys": [key_members(key, now) for key in keys]}


def show_platforms(output: Output, platforms: Sequence[Platform]) -> None:
    """Prints a table of platforms."""
    if not platforms:
        output.line("There is no platform yet: vocespace platforms add --help.")
        return
    columns = ("Platform", "State", "Auth types", "Identities", "Spaces", "Longest token")
    output.table(columns, [_row(each) for each in platforms])


def show_platform(output: Output, platform: Platform, keys: Sequence[ApiKey], now: int) -> None:
    """Prints all there is to know about one."""
    policy = platform.policy
    output.pairs(
        {
            "Platform": platform.platform,
            "State": _state(platform),
            "Created": utc(platform.created_at),
            "Auth types": ", ".join(policy.auth_types),
            "Identities": ", ".join(policy.identities),
            "Spaces": ", ".join(policy.spaces),
            "Rooms": ", ".join(policy.rooms),
            "Longest token": f"{policy.max_ttl_seconds} s",
            "Requests a minute": str(policy.requests_per_minute or "no quota"),
            "Tokens a day": str(policy.tokens_per_day or "no quota"),
            "Grants": _grants(policy),
            "Room config": _spoken({} if policy.room_config is None else policy.room_config.to_wire()) or "nothing",
            "Issuers": ", ".join(f"{each.issuer} for {each.audience}" for each in platform.issuers) or "none",
            "IAM roles": ", ".join(platform.roles) or "none",
        }
    )
    show_keys(output, keys, now)


def _grants(policy: Policy) -> str:
    limits = {identity: _spoken(each.to_wire()) for identity, each in (policy.grants or {}).items()}
    return "; ".join(f"{identity}: {text}" for identity, text in limits.items() if text) or "as the identity has them"


def _spoken(members: Mapping[str, Any]) -> str:
    texts = {name: _text(value) for name, value in members.items()}
    return ", ".join(f"{name} {text}" for name, text in texts.items() if text)


def _text(value: Any) -> str:  # noqa: ANN401 - what a policy's limits hold: booleans, numbers, lists of texts
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " or ".join(value) if isinstance(value, list) else str(value)


def _row(platform: Platform) -> tuple[str, ...]:
    policy = platform.policy
    return (
        platform.platform,
        _state(platform),
        ", ".join(policy.auth_types),
        ", ".join(policy.identities),
        ", ".join(policy.spaces),
        f"{policy.max_ttl_seconds} s",
    )


def _state(platform: Platform) -> str:
    return "disabled" if platform.disabled else "enabled"
