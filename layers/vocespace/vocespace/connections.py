"""From a wish to a way in: decide, resolve the room, connect, sign. What the API does, and nothing of HTTP."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from vocespace import observability
from vocespace.admission import GUEST_PREFIX, Admission, admit, admit_guest, guest_id
from vocespace.clock import Clock
from vocespace.connection_details import Connection, ConnectionDetails, Provider, SignedConnection
from vocespace.errors import FieldError, InvalidParametersError, UnauthorizedError
from vocespace.identities import Identity, permissions_of
from vocespace.links import redirect_url_for, web_client_url_for
from vocespace.participant_token import MAX_TTL_SECONDS
from vocespace.platforms import Platform
from vocespace.registry import Registry
from vocespace.request_body import read_request
from vocespace.settings import Settings
from vocespace.token_result import ConnectionRequest, GuestQuery, RedirectRequest, TokenResult, lifetime_fault
from vocespace.tokens import Tokens
from vocespace.wire import WireModel

DEFAULT_LINK_SECONDS = 3600

_GUEST_ID_BYTES = 16


class SignedLink(WireModel):
    """A redirect URL and the token it carries."""

    redirect_url: str
    token: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Entrance:
    """A person who was connected: who, and how.

    Attributes:
        admission: What was decided.
        details: The connection details.
        web_client_url: Where VoceSpace's web client takes the person in; None where the deployment has none.
    """

    admission: Admission
    details: ConnectionDetails
    web_client_url: str | None

    def connection(self) -> Connection:
        """What a caller is told."""
        person, identity = self.admission.person, self.admission.identity
        return Connection(
            **self.details.model_dump(),
            space=person.space,
            room=person.room,
            identity=identity,
            permissions=permissions_of(identity),
            expires_at=person.exp,
        )


class Connections:
    """What the API does, whoever asks.

    Args:
        settings: What the operator decided.
        tokens: Issues and verifies VoceSpace tokens.
        registry: Knows the platforms.
        provider: Gives connection details.
        clock: The time.
    """

    def __init__(
        self, settings: Settings, *, tokens: Tokens, registry: Registry, provider: Provider, clock: Clock
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._registry = registry
        self._provider = provider
        self._clock = clock

    def redeem(self, token: str, auth: str | None) -> Entrance:
        """Lets in whom a token names. Every rule is applied again: the policy may have changed since it was signed.

        Raises:
            UnauthorizedError: the token does not hold, or nobody vouches for it any more.
            IdentityRefusedError, PolicyRefusedError: it asks for what it may not have.
        """
        verified = self._tokens.verify(token)
        person = verified.claims.token_result()
        named = verified.platform
        # A guest of nobody's holds a token of ours too, and stays what guest access let in.
        if named is None and not person.id.startswith(GUEST_PREFIX):
            named = self._settings.signing_key_platform
        if named:
            platform = self._registry.platform(named)
            if platform is None:
                raise UnauthorizedError("platform_unknown")
            return self._enter(admit(person, auth=auth, platform=platform))
        self._require_guest_access(auth)
        return self._enter(admit_guest(person))

    def open(
        self, request: ConnectionRequest, *, auth: str | None, platform: Platform | None, origin: str
    ) -> SignedConnection:
        """Lets in whom a platform describes, or a guest of nobody's, and signs a token for coming again.

        Args:
            request: The person.
            auth: The auth type that was named.
            platform: Who asks; None for nobody.
            origin: The base URL of our own links.

        Raises:
            InvalidParametersError: its times do not fit, or the caps.
            UnauthorizedError: nobody asks, and guest access is off or an auth type was named.
            IdentityRefusedError, PolicyRefusedError: it asks for what it may not have.
        """
        self._check_lifetime(request, platform)
        person = request.token_result()
        if platform is None:
            self._require_guest_access(auth)
            admission = admit_guest(person.model_copy(update={"id": guest_id(person.id)}))
        else:
            admission = _admitted(person, auth, platform)
        entrance = self._enter(admission)
        token, redirect_url = self._sign(entrance.admission, origin)
        return SignedConnection(**entrance.connection().model_dump(), token=token, redirect_url=redirect_url)

    def guest(self, query: GuestQuery, auth: str | None) -> Entrance:
        """Lets in a guest of nobody's by name, as VoceSpace's own web client asks for it.

        Raises:
            UnauthorizedError: guest access is off, or an auth type was named.
        """
        self._require_guest_access(auth)
        now = int(self._clock.time())
        person = TokenResult(
            id=guest_id(query.identity or secrets.token_urlsafe(_GUEST_ID_BYTES)),
            username=query.participant_name,
            space=query.space_name,
            iat=now,
            exp=now + MAX_TTL_SECONDS,
        )
        return self._enter(admit_guest(person))

    def link(self, request: RedirectRequest, *, auth: str | None, platform: Platform, origin: str) -> SignedLink:
        """Signs a redirect URL; nobody is let in yet.

        Raises:
            InvalidParametersError: its times do not fit, or the caps.
            IdentityRefusedError, PolicyRefusedError: it asks for what it may not have.
        """
        person = self._timed(request, platform)
        self._check_lifetime(person, platform)
        admission = _admitted(person, auth, platform)
        if self._provider.redeems_elsewhere is not None:
            admission = admission.with_room()
        token, redirect_url = self._sign(admission, origin)
        self._issued("link", admission)
        return SignedLink(redirect_url=redirect_url, token=token, expires_at=person.exp)

    def _enter(self, admission: Admission) -> Entrance:
        admission = admission.with_room()
        details = self._provider.connect(admission)
        web_client = self._settings.vocespace_url
        self._issued("connection", admission)
        return Entrance(admission, details, web_client_url_for(web_client, admission, details) if web_client else None)

    def _sign(self, admission: Admission, origin: str) -> tuple[str, str]:
        token = self._tokens.issue(admission.person, admission.platform)
        elsewhere = self._provider.redeems_elsewhere
        if elsewhere is None:
            return token, redirect_url_for(origin, admission.auth, token)
        return token, redirect_url_for(elsewhere, admission.link_auth, token)

    def _timed(self, request: RedirectRequest, platform: Platform) -> TokenResult:
        if request.exp is not None and request.ttl_seconds is not None:
            raise InvalidParametersError(FieldError("ttlSeconds", "may not be given together with exp"))
        iat = request.iat if request.iat is not None else int(self._clock.time())
        ttl = request.ttl_seconds or min(DEFAULT_LINK_SECONDS, self._cap(platform))
        members = request.model_dump(by_alias=True, exclude={"auth", "ttl_seconds"}, exclude_none=True)
        return read_request(TokenResult, {"exp": iat + ttl} | members | {"iat": iat})

    def _check_lifetime(self, person: TokenResult, platform: Platform | None) -> None:
        fault = lifetime_fault(iat=person.iat, exp=person.exp, now=int(self._clock.time()), cap=self._cap(platform))
        if fault is not None:
            raise InvalidParametersError(fault)

    def _cap(self, platform: Platform | None) -> int:
        stack = self._settings.max_ttl_seconds
        return stack if platform is None else min(stack, platform.policy.max_ttl_seconds)

    def _require_guest_access(self, auth: str | None) -> None:
        if not self._settings.guest_access:
            raise UnauthorizedError("guest_access_off")
        if auth is not None:
            raise UnauthorizedError("auth_without_credential")

    def _issued(self, what: str, admission: Admission) -> None:
        observability.issued(
            what, platform=admission.platform, identity=admission.identity, provider=self._provider.name
        )


def _admitted(person: TokenResult, auth: str | None, platform: Platform) -> Admission:
    chosen = auth or platform.policy.default_auth(person.identity or Identity.GUEST)
    return admit(person, auth=chosen, platform=platform)
