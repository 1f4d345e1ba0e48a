"""What the page behind a join link can look like: a state by which it is told, and a status by which it is answered."""

from __future__ import annotations

from enum import Enum
from http import HTTPStatus

from vocespace.errors import (
    NoAgentAvailableError,
    NoEmptyRoomError,
    NotFoundError,
    PersonBlockedError,
    QuotaExceededError,
    VoceSpaceError,
)
from vocespace.invitations import Invitation, LinkState
from vocespace.problem import ERROR_MAP
from vocespace.table import CONFLICT


class Face(Enum):
    """A look of the page: its state, its status.

    Some states have several looks: a link is cancelled with its meeting or withdrawn, and over with its meeting or at
    an end of its own; what is busy may be rooms, agents, or everything.
    """

    EARLY = ("early", HTTPStatus.OK, "early")
    OPEN = ("open", HTTPStatus.OK, "open")
    CANCELLED = ("cancelled", HTTPStatus.GONE, "cancelled")
    WITHDRAWN = ("cancelled", HTTPStatus.GONE, "withdrawn")
    OVER = ("over", HTTPStatus.GONE, "over")
    EXPIRED = ("over", HTTPStatus.GONE, "expired")
    USED_UP = ("used_up", HTTPStatus.GONE, "used_up")
    BLOCKED = ("blocked", HTTPStatus.FORBIDDEN, "blocked")
    UNKNOWN = ("unknown", HTTPStatus.NOT_FOUND, "unknown")
    NO_ROOM = ("busy", HTTPStatus.CONFLICT, "no_room")
    NO_AGENT = ("busy", HTTPStatus.CONFLICT, "no_agent")
    CROWDED = ("busy", HTTPStatus.TOO_MANY_REQUESTS, "crowded")
    REFUSED = ("refused", HTTPStatus.FORBIDDEN, "refused")
    AWAY = ("away", HTTPStatus.SERVICE_UNAVAILABLE, "away")
    FAILED = ("away", HTTPStatus.INTERNAL_SERVER_ERROR, "failed")

    @property
    def state(self) -> str:
        """What programs know it by."""
        return self.value[0]

    @property
    def status(self) -> HTTPStatus:
        """What it is answered with."""
        return self.value[1]


_OF_STATES = {
    LinkState.EARLY: Face.EARLY,
    LinkState.OPEN: Face.OPEN,
    LinkState.CANCELLED: Face.CANCELLED,
    LinkState.OVER: Face.OVER,
    LinkState.USED_UP: Face.USED_UP,
}
_OF_VISITS = {LinkState.CANCELLED: Face.WITHDRAWN, LinkState.OVER: Face.EXPIRED}
_OF_ERRORS: dict[type[VoceSpaceError], Face] = {
    NotFoundError: Face.UNKNOWN,
    PersonBlockedError: Face.BLOCKED,
    NoEmptyRoomError: Face.NO_ROOM,
    NoAgentAvailableError: Face.NO_AGENT,
    QuotaExceededError: Face.CROWDED,
}


def face_of(invitation: Invitation, state: LinkState) -> Face:
    """How a link looks that is in a state."""
    usual = _OF_STATES[state]
    return usual if invitation.link.invited is not None else _OF_VISITS.get(state, usual)


def face_of_error(error: VoceSpaceError) -> Face:
    """How a refusal looks: whatever may pass is said to be away, and whatever will not, to be refused."""
    if error.reason == CONFLICT:
        # A link of several people opens to all of them at one moment: whoever goes on trying gets in.
        return Face.CROWDED
    passes = ERROR_MAP[type(error)].status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return _OF_ERRORS.get(type(error)) or (Face.AWAY if passes else Face.REFUSED)
