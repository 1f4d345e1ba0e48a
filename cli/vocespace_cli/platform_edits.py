"""What an operator wants a platform to be: options and a file laid over what it is, and held against the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vocespace.errors import FieldError
from vocespace.identities import identities_under
from vocespace.name_patterns import ANYTHING
from vocespace.platforms import DEFAULT_MAX_TTL, Platform
from vocespace.request_body import read_request
from vocespace.strict_json import StrictJsonError, parse_object
from vocespace_cli.faults import BadInputError, bad_field

EDITABLE = ("policy", "issuers", "roles")
"""The members of a platform that an operator decides; a file may hold these and no others."""

NONE = "none"
"""What an option is given to take something away."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What was said about a platform; None and nothing where nothing was.

    Attributes:
        policy: Members of the policy by their wire names; a value of None takes the member away.
        roles: The roles, as a whole.
        members: What a file says.
        any_space: Whether a pattern may match every space.
    """

    policy: dict[str, Any]
    roles: Sequence[str] | None
    members: Mapping[str, Any]
    any_space: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not self.policy and self.roles is None and not self.members

    def new(self, platform: str, *, now: int, cap: int) -> Platform:
        """A platform as it was described.

        Raises:
            InvalidParametersError, BadInputError: it cannot be so; each field at fault is named.
        """
        policy = {"maxTtlSeconds": min(DEFAULT_MAX_TTL, cap)}
        made = self._over({"platform": platform, "policy": policy, "createdAt": now})
        _check(made, None, cap=cap, any_space=self.any_space)
        return made

    def applied_to(self, platform: Platform, *, cap: int) -> Platform:
        """A platform that exists, as it is to be; what was not said stays.

        Raises:
            InvalidParametersError, BadInputError: it cannot be so; each field at fault is named.
        """
        changed = self._over(platform.to_wire() | {"revision": platform.revision + 1})
        _check(changed, platform, cap=cap, any_space=self.any_space)
        return changed

    def _over(self, members: dict[str, Any]) -> Platform:
        wanted = deepcopy(members) | deepcopy(dict(self.members))
        if self.roles is not None:
            wanted["roles"] = list(self.roles)
        policy = wanted["policy"]
        if isinstance(policy, dict):
            default = members["policy"]["maxTtlSeconds"]
            policy = {"maxTtlSeconds": default} | policy | self.policy
            wanted["policy"] = {name: value for name, value in policy.items() if value is not None}
        return read_request(Platform, wanted)


def read_file(file: Path | None) -> dict[str, Any]:
    """What a file says about a platform, nothing where none was named.

    Raises:
        BadInputError: it cannot be read, or holds something else.
    """
    if file is None:
        return {}
    try:
        members = parse_object(file.read_bytes())
    except OSError as error:
        raise bad_field("--file", f"cannot be read: {error.strerror}") from None
    except StrictJsonError as error:
        raise bad_field("--file", str(error)) from None
    strangers = [FieldError(name[:64], "is not for a file to say") for name in members if name not in EDITABLE]
    if strangers:
        raise BadInputError(
            "The file says what it may not say.",
            fields=strangers,
            hint=f"A file holds {', '.join(EDITABLE)}, as in: vocespace platforms show ID --json | "
            "jq '{policy, issuers, roles}'.",
        )
    return members


def editable(platform: Platform) -> dict[str, Any]:
    """The part of a platform that a file may hold."""
    members = platform.to_wire()
    return {name: members[name] for name in EDITABLE}


def _check(platform: Platform, before: Platform | None, *, cap: int, any_space: bool) -> None:
    faults = [
        *_lifetime(platform, before, cap),
        *_unusable_identities(platform),
        *_idle_grants(platform),
        *_twins(platform),
    ]
    if not any_space and (before is None or platform.policy.spaces != before.policy.spaces):
        faults += _boundless_spaces(platform)
    if faults:
        raise BadInputError("The platform would not be right; nothing was written.", fields=faults)


def _lifetime(platform: Platform, before: Platform | None, cap: int) -> list[FieldError]:
    seconds = platform.policy.max_ttl_seconds
    if seconds <= cap or (before is not None and before.policy.max_ttl_seconds == seconds):
        return []
    return [FieldError("policy.maxTtlSeconds", f"is over the deployment's MaxTtlSeconds, {cap}")]


def _unusable_identities(platform: Platform) -> list[FieldError]:
    admitted = frozenset().union(*map(identities_under, platform.policy.auth_types))
    return [
        FieldError(f"policy.identities.{place}", f"no auth type of the policy admits {identity}: nobody could use it")
        for place, identity in enumerate(platform.policy.identities)
        if identity not in admitted
    ]


def _idle_grants(platform: Platform) -> list[FieldError]:
    return [
        FieldError(f"policy.grants.{identity}", f"the policy does not list {identity}: nobody could come as that")
        for identity in platform.policy.grants or {}
        if identity not in platform.policy.identities
    ]


def _boundless_spaces(platform: Platform) -> list[FieldError]:
    return [
        FieldError(f"policy.spaces.{place}", "matches every space; say --any-space if that is meant")
        for place, pattern in enumerate(platform.policy.spaces)
        if not pattern.strip(ANYTHING)
    ]


def _twins(platform: Platform) -> list[FieldError]:
    issuers = [(each.issuer, each.audience) for each in platform.issuers]
    named: dict[str, Sequence[object]] = {"issuers": issuers, "roles": platform.roles}
    return [
        FieldError(f"{name}.{place}", "is there twice")
        for name, values in named.items()
        for place, value in enumerate(values)
        if value in values[:place]
    ]
