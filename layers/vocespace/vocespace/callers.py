"""Who is calling: a platform by its API key or its IAM role, one of its signed-in users, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vocespace import audit
from vocespace.api_keys import split_api_key
from vocespace.clock import Clock
from vocespace.errors import NotFoundError, UnauthorizedError
from vocespace.platforms import Platform
from vocespace.quotas import Quotas
from vocespace.rate_limit import Allowance
from vocespace.registry import Registry
from vocespace.roles import role_of_session
from vocespace.settings import Settings
from vocespace.users import SignedInUser

_JWT_DOTS = 2


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brings along to prove where it comes from.

    Attributes:
        authorization: The `Authorization` header.
        api_key: The `x-api-key` header.
        session: On a route behind IAM, the ARN that API Gateway has verified; None on every other route.
    """

    authorization: str | None = None
    api_key: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request.

    Attributes:
        platform: In whose name.
        user: The signed-in user whose own request this is; None where the platform itself calls.
        allowance: What is left of the platform's requests; None without a quota.
    """

    platform: Platform
    user: SignedInUser | None = None
    allowance: Allowance | None = None


class Users(Protocol):
    """Verifies the tokens of signed-in users."""

    def user_of(self, token: str) -> tuple[Platform, SignedInUser]:
        """See `signed_in_users.SignedInUsers`."""
        ...


class Callers:
    """Authenticates callers.

    Args:
        registry: Knows platforms, API keys and roles.
        users: Makes, when the first signed-in user comes, what verifies their tokens.
        quotas: Counts requests.
        settings: Say whether signed-in users and IAM roles may call.
        clock: The time.
    """

    def __init__(
        self, registry: Registry, users: Callable[[], Users], quotas: Quotas, settings: Settings, clock: Clock
    ) -> None:
        self._registry = registry
        self._users = users
        self._quotas = quotas
        self._settings = settings
        self._clock = clock

    def caller_of(self, credentials: Credentials) -> Caller | None:
        """Finds out who calls, and counts the request.

        Returns:
            The caller, or None where the request carries no credential at all.

        Raises:
            UnauthorizedError: a credential is there and does not hold, or no signed-in user may call here.
            IdentityRefusedError, PolicyRefusedError: a user is signed in, and yet may not come.
            QuotaExceededError: the platform has called often enough.
            NotFoundError: IAM roles may not call here.
            StoreUnavailableError, IssuerUnavailableError: nobody can tell.
        """
        caller = self._authenticated(credentials)
        if caller is None:
            return None
        audit.note(platform=caller.platform.platform)
        return Caller(caller.platform, caller.user, self._quotas.take_request(caller.platform))

    def platform_of(self, credentials: Credentials) -> Caller:
        """Finds out which platform calls, where only a platform itself may.

        Raises:
            UnauthorizedError: nobody calls, or a signed-in user.
            QuotaExceededError, NotFoundError, StoreUnavailableError: as `caller_of`.
        """
        # Refused unverified: a function that only platforms call has nothing on board to verify a user's token with.
        if _is_users(credentials.authorization):
            audit.note(caller="user")
            raise UnauthorizedError("not_for_users")
        caller = self.caller_of(credentials)
        if caller is None:
            raise UnauthorizedError("no_credential")
        return caller

    def _authenticated(self, credentials: Credentials) -> Caller | None:
        if credentials.session is not None:
            audit.note(caller="role")
            return Caller(self._platform_of_role(credentials.session))
        text = _presented(credentials.authorization, credentials.api_key)
        if text is None:
            audit.note(caller="nobody")
            return None
        if _is_users(credentials.authorization):
            audit.note(caller="user")
            if not self._settings.user_access:
                raise UnauthorizedError("user_access_off")
            return Caller(*self._users().user_of(text))
        audit.note(caller="key")
        return Caller(self._platform_of_key(text))

    def _platform_of_role(self, session: str) -> Platform:
        if not self._settings.iam_access:
            raise NotFoundError("iam_access_off")
        role = role_of_session(session)
        platform = None if role is None else self._registry.platform_of_role(role)
        if platform is None:
            raise UnauthorizedError("role_unknown")
        return platform

    def _platform_of_key(self, text: str) -> Platform:
        parts = split_api_key(text)
        if parts is None:
            raise UnauthorizedError("key_form")
        key_id, secret = parts
        key = self._registry.api_key(key_id)
        if key is None:
            raise UnauthorizedError("key_unknown")
        audit.note(key_id=key_id, platform=key.platform)
        if not key.belongs_to(secret):
            raise UnauthorizedError("key_secret")
        if not key.is_live(self._clock.time()):
            raise UnauthorizedError("key_ended")
        platform = self._registry.platform(key.platform)
        if platform is None:
            raise UnauthorizedError("platform_unknown")
        return platform


def _is_users(authorization: str | None) -> bool:
    return authorization is not None and authorization.count(".") == _JWT_DOTS


def _presented(authorization: str | None, api_key: str | None) -> str | None:
    if authorization is None:
        return api_key
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise UnauthorizedError("scheme")
    text = text.strip(" ")
    if api_key not in {None, text}:
        raise UnauthorizedError("two_credentials")
    return text
