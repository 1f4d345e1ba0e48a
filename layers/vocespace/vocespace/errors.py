"""Everything the domain can refuse. `problem.py` alone knows which HTTP status each of these is.

    VoceSpaceError
    ├── InvalidParametersError     the request says something it may not say
    ├── UnauthorizedError          a credential or token is missing, invalid or expired
    ├── IdentityRefusedError       the identity does not fit the auth type
    ├── PolicyRefusedError         the platform's policy does not allow it
    ├── PersonBlockedError         this person may not come into this space
    ├── QuotaExceededError         the platform has used up what it may use
    ├── NoEmptyRoomError           all rooms of the pool are taken
    ├── NoAgentAvailableError      nobody waits in customer support
    ├── NotFoundError, MethodNotAllowedError, BodyTooLargeError, UnsupportedMediaTypeError
    ├── UpstreamFailedError, UpstreamTimeoutError      the VoceSpace or LiveKit server
    ├── IssuerUnavailableError     the keys of who signed a user in cannot be had
    └── SecretsUnavailableError, StoreUnavailableError what we need ourselves is away

`detail` is for the caller. `reason` is for the log: a word of a fixed vocabulary, never something the caller sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from vocespace.rate_limit import Allowance


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of a request and what is wrong with it; never its value."""

    field: str
    reason: str


class VoceSpaceError(Exception):
    """A refusal that the caller is told about by its stable `code`."""

    code: ClassVar[str]
    default_detail: ClassVar[str]

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail or self.default_detail


class InvalidParametersError(VoceSpaceError):
    """The request itself is wrong; `fields` says where."""

    code = "invalid_parameters"
    default_detail = "The request has invalid parameters; see errors."

    def __init__(self, *fields: FieldError) -> None:
        super().__init__("invalid_parameters")
        self.fields = fields


class UnauthorizedError(VoceSpaceError):
    """One public answer for every reason, so that it tells an attacker nothing."""

    code = "unauthorized"
    default_detail = "The credential or token is missing, invalid or expired."

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class IdentityRefusedError(VoceSpaceError):
    """The auth type does not admit this identity (design section 4)."""

    code = "identity_refused"
    default_detail = "This identity is not allowed under this auth type."


class PolicyRefusedError(VoceSpaceError):
    """The platform's policy does not allow what it asked for."""

    code = "policy_refused"
    default_detail = "The platform's policy does not allow this."


class PersonBlockedError(VoceSpaceError):
    """Somebody has blocked this person in this space."""

    code = "person_blocked"
    default_detail = "This person is blocked in this space."


class QuotaExceededError(VoceSpaceError):
    """The platform has used up a quota; `allowance` says which, and when there is more."""

    code = "quota_exceeded"
    default_detail = "The platform's quota is used up; see Retry-After."

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(f"quota_{allowance.policy}")
        self.allowance = allowance


class NotFoundError(VoceSpaceError):
    """No such route or thing."""

    code = "not_found"
    default_detail = "There is nothing here."


class MethodNotAllowedError(VoceSpaceError):
    """The route exists with other methods, named in `allow`."""

    code = "method_not_allowed"
    default_detail = "This route does not take this method; see Allow."

    def __init__(self, allow: tuple[str, ...]) -> None:
        super().__init__("method_not_allowed")
        self.allow = allow


class NoEmptyRoomError(VoceSpaceError):
    """Somebody asked for an empty room of a space that has a fixed number of them, and all are taken."""

    code = "no_empty_room"
    default_detail = "All rooms of this space are taken right now; try again later."


class NoAgentAvailableError(VoceSpaceError):
    """A customer asked for an agent and nobody is waiting; `waiting` customers are, this one among them."""

    code = "no_agent_available"
    default_detail = "No support agent is available right now; try again later."

    def __init__(self, reason: str, waiting: int = 1) -> None:
        super().__init__(reason)
        self.waiting = waiting


class BodyTooLargeError(VoceSpaceError):
    """The request body is over the limit and was not read."""

    code = "body_too_large"
    default_detail = "The body is larger than 16 KiB."


class UnsupportedMediaTypeError(VoceSpaceError):
    """The request body is not declared as plain JSON."""

    code = "unsupported_media_type"
    default_detail = "Send the body as application/json, without a content encoding."


class UpstreamFailedError(VoceSpaceError):
    """The VoceSpace server could not be reached or answered nonsense."""

    code = "upstream_failed"
    default_detail = "The VoceSpace server did not give a usable answer."


class UpstreamTimeoutError(VoceSpaceError):
    """The VoceSpace server did not answer in time."""

    code = "upstream_timeout"
    default_detail = "The VoceSpace server did not answer in time."


class SecretsUnavailableError(VoceSpaceError):
    """A secret can neither be read nor served from the cache any more."""

    code = "secrets_unavailable"
    default_detail = "A secret that is needed cannot be read right now; try again shortly."


class IssuerUnavailableError(VoceSpaceError):
    """The keys of the issuer that signed a user in can neither be read nor served from the cache any more."""

    code = "issuer_unavailable"
    default_detail = "The issuer of the token cannot be reached right now; try again shortly."


class StoreUnavailableError(VoceSpaceError):
    """The table cannot be read."""

    code = "store_unavailable"
    default_detail = "The store cannot be read right now; try again shortly."
