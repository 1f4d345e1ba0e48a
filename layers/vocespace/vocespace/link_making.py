"""Join links by platforms: made, looked at and revoked; each sees its own only."""

from __future__ import annotations

from vocespace import audit
from vocespace.admission import admit_by_link
from vocespace.clock import Clock
from vocespace.errors import FieldError, InvalidParametersError, NotFoundError
from vocespace.identities import Identity
from vocespace.invitations import of_visit
from vocespace.join_links import JoinLink, LinkedVisit, join_url, new_link_id
from vocespace.link_requests import LinkQuery, LinkRequest, MadeLink, ShownLink
from vocespace.link_store import LinkStore
from vocespace.platforms import Platform
from vocespace.token_result import Visit

DAY = 86_400
MAX_AHEAD = 366 * DAY
"""How far ahead a link may close. No policy shortens that: what ends early are the tokens that it gives."""

_LASTS_FROM_NOW = 7 * DAY
_LASTS_FROM_BEGINNING = DAY


class LinkMaking:
    """What platforms do about join links.

    Args:
        links: The links.
        clock: The time.
    """

    def __init__(self, links: LinkStore, clock: Clock) -> None:
        self._links = links
        self._clock = clock

    def make(self, request: LinkRequest, *, auth: str | None, platform: Platform, origin: str) -> MadeLink:
        """Makes a link. Whoever comes by it is decided about again, by the policy of that moment.

        Args:
            request: For whom, and from when to when.
            auth: The auth type that was named.
            platform: Who vouches.
            origin: The base URL of our own links.

        Raises:
            InvalidParametersError: its times do not fit.
            IdentityRefusedError, PolicyRefusedError: it asks for what it may not have.
            SecretsUnavailableError, StoreUnavailableError: nothing was made, or nothing that anybody has the URL of.
        """
        now = int(self._clock.time())
        end = _end_of(request, now)
        identity = request.identity or Identity.GUEST
        chosen = auth or platform.policy.default_auth(identity)
        audit.note(space=request.space, identity=identity, auth=chosen)
        members = {name: getattr(request, name) for name in Visit.model_fields} | {"identity": identity}
        link = JoinLink(
            id=new_link_id(),
            platform=platform.platform,
            created_at=now,
            visit=LinkedVisit(**members, auth=chosen, meeting=request.meeting, time_zone=request.time_zone),
            not_before=request.not_before,
            expires_at=end,
            early_join_minutes=request.early_join_minutes or 0,
            max_uses=request.max_uses,
        )
        invitation = of_visit(link)
        admit_by_link(invitation.visit, auth=chosen, platform=platform, now=now, closes_at=end)
        code = self._links.create(link)
        return MadeLink(**ShownLink.of(invitation, now).model_dump(), url=join_url(origin, code))

    def show(self, query: LinkQuery, platform: Platform | None) -> ShownLink:
        """A link as it is now, for a platform or, with None, for the operator.

        Raises:
            NotFoundError: the platform has no such link.
            StoreUnavailableError: nobody can tell.
        """
        invitation = self._links.invitation(self._own(query, platform))
        if invitation is None:
            raise NotFoundError("meeting")
        return ShownLink.of(invitation, self._clock.time())

    def revoke(self, query: LinkQuery, platform: Platform | None) -> None:
        """Lets a link open nothing any more, likewise. Who has come by it already stays.

        Raises:
            NotFoundError: the platform has no such link.
            StoreUnavailableError: it may still open.
        """
        self._links.revoke(self._own(query, platform))

    def _own(self, query: LinkQuery, platform: Platform | None) -> JoinLink:
        link = self._links.by_id(query.id)
        if link is None or (platform is not None and link.platform != platform.platform):
            raise NotFoundError("link")
        return link


def _end_of(request: LinkRequest, now: int) -> int:
    begins, ends = request.not_before, request.expires_at
    if ends is None:
        ends = now + _LASTS_FROM_NOW if begins is None else begins + _LASTS_FROM_BEGINNING
    faults = {
        "expiresAt": "is in the past" if ends <= now else f"is more than {MAX_AHEAD // DAY} days from now",
        "notBefore": "is not before expiresAt",
        "earlyJoinMinutes": "needs notBefore",
    }
    wrong = {
        "expiresAt": not now < ends <= now + MAX_AHEAD,
        "notBefore": begins is not None and begins >= ends,
        "earlyJoinMinutes": begins is None and request.early_join_minutes is not None,
    }
    fields = [FieldError(field, faults[field]) for field, is_wrong in wrong.items() if is_wrong]
    if fields:
        raise InvalidParametersError(*fields)
    return ends
