"""Coming in by a join link: what it opens is looked up, decided, counted and handed out when it is clicked."""

from __future__ import annotations

import hashlib
import random
import re
import secrets
from dataclasses import dataclass, replace
from functools import partial

from vocespace import audit
from vocespace.admission import Admission, admit_by_link
from vocespace.clock import Clock
from vocespace.connections import Connections
from vocespace.errors import (
    IdentityRefusedError,
    NotFoundError,
    PolicyRefusedError,
    StoreUnavailableError,
    VoceSpaceError,
)
from vocespace.invitations import Invitation, LinkState
from vocespace.link_store import FoundLink, LinkStore
from vocespace.names import MAX_NAME, MAX_NAME_BYTES
from vocespace.platforms import Platform
from vocespace.registry import Registry
from vocespace.table import CONFLICT, ConditionFailedError

_VISITOR_BYTES = 16
_VISITOR = re.compile(r"[A-Za-z0-9_-]{22}")

_ROUNDS = 24
_WAIT = 0.025


@dataclass(frozen=True, slots=True)
class Looked:
    """What a code stands for, and what it is good for right now."""

    invitation: Invitation
    state: LinkState


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody was let in.

    Attributes:
        location: Where their browser goes on to; it holds a token.
        visitor: By what their browser is to be known when it comes again; None: the link is one person's anyway.
    """

    location: str
    visitor: str | None


class LinkNotOpenError(VoceSpaceError):
    """The link opens nothing right now; `looked` says why. The page tells people; the API never meets it."""

    code = "link_not_open"
    default_detail = "This link opens nothing right now."

    def __init__(self, looked: Looked) -> None:
        super().__init__(f"link_{looked.state.value}")
        self.looked = looked


class Joining:
    """Lets people in by join links.

    Args:
        links: The links.
        registry: Knows the platforms.
        connections: Lets in who was admitted.
        clock: The time.
    """

    def __init__(self, links: LinkStore, registry: Registry, connections: Connections, clock: Clock) -> None:
        self._links = links
        self._registry = registry
        self._connections = connections
        self._clock = clock

    def look(self, code: str, visitor: str | None) -> Looked | None:
        """What a code stands for; changes nothing, in two calls at most.

        Args:
            code: The code of a link.
            visitor: By what the browser says that it is known; anything may stand here.

        Returns:
            None where the code is unknown.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        found = self._found(code, _known(visitor))
        return None if found is None else found[1]

    def enter(self, code: str, visitor: str | None, origin: str) -> Entered:
        """Lets somebody in as whom the link is for.

        Args:
            code: The code of a link.
            visitor: By what the browser says that it is known; anything may stand here.
            origin: The base URL of our own links.

        Raises:
            NotFoundError: the code is unknown.
            LinkNotOpenError: it opens nothing right now.
            PolicyRefusedError: the platform is gone, or may not let them in any more.
            PersonBlockedError: they may not come into this space.
            NoEmptyRoomError, NoAgentAvailableError: there is no room right now.
            QuotaExceededError: the platform has had its tokens.
            SecretsUnavailableError, StoreUnavailableError: something that is needed is away.
        """
        known = _known(visitor) or secrets.token_urlsafe(_VISITOR_BYTES)
        for attempt in range(_ROUNDS):
            found, looked = self._open(code, known)
            platform = self._platform(found)
            place = found.place or found.link.uses + 1
            is_new = found.link.max_uses is not None and found.place is None
            count = partial(self._links.use, found, known, place) if is_new else _nothing
            try:
                location = self._connections.join(
                    self._admitted(looked.invitation, platform, place),
                    # Of a failed attempt nothing but the token was counted.
                    payer=platform if attempt == 0 else None,
                    count=count,
                    origin=origin,
                )
            except ConditionFailedError:
                # Somebody else was counted at the same moment: a link opens to all who watch its countdown at once.
                self._clock.sleep(random.uniform(0, _WAIT * (attempt + 1)))  # noqa: S311 - spreads load, guards nothing
                continue
            return Entered(location, None if found.link.max_uses is None else known)
        raise StoreUnavailableError(CONFLICT)

    def _open(self, code: str, visitor: str) -> tuple[FoundLink, Looked]:
        found = self._found(code, visitor)
        if found is None:
            raise NotFoundError("link")
        audit.note(caller="link", platform=found[0].link.platform)
        if found[1].state is not LinkState.OPEN:
            raise LinkNotOpenError(found[1])
        return found

    def _found(self, code: str, visitor: str | None) -> tuple[FoundLink, Looked] | None:
        found = self._links.by_code(code, visitor)
        invitation = None if found is None else self._links.invitation(found.link)
        if found is None or invitation is None:
            return None
        return found, Looked(invitation, invitation.state(self._clock.time(), is_known=found.place is not None))

    def _platform(self, found: FoundLink) -> Platform:
        platform = self._registry.platform(found.link.platform)
        if platform is None:
            raise PolicyRefusedError("link_platform")
        return platform

    def _admitted(self, invitation: Invitation, platform: Platform, place: int) -> Admission:
        link, visit = invitation.link, invitation.visit
        if link.max_uses is not None:
            visit = visit.model_copy(update={"id": person_id(visit.id, place)})
        try:
            admission = admit_by_link(
                visit,
                auth=invitation.auth,
                platform=platform,
                now=int(self._clock.time()),
                closes_at=invitation.closes_at,
            )
        except IdentityRefusedError:
            # The link is as it was: what has changed is which auth types the policy knows.
            raise PolicyRefusedError("policy_auth") from None
        # A platform's own meeting may be nobody's for a week; a booked one ends.
        held_until = None if link.invited is None else invitation.closes_at
        return replace(admission, meeting=invitation.meeting, held_until=held_until)


def person_id(wanted: str, place: int) -> str:
    """The id of one of several people who come by one link: LiveKit drops who is there under the same."""
    if place == 1:
        return wanted
    plain = f"{wanted}_{place}"
    if len(plain) <= MAX_NAME and len(plain.encode()) <= MAX_NAME_BYTES:
        return plain
    return f"{hashlib.sha256(wanted.encode()).hexdigest()}_{place}"


def _known(visitor: str | None) -> str | None:
    return visitor if visitor is not None and _VISITOR.fullmatch(visitor) else None


def _nothing() -> None:
    pass
