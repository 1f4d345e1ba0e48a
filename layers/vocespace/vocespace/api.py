"""The edge that the functions share: from a route to what answers it, one shape of answers, an end to every exception.

API Gateway has chosen the route before a function is invoked, and the event names it by its key, as the template has
it: `GET /join/{code}`. SAM CLI and `local` do the same. So a key is looked up here, and no path is matched once more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import audit, observability
from vocespace.audit import Auditor
from vocespace.callers import Credentials
from vocespace.errors import FieldError, InvalidParametersError, MethodNotAllowedError, NotFoundError, VoceSpaceError
from vocespace.http_request import DEFAULT_ROUTE, HttpRequest
from vocespace.http_response import HttpResponse, answer
from vocespace.problem import internal_problem, problem_for
from vocespace.request_body import JSON, json_object, read_request
from vocespace.token_result import AuthChoice
from vocespace.wire import WireModel

PROBLEM = "application/problem+json"

_MAX_QUERY_FIELDS = 32

IAM_PREFIX = "/iam"
"""What the routes behind IAM start with; API Gateway lets only signed requests through to them."""

Body = TypeVar("Body", bound=WireModel)
Handler = Callable[[], HttpResponse]
OnRefusal = Callable[[VoceSpaceError], HttpResponse]
OnFailure = Callable[[Exception], HttpResponse]


class Api:
    """The routes of a function, and an answer of ours whatever goes wrong behind them.

    Args:
        auditor: Gives what refusals are written down by; None where nothing is decided.

    Attributes:
        request: The request being answered; an instance of a function answers one at a time.
    """

    request: HttpRequest

    def __init__(self, auditor: Callable[[], Auditor] | None = None) -> None:
        self._auditor = auditor
        self._handlers: dict[str, Handler] = {}
        self._on_refusal: OnRefusal = self._refuse
        self._on_failure: OnFailure = self._fail

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answers one event; this is what a `lambda_handler` is.

        Raises:
            MalformedEventError: it is none of an HTTP API's.
        """
        return self._logged(event, context)

    @property
    def route_keys(self) -> frozenset[str]:
        """The keys of all routes."""
        return frozenset(self._handlers)

    def route(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """A route, by its method and its path with variables in braces, as they stand in the template."""
        return self._registering(f"{method} {path}")

    def for_all_callers(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """A route that is reachable both as it is and, for IAM roles, behind IAM."""
        return self._registering(f"{method} {path}", f"{method} {IAM_PREFIX}{path}")

    def default_route(self, handler: Handler) -> Handler:
        """The route of what no other route takes."""
        return self._registering(DEFAULT_ROUTE)(handler)

    def when_refused(self, handler: OnRefusal) -> OnRefusal:
        """Has refusals answered by something else than a problem document."""
        self._on_refusal = handler
        return handler

    def when_failed(self, handler: OnFailure) -> OnFailure:
        """Has exceptions that nobody expected answered by something else than a problem document."""
        self._on_failure = handler
        return handler

    def query(self) -> dict[str, str]:
        """The query's parameters.

        Raises:
            InvalidParametersError: one is given twice, or the query cannot be decoded.
        """
        try:
            pairs = parse_qsl(
                self.request.raw_query,
                keep_blank_values=True,
                errors="strict",
                max_num_fields=_MAX_QUERY_FIELDS,
            )
        except ValueError:
            raise InvalidParametersError(FieldError("query", "cannot be decoded")) from None
        # API Gateway joins repeated parameters by a comma, and each reader picks another one: none is picked here.
        if len(dict(pairs)) != len(pairs):
            raise InvalidParametersError(FieldError("query", "has a parameter twice"))
        return dict(pairs)

    def body(self, model: type[Body]) -> Body:
        """The body, read as a model.

        Raises:
            BodyTooLargeError, UnsupportedMediaTypeError, InvalidParametersError: it is not one.
        """
        request = self.request
        return read_request(model, json_object(request.body, is_base64=request.is_base64, headers=request.headers))

    def auth(self, in_body: str | None) -> str | None:
        """The auth type that the request names, in its query or in its body; an empty one is none.

        Raises:
            InvalidParametersError: it is malformed, or the two differ.
        """
        in_query = self.query().get("auth")
        if not in_query:
            return in_body
        chosen = read_request(AuthChoice, {"auth": in_query}).auth
        if in_body not in {None, chosen}:
            raise InvalidParametersError(FieldError("auth", "differs between query and body"))
        return chosen

    def credentials(self) -> Credentials:
        """What a caller may authenticate with: two headers, or on a route behind IAM only what API Gateway verified."""
        _, _, path = self.request.route_key.partition(" ")
        if path.startswith(IAM_PREFIX):
            return Credentials(session=self.request.signer)
        headers = self.request.headers
        return Credentials(headers.get("authorization"), headers.get("x-api-key"))

    def origin(self, configured: str) -> str:
        """The base URL of our own links: as configured, or the domain that API Gateway was reached by."""
        return configured or f"https://{self.request.domain_name}"

    @cached_property
    def _logged(self) -> Callable[[dict[str, Any], LambdaContext], dict[str, Any]]:
        # Not at import: making the logger reads the environment.
        return observability.logger().inject_lambda_context(self._answer, clear_state=True)

    def _registering(self, *route_keys: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self._handlers |= dict.fromkeys(route_keys, handler)
            return handler

        return register

    def _answer(self, event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
        self.request = HttpRequest.from_event(event)
        observability.logger().set_correlation_id(self.request.request_id)
        audit.begin(self.request.request_id)
        return self._response().to_payload()

    def _response(self) -> HttpResponse:
        handler = self._handlers.get(self.request.route_key)
        if handler is None:
            return self._refuse(NotFoundError("route"))
        try:
            return handler()
        except VoceSpaceError as error:
            return self._on_refusal(error)
        except Exception as error:  # noqa: BLE001 - the caller gets an answer, the log what happened
            return self._on_failure(error)

    def _refuse(self, error: VoceSpaceError) -> HttpResponse:
        # A wrong address refuses nobody; the access log has it.
        if self._auditor is not None and not isinstance(error, NotFoundError | MethodNotAllowedError):
            self._auditor().refused(error)
        problem, headers = problem_for(error, self.request.request_id)
        return answer(HTTPStatus(problem.status), problem, headers, PROBLEM)

    def _fail(self, error: Exception) -> HttpResponse:
        observability.failed(error)
        problem = internal_problem(self.request.request_id)
        return answer(HTTPStatus(problem.status), problem, content_type=PROBLEM)


def names_json(accept: str | None) -> bool:
    """Whether an `Accept` header asks for JSON by name; `*/*` does not (RFC 9110 section 12.5.1)."""
    for media_range in (accept or "").split(","):
        media_type, *parameters = (part.strip().lower() for part in media_range.split(";"))
        if media_type == JSON:
            return not any(part.startswith("q=") and _is_zero(part[2:]) for part in parameters)
    return False


def _is_zero(weight: str) -> bool:
    return not weight.strip("0.")
