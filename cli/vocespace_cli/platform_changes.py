"""Changes of platforms, and in plain words why one was refused."""

from __future__ import annotations

from collections.abc import Sequence

from vocespace.api_keys import ApiKey
from vocespace.errors import FieldError
from vocespace.platforms import Platform
from vocespace.registry import Reference, issuer_key, platform_items, role_key
from vocespace.request_body import read_request
from vocespace.table import ConditionFailedError
from vocespace_cli.faults import NotOkError
from vocespace_cli.platform_store import MAX_WRITES, PlatformStore

_ITEMS_OF_A_KEY = 2


def existing(store: PlatformStore, platform: str) -> Platform:
    """The platform of this id.

    Raises:
        InvalidParametersError: it is no id of a platform.
        NotOkError: there is none.
    """
    found = store.platform(read_request(Reference, {"platform": platform}).platform)
    if found is None:
        raise NotOkError(
            "There is no such platform.",
            fields=[FieldError("platform", "is unknown")],
            hint="vocespace platforms list shows those that there are.",
        )
    return found


def create(store: PlatformStore, platform: Platform, key: ApiKey) -> None:
    """Writes a new platform and its first key.

    Raises:
        NotOkError: its id is taken, or an issuer or a role is another platform's.
    """
    if store.platform(platform.platform) is not None:
        raise _taken(platform)
    _check_owners(store, platform)
    try:
        store.add(platform, key)
    except ConditionFailedError:
        if store.platform(platform.platform) is not None:
            raise _taken(platform) from None
        _check_owners(store, platform)
        raise _overtaken(platform) from None


def change(store: PlatformStore, before: Platform, after: Platform) -> None:
    """Writes a platform in the place of what it was.

    Raises:
        NotOkError: an issuer or a role is another platform's, or somebody else has changed it meanwhile.
    """
    _check_owners(store, after)
    try:
        store.replace(before, after)
    except ConditionFailedError:
        _check_owners(store, after)
        raise _overtaken(after) from None


def switch(store: PlatformStore, platform: str, *, disabled: bool) -> Platform:
    """Disables or enables a platform; one that is so already stays as it is.

    Raises:
        NotOkError: there is none, or somebody else has changed it meanwhile.
    """
    before = existing(store, platform)
    if before.disabled == disabled:
        return before
    after = before.model_copy(update={"disabled": disabled, "revision": before.revision + 1})
    change(store, before, after)
    return after


def check_removable(platform: Platform, live: Sequence[ApiKey]) -> None:
    """Makes sure that a platform can be removed with its living keys at once.

    Raises:
        NotOkError: it has more of them than fit in one transaction.
    """
    room = _room(platform)
    if len(live) > room:
        raise NotOkError(
            f"{platform.platform} has {len(live)} live keys, and {room} can be revoked with it at once; nothing was "
            "removed.",
            hint="Revoke some first: vocespace keys revoke KEYID.",
        )


def remove(store: PlatformStore, platform: Platform, *, live: Sequence[ApiKey], dead: Sequence[ApiKey]) -> None:
    """Removes a platform that can be with its living keys at once, and then what is left of the dead ones.

    Raises:
        NotOkError: somebody else has changed it meanwhile.
    """
    fitting = _room(platform) - len(live)
    try:
        store.remove(platform, [*live, *dead[:fitting]])
    except ConditionFailedError:
        raise _overtaken(platform) from None
    store.forget_keys(dead[fitting:])


def _room(platform: Platform) -> int:
    return (MAX_WRITES - len(platform_items(platform))) // _ITEMS_OF_A_KEY


def _check_owners(store: PlatformStore, platform: Platform) -> None:
    fields = [f"issuers.{place}" for place in range(len(platform.issuers))]
    fields += [f"roles.{place}" for place in range(len(platform.roles))]
    keys = [issuer_key(each.issuer, each.audience) for each in platform.issuers]
    keys += [role_key(each) for each in platform.roles]
    faults = [
        FieldError(field, f"is {owner}'s already")
        for field, owner in zip(fields, store.owners(keys), strict=True)
        if owner not in {None, platform.platform}
    ]
    if faults:
        raise NotOkError("Another platform has it already; nothing was written.", fields=faults)


def _taken(platform: Platform) -> NotOkError:
    return NotOkError(
        "There is a platform of this id already; nothing was written.",
        fields=[FieldError("platform", "is taken")],
        hint=f"Change it by vocespace platforms set {platform.platform}, or take another id.",
    )


def _overtaken(platform: Platform) -> NotOkError:
    return NotOkError(
        f"Somebody else has changed {platform.platform} at the same moment; it stays as they left it.",
        hint=f"Look at it (vocespace platforms show {platform.platform}) and run this again.",
    )
