"""From when to when a token holds: as its request says or by default, and never beyond the caps."""

from __future__ import annotations

from vocespace.clock import Clock
from vocespace.errors import FieldError, InvalidParametersError
from vocespace.platforms import Platform
from vocespace.request_body import read_request
from vocespace.token_result import RedirectRequest, TokenResult, lifetime_fault

DEFAULT_SECONDS = 3600


class Terms:
    """Holds lifetimes against the stack's cap, in seconds, and the platform's."""

    def __init__(self, max_ttl: int, clock: Clock) -> None:
        self._max_ttl = max_ttl
        self._clock = clock

    def of(self, request: TokenResult | RedirectRequest, platform: Platform | None) -> TokenResult:
        """Who wants to go where, and from when to when.

        Raises:
            InvalidParametersError: the times do not fit, or the caps.
        """
        person = request.token_result() if isinstance(request, TokenResult) else self._completed(request, platform)
        now = int(self._clock.time())
        fault = lifetime_fault(iat=person.iat, exp=person.exp, now=now, cap=self._cap(platform))
        if fault is not None:
            raise InvalidParametersError(fault)
        return person

    def shortened(self, person: TokenResult) -> TokenResult:
        """The same person, for no longer than the stack's cap lets anybody's token live."""
        return person.model_copy(update={"exp": min(person.exp, person.iat + self._max_ttl)})

    def _completed(self, request: RedirectRequest, platform: Platform | None) -> TokenResult:
        if request.exp is not None and request.ttl_seconds is not None:
            raise InvalidParametersError(FieldError("ttlSeconds", "may not be given together with exp"))
        iat = request.iat if request.iat is not None else int(self._clock.time())
        ttl = request.ttl_seconds or min(DEFAULT_SECONDS, self._cap(platform))
        members = request.model_dump(by_alias=True, exclude={"auth", "meeting", "ttl_seconds"}, exclude_none=True)
        return read_request(TokenResult, {"exp": iat + ttl} | members | {"iat": iat})

    def _cap(self, platform: Platform | None) -> int:
        return self._max_ttl if platform is None else min(self._max_ttl, platform.policy.max_ttl_seconds)
