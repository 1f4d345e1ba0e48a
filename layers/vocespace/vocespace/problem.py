"""The one error map: from a refusal of the domain to a problem document (RFC 9457) and its HTTP status."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from vocespace import errors
from vocespace.rate_limit import rate_limit_headers
from vocespace.wire import WireModel

RETRY_AFTER_SECONDS = 5
"""What a caller is asked to wait when something we need is away; longer than the document cache's first back-off."""


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """How one kind of refusal looks on the wire."""

    status: HTTPStatus
    title: str
    headers: dict[str, str] = field(default_factory=dict)


_RETRY = {"Retry-After": str(RETRY_AFTER_SECONDS)}

ERROR_MAP: dict[type[errors.VoceSpaceError], ErrorKind] = {
    errors.InvalidParametersError: ErrorKind(HTTPStatus.BAD_REQUEST, "Invalid parameters"),
    errors.UnauthorizedError: ErrorKind(HTTPStatus.UNAUTHORIZED, "Unauthorized", {"WWW-Authenticate": "Bearer"}),
    errors.IdentityRefusedError: ErrorKind(HTTPStatus.FORBIDDEN, "Identity refused"),
    errors.PolicyRefusedError: ErrorKind(HTTPStatus.FORBIDDEN, "Refused by policy"),
    errors.PersonBlockedError: ErrorKind(HTTPStatus.FORBIDDEN, "Person blocked"),
    errors.QuotaExceededError: ErrorKind(HTTPStatus.TOO_MANY_REQUESTS, "Quota exceeded"),
    errors.NotFoundError: ErrorKind(HTTPStatus.NOT_FOUND, "Not found"),
    errors.MethodNotAllowedError: ErrorKind(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed"),
    errors.NoEmptyRoomError: ErrorKind(HTTPStatus.CONFLICT, "No empty room", _RETRY),
    errors.NoAgentAvailableError: ErrorKind(HTTPStatus.CONFLICT, "No agent available", _RETRY),
    errors.BodyTooLargeError: ErrorKind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Body too large"),
    errors.UnsupportedMediaTypeError: ErrorKind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Unsupported media type"),
    errors.UpstreamFailedError: ErrorKind(HTTPStatus.BAD_GATEWAY, "Upstream failed"),
    errors.SecretsUnavailableError: ErrorKind(HTTPStatus.SERVICE_UNAVAILABLE, "Secrets unavailable", _RETRY),
    errors.IssuerUnavailableError: ErrorKind(HTTPStatus.SERVICE_UNAVAILABLE, "Issuer unavailable", _RETRY),
    errors.StoreUnavailableError: ErrorKind(HTTPStatus.SERVICE_UNAVAILABLE, "Store unavailable", _RETRY),
    errors.UpstreamTimeoutError: ErrorKind(HTTPStatus.GATEWAY_TIMEOUT, "Upstream timeout"),
}

INTERNAL_ERROR = "internal_error"


class FieldProblem(WireModel):
    """What is wrong with one field of the request."""

    field: str
    reason: str


class Problem(WireModel):
    """A problem document, `application/problem+json` (RFC 9457).

    Attributes:
        errors: What is wrong, field by field, where parameters are.
        waiting: How many customers wait for an agent, where none is there.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: tuple[FieldProblem, ...] | None = None
    waiting: int | None = None


def problem_for(error: errors.VoceSpaceError, request_id: str) -> tuple[Problem, dict[str, str]]:
    """Turns a refusal into what the caller reads, and the headers that belong to it."""
    kind = ERROR_MAP[type(error)]
    headers = dict(kind.headers)
    if isinstance(error, errors.MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allow)
    if isinstance(error, errors.QuotaExceededError):
        headers |= rate_limit_headers(error.allowance) | {"Retry-After": str(error.allowance.reset)}
    problem = _problem(error.code, kind.status, kind.title, error.detail, request_id)
    if isinstance(error, errors.InvalidParametersError):
        faults = tuple(FieldProblem(field=each.field, reason=each.reason) for each in error.fields)
        problem = problem.model_copy(update={"errors": faults})
    if isinstance(error, errors.NoAgentAvailableError):
        problem = problem.model_copy(update={"waiting": error.waiting})
    return problem, headers


def internal_problem(request_id: str) -> Problem:
    """The opaque answer to an exception that nobody expected."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _problem(INTERNAL_ERROR, status, "Internal error", "Something went wrong on our side.", request_id)


def _problem(code: str, status: HTTPStatus, title: str, detail: str, request_id: str) -> Problem:
    return Problem(
        type=f"urn:vocespace:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        request_id=request_id,
    )
