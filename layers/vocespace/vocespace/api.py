"""The edge that the functions share: Powertools' resolver, one shape of answers, and an end to every exception."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic_core import to_json

from vocespace import audit, observability
from vocespace.audit import Auditor
from vocespace.callers import Credentials
from vocespace.errors import FieldError, InvalidParametersError, MethodNotAllowedError, NotFoundError, VoceSpaceError
from vocespace.problem import internal_problem, problem_for
from vocespace.request_body import JSON, json_object, read_request
from vocespace.token_result import AuthChoice
from vocespace.wire import WireModel

PROBLEM = "application/problem+json"

_ALWAYS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_MAX_QUERY_FIELDS = 32

IAM_PREFIX = "/iam"
"""What the routes behind IAM start with; API Gateway lets only signed requests through to them."""

Body = TypeVar("Body", bound=WireModel)
Handler = Callable[[], Response[str]]


class Api(APIGatewayHttpResolver):
    """A resolver whose every answer, also to what goes wrong, is one of ours.

    Args:
        auditor: Gives what refusals are written down by; None where nothing is decided.
    """

    def __init__(self, auditor: Callable[[], Auditor] | None = None) -> None:
        super().__init__()
        self._auditor = auditor
        self.exception_handler(VoceSpaceError)(self._refuse)
        self.exception_handler(Exception)(self._fail)
        self.not_found(self._miss)

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answers one event; this is what a `lambda_handler` is."""
        return self._logged(event, context)

    @property
    def event(self) -> APIGatewayProxyEventV2:
        """The event being answered."""
        return self.current_event

    def query(self) -> dict[str, str]:
        """The query's parameters.

        Raises:
            InvalidParametersError: one is given twice, or the query cannot be decoded.
        """
        try:
            pairs = parse_qsl(
                self.event.raw_query_string or "",
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
        event = self.event
        return read_request(
            model,
            json_object(event.get("body"), is_base64=bool(event.is_base64_encoded), headers=event.headers),
        )

    def auth(self, in_body: str | None) -> str | None:
        """The auth type that the request names, in its query or in its body; an empty one is none.

        Raises:
            InvalidParametersError: it is malformed, or the two differ.
        """
        in_query = read_request(AuthChoice, {"auth": self.query().get("auth") or None}).auth
        if None not in {in_query, in_body} and in_query != in_body:
            raise InvalidParametersError(FieldError("auth", "differs between query and body"))
        return in_query or in_body

    def credentials(self) -> Credentials:
        """What a caller may authenticate with: two headers, or on a route behind IAM only what API Gateway verified."""
        if self.event.path.startswith(IAM_PREFIX):
            iam = (self.event.raw_event["requestContext"].get("authorizer") or {}).get("iam") or {}
            return Credentials(session=str(iam.get("userArn")))
        headers = self.event.headers
        return Credentials(headers.get("authorization"), headers.get("x-api-key"))

    def for_all_callers(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """A route that is reachable both as it is and, for IAM roles, behind IAM."""

        def register(handler: Handler) -> Handler:
            for each in (path, IAM_PREFIX + path):
                self.route(each, method)(handler)
            return handler

        return register

    def origin(self, configured: str) -> str:
        """The base URL of our own links: as configured, or the domain that API Gateway was reached by."""
        return configured or f"https://{self.event.request_context.domain_name}"

    @cached_property
    def _logged(self) -> Callable[[dict[str, Any], LambdaContext], dict[str, Any]]:
        # Not at import: making the logger reads the environment.
        return observability.logger().inject_lambda_context(self._answer, clear_state=True)

    def _answer(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        request_id = _request_id(event)
        observability.logger().set_correlation_id(request_id)
        audit.begin(request_id)
        return self.resolve(event, context)

    def _refuse(self, error: VoceSpaceError) -> Response[str]:
        # A wrong address refuses nobody; the access log has it.
        if self._auditor is not None and not isinstance(error, NotFoundError | MethodNotAllowedError):
            self._auditor().refused(error)
        problem, headers = problem_for(error, _request_id(self.event.raw_event))
        return document(HTTPStatus(problem.status), _text(problem), PROBLEM, headers)

    def _fail(self, error: Exception) -> Response[str]:
        observability.failed(error)
        problem = internal_problem(_request_id(self.event.raw_event))
        return document(HTTPStatus(problem.status), _text(problem), PROBLEM)

    def _miss(self, _: Exception) -> Response[str]:
        return self._refuse(NotFoundError("route"))


def answer(
    status: HTTPStatus, body: WireModel | dict[str, Any], headers: Mapping[str, str] | None = None
) -> Response[str]:
    """An answer in JSON."""
    return document(status, _text(body), JSON, headers)


def document(
    status: HTTPStatus, text: str, content_type: str, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """An answer whose text is ready."""
    return Response(int(status), content_type=content_type, body=text, headers={**_ALWAYS, **(headers or {})})


def empty(headers: Mapping[str, str] | None = None) -> Response[str]:
    """An answer that says it is done and nothing more."""
    return Response(int(HTTPStatus.NO_CONTENT), headers={**_ALWAYS, **(headers or {})})


def redirect(location: str, status: HTTPStatus = HTTPStatus.FOUND) -> Response[str]:
    """Sends a browser on."""
    return Response(int(status), headers=_ALWAYS | {"Location": location})


def names_json(accept: str | None) -> bool:
    """Whether an `Accept` header asks for JSON by name; `*/*` does not (RFC 9110 section 12.5.1)."""
    for media_range in (accept or "").split(","):
        media_type, *parameters = (part.strip().lower() for part in media_range.split(";"))
        if media_type == JSON:
            return not any(part.startswith("q=") and _is_zero(part[2:]) for part in parameters)
    return False


def _is_zero(weight: str) -> bool:
    return not weight.strip("0.")


def _text(body: WireModel | dict[str, Any]) -> str:
    members = body.to_wire() if isinstance(body, WireModel) else body
    return to_json(members).decode()


def _request_id(event: Mapping[str, Any]) -> str:
    return str(event.get("requestContext", {}).get("requestId", ""))
