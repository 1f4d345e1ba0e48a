"""`/api/join-links`: links by which a platform's people come in when it is time."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.api import Api
from vocespace.callers import Caller
from vocespace.container import container
from vocespace.http_response import HttpResponse, answer, empty
from vocespace.link_making import LinkMaking
from vocespace.link_requests import LinkQuery, LinkRequest
from vocespace.rate_limit import rate_limit_headers
from vocespace.request_body import read_request

api = Api(lambda: container().auditor)

_ONE = "/api/join-links/{id}"


@api.for_all_callers("POST", "/api/join-links")
def create_link() -> HttpResponse:
    """Makes a link; nobody is let in yet."""
    caller, making = _caller_and_making()
    request = api.body(LinkRequest)
    made = making.make(
        request,
        auth=api.auth(request.auth),
        platform=caller.platform,
        origin=api.origin(container().settings.public_base_url),
    )
    return answer(HTTPStatus.CREATED, made, rate_limit_headers(caller.allowance))


@api.for_all_callers("GET", _ONE)
def show_link() -> HttpResponse:
    """Says what a link is, and never what opens it."""
    caller, making = _caller_and_making()
    return answer(HTTPStatus.OK, making.show(_link(), caller.platform), rate_limit_headers(caller.allowance))


@api.for_all_callers("DELETE", _ONE)
def revoke_link() -> HttpResponse:
    """Lets a link open nothing any more."""
    caller, making = _caller_and_making()
    making.revoke(_link(), caller.platform)
    return empty(rate_limit_headers(caller.allowance))


def _caller_and_making() -> tuple[Caller, LinkMaking]:
    parts = container()
    return parts.callers.platform_of(api.credentials()), parts.meetings.link_making


def _link() -> LinkQuery:
    return read_request(LinkQuery, api.request.path_parameters)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)
