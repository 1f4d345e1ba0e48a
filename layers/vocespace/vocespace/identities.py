"""Identities, the auth types that admit them, and what each may do (VoceSpace API page; design section 4)."""

from __future__ import annotations

from enum import StrEnum

CUSTOMER_SUPPORT = "c_s"
"""The auth type of customer support; any other value names a way of integrating."""

GUEST_AUTH = "guest"
"""Stands where VoceSpace's web client insists on an auth type and nobody named one."""


class Identity(StrEnum):
    """The role of a person in a space."""

    OWNER = "owner"
    MANAGER = "manager"
    PARTICIPANT = "participant"
    GUEST = "guest"
    ASSISTANT = "assistant"
    CUSTOMER = "customer"


class Permission(StrEnum):
    """What VoceSpace's front end lets a person do."""

    VIEW_ROOM = "viewRoom"
    CREATE_ROOM = "createRoom"
    MANAGE_ROOM = "manageRoom"
    CONTROL_USER = "controlUser"
    RECORDING = "recording"
    MANAGE_FILE = "manageFile"
    MANAGE_PLAYER = "managePlayer"
    MANAGE_ROLE = "manageRole"
    SHOW_SIDE_CHANNEL = "showSideChannel"
    SHOW_AI = "showAI"


_SUPPORT = frozenset({Identity.ASSISTANT, Identity.CUSTOMER, Identity.GUEST})
_INTEGRATION = frozenset({Identity.OWNER, Identity.MANAGER, Identity.PARTICIPANT, Identity.GUEST})

_MANAGING = frozenset(
    {
        Permission.MANAGE_ROOM,
        Permission.CONTROL_USER,
        Permission.RECORDING,
        Permission.MANAGE_FILE,
        Permission.MANAGE_PLAYER,
    }
)
_PARTICIPATING = frozenset({Permission.VIEW_ROOM, Permission.CREATE_ROOM, Permission.SHOW_SIDE_CHANNEL})

_PERMISSIONS: dict[Identity, frozenset[Permission]] = {
    Identity.OWNER: frozenset(Permission),
    Identity.MANAGER: _PARTICIPATING | _MANAGING | {Permission.SHOW_AI},
    Identity.ASSISTANT: _PARTICIPATING | _MANAGING,
    Identity.PARTICIPANT: _PARTICIPATING | {Permission.SHOW_AI},
    Identity.GUEST: frozenset({Permission.VIEW_ROOM}),
    Identity.CUSTOMER: frozenset(),
}


def identities_under(auth: str) -> frozenset[Identity]:
    """The identities that an auth type admits."""
    return _SUPPORT if auth == CUSTOMER_SUPPORT else _INTEGRATION


_OF_A_MAKER = frozenset(Permission) - {Permission.SHOW_SIDE_CHANNEL, Permission.SHOW_AI}


def permissions_of(identity: Identity, *, made_space: bool = False) -> dict[str, bool]:
    """Every permission by its wire name, true where the identity has it.

    A guest who has made the space has the owner's rights there, but neither sidebar nor AI (VoceSpace API page).
    """
    granted = _OF_A_MAKER if made_space and identity is Identity.GUEST else _PERMISSIONS[identity]
    return {permission.value: permission in granted for permission in Permission}
