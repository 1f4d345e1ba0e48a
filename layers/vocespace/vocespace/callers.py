"""Who is calling: a platform by its API key, or nobody."""

from __future__ import annotations

from vocespace.clock import Clock
from vocespace.errors import UnauthorizedError
from vocespace.platforms import Platform, split_api_key
from vocespace.registry import Registry


class Callers:
    """Authenticates callers."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock

    def platform_of(self, authorization: str | None, api_key: str | None) -> Platform | None:
        """Finds the platform that a request comes from.

        Args:
            authorization: The `Authorization` header, `Bearer vsk_<keyId>_<secret>`.
            api_key: The `x-api-key` header, the same key without a scheme.

        Returns:
            The platform, or None where the request carries no credential at all.

        Raises:
            UnauthorizedError: a credential is there and does not hold.
            StoreUnavailableError: nobody can tell.
        """
        text = _presented(authorization, api_key)
        if text is None:
            return None
        parts = split_api_key(text)
        if parts is None:
            raise UnauthorizedError("key_form")
        key_id, secret = parts
        key = self._registry.api_key(key_id)
        if key is None:
            raise UnauthorizedError("key_unknown")
        if not key.belongs_to(secret):
            raise UnauthorizedError("key_secret")
        if not key.is_live(self._clock.time()):
            raise UnauthorizedError("key_ended")
        platform = self._registry.platform(key.platform)
        if platform is None:
            raise UnauthorizedError("platform_unknown")
        return platform


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
