"""From a wish to a way in: decide, resolve the room, connect, sign. What the API does, and nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vocespace import audit
from vocespace.admission import Admission, admit, admit_guest, admit_with, guest_id, vouching_platform
from vocespace.callers import Caller
from vocespace.clock import Clock
from vocespace.connection_details import ConnectionDetails, Provider, SignedConnection
from vocespace.entrance import Entrance, SignedLink
from vocespace.errors import PolicyRefusedError, UnauthorizedError
from vocespace.guards import Guards
from vocespace.guests import guest_of
from vocespace.identities import Identity
from vocespace.links import redirect_url_for, web_client_url_for
from vocespace.participant_options import ParticipantOptions
from vocespace.platforms import Platform
from vocespace.registry import Registry
from vocespace.settings import Settings
from vocespace.terms import Terms
from vocespace.token_result import ConnectionRequest, GuestQuery, RedirectRequest, TokenResult
from vocespace.tokens import Tokens, VerifiedToken


class Connections:
    """What the API does, whoever asks.

    Args:
        settings: What the operator decided.
        tokens: Issues and verifies VoceSpace tokens.
        registry: Knows the platforms.
        provider: Gives what gives connection details; who only wants a link pays for none.
        guards: Blocks, quotas and the audit record.
        clock: The time.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        tokens: Tokens,
        registry: Registry,
        provider: Callable[[], Provider],
        guards: Guards,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._registry = registry
        self._provider = provider
        self._guards = guards
        self._terms = Terms(settings.max_ttl_seconds, clock)
        self._clock = clock

    def redeem(self, token: str, auth: str | None) -> Entrance:
        """Lets in whom a token names. Every rule is applied again: the policy may have changed since it was signed.

        Raises:
            UnauthorizedError: the token does not hold, or nobody vouches for it any more.
            IdentityRefusedError, PolicyRefusedError, PersonBlockedError: it asks for what it may not have.
            QuotaExceededError: the platform that has signed it itself has used up a quota.
        """
        verified = self._tokens.verify(token)
        # Only by our own word was another room asked for than the token names.
        person = verified.claims.token_result() if verified.is_of_platform else verified.claims.wish()
        platform = self._vouching(verified)
        if platform is None:
            self._require_guest_access(auth)
            return self._enter(admit_guest(person))
        # What we have signed was counted when we did; a platform's own token is seen here for the first time.
        payer = platform if verified.is_of_platform else None
        if payer is not None:
            self._guards.quotas.take_request(payer)
        audit.note(space=person.space, identity=person.identity, auth=auth)
        admission = admit(person, auth=auth, platform=platform, meeting=verified.claims.meeting)
        return self._enter(admission, payer)

    def open(
        self, request: ConnectionRequest | RedirectRequest, *, auth: str | None, caller: Caller | None, origin: str
    ) -> SignedConnection:
        """Lets in whom a caller describes, or a guest of nobody's, and signs a token for coming again.

        Args:
            request: The person.
            auth: The auth type that was named.
            caller: Who asks; None for nobody.
            origin: The base URL of our own links.

        Raises:
            InvalidParametersError: its times do not fit, or the caps.
            UnauthorizedError: nobody asks, and guest access is off or an auth type was named.
            IdentityRefusedError, PolicyRefusedError, PersonBlockedError: it asks for what it may not have.
            QuotaExceededError: the platform has had its tokens.
        """
        if caller is None:
            person = self._terms.of(request, None)
            self._require_guest_access(auth)
            admission = admit_guest(person.model_copy(update={"id": guest_id(person.id)}))
        else:
            admission = self._admitted(request, auth, caller.platform)
        admission, details = self._connected(admission, None if caller is None else caller.platform)
        token, redirect_url = self._sign(admission, origin)
        entrance = self._entrance(admission, details)
        return SignedConnection(**entrance.connection().model_dump(), token=token, redirect_url=redirect_url)

    def guest(self, query: GuestQuery, auth: str | None) -> Entrance:
        """Lets in a guest of nobody's by name, as VoceSpace's own web client asks for it.

        Raises:
            UnauthorizedError: guest access is off, or an auth type was named.
            PersonBlockedError: the guest is blocked in the space.
        """
        audit.note(caller="nobody")
        self._require_guest_access(auth)
        admission, details = self._connected(admit_guest(guest_of(query, int(self._clock.time()))), None)
        audit.note_token(details.participant_token)
        return self._entrance(admission, details)

    def link(self, request: RedirectRequest, *, auth: str | None, caller: Caller, origin: str) -> SignedLink:
        """Signs a redirect URL; nobody is let in yet.

        Raises:
            InvalidParametersError: its times do not fit, or the caps.
            IdentityRefusedError, PolicyRefusedError, PersonBlockedError: it asks for what it may not have.
            QuotaExceededError: the platform has had its tokens.
        """
        admission = self._admitted(request, auth, caller.platform)
        self._check(admission)
        if self._settings.redeems_elsewhere is not None:
            admission = self._guards.rooms().settle(admission)
        self._guards.quotas.take_token(caller.platform)
        token, redirect_url = self._sign(admission, origin)
        self._guards.auditor.issued("link")
        return SignedLink(redirect_url=redirect_url, token=token, expires_at=admission.person.exp)

    def participant(
        self, request: RedirectRequest, *, options: ParticipantOptions, auth: str | None, caller: Caller
    ) -> ConnectionDetails:
        """Lets in whom a caller describes, with a LiveKit client of their own instead of VoceSpace's.

        Raises:
            InvalidParametersError: its times do not fit the caps.
            IdentityRefusedError, PolicyRefusedError, PersonBlockedError: it asks for what it may not have.
            QuotaExceededError: the platform has had its tokens.
        """
        person, chosen = self._wish(request, auth, caller.platform)
        admission = admit_with(options, person, auth=chosen, caller=caller, meeting=request.meeting)
        _, details = self._connected(admission, caller.platform)
        audit.note_token(details.participant_token)
        self._guards.auditor.issued("participant")
        return details

    def join(self, admission: Admission, *, payer: Platform | None, count: Callable[[], None], origin: str) -> str:
        """Lets in whom a join link names.

        Args:
            admission: What was decided.
            payer: Whose token it is; None where it was counted before.
            count: Counts whoever comes, when nothing else can be refused any more; nobody is let in where it raises.
            origin: The base URL of our own links.

        Returns:
            Where they go on to: the web client, or whoever redeems the token.

        Raises:
            PolicyRefusedError, PersonBlockedError, NoEmptyRoomError, NoAgentAvailableError: they may not come now.
            QuotaExceededError: the platform has had its tokens.
        """
        self._check(admission)
        admission = replace(admission, person=self._terms.shortened(admission.person))
        admission = self._guards.settle(admission, payer)
        web_client = self._settings.vocespace_url
        # Signed first, which changes nothing: nobody is counted who then cannot be let in.
        if web_client and self._settings.redeems_elsewhere is None:
            details = self._provider().connect(admission)
            count()
            audit.note_token(details.participant_token)
            self._guards.auditor.issued("connection")
            return web_client_url_for(web_client, admission, details)
        _, redirect_url = self._sign(admission, origin)
        count()
        self._guards.auditor.issued("link")
        return redirect_url

    def _vouching(self, verified: VerifiedToken) -> Platform | None:
        named = vouching_platform(verified, self._settings)
        audit.note(caller="token", platform=named)
        if named is None:
            return None
        platform = self._registry.platform(named)
        if platform is None:
            raise UnauthorizedError("platform_unknown")
        return platform

    def _admitted(
        self, request: ConnectionRequest | RedirectRequest, auth: str | None, platform: Platform
    ) -> Admission:
        person, chosen = self._wish(request, auth, platform)
        return admit(person, auth=chosen, platform=platform, meeting=request.meeting)

    def _wish(
        self, request: ConnectionRequest | RedirectRequest, auth: str | None, platform: Platform
    ) -> tuple[TokenResult, str]:
        person = self._terms.of(request, platform)
        chosen = auth or platform.policy.default_auth(person.identity or Identity.GUEST)
        audit.note(space=person.space, identity=person.identity, auth=chosen)
        return person, chosen

    def _check(self, admission: Admission) -> None:
        person = admission.person
        audit.note(space=person.space, identity=admission.identity, auth=admission.auth)
        if admission.is_only_ours and self._settings.redeems_elsewhere is not None:
            raise PolicyRefusedError("grants_elsewhere", "The VoceSpace server behind this API decides on all grants.")
        self._guards.blocks.check(person.space, person.id)

    def _enter(self, admission: Admission, payer: Platform | None = None) -> Entrance:
        return self._entrance(*self._connected(admission, payer))

    def _connected(self, admission: Admission, payer: Platform | None) -> tuple[Admission, ConnectionDetails]:
        self._check(admission)
        admission = self._guards.settle(admission, payer)
        return admission, self._provider().connect(admission)

    def _entrance(self, admission: Admission, details: ConnectionDetails) -> Entrance:
        web_client = self._settings.vocespace_url
        self._guards.auditor.issued("connection")
        return Entrance(admission, details, web_client_url_for(web_client, admission, details) if web_client else None)

    def _sign(self, admission: Admission, origin: str) -> tuple[str, str]:
        person, wanted = admission.person, admission.wanted_room
        token = self._tokens.issue(
            person,
            admission.platform,
            meeting=admission.meeting,
            wanted_room=None if wanted == person.room else wanted,
        )
        elsewhere = self._settings.redeems_elsewhere
        if elsewhere is None:
            return token, redirect_url_for(origin, admission.auth, token)
        return token, redirect_url_for(elsewhere, admission.link_auth, token)

    def _require_guest_access(self, auth: str | None) -> None:
        if not self._settings.guest_access:
            raise UnauthorizedError("guest_access_off")
        if auth is not None:
            raise UnauthorizedError("auth_without_credential")
