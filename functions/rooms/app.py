"""`/api/spaces/{space}/rooms`: what a platform may know of the rooms of its spaces."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.api import Api
from vocespace.blocks import SpaceQuery
from vocespace.container import container
from vocespace.http_response import HttpResponse, answer
from vocespace.rate_limit import rate_limit_headers
from vocespace.request_body import read_request

api = Api(lambda: container().auditor)


@api.for_all_callers("GET", "/api/spaces/{space}/rooms")
def list_rooms() -> HttpResponse:
    """Lists the rooms of a space, and which of them are free."""
    parts = container()
    caller = parts.callers.platform_of(api.credentials())
    listed = parts.rooms.listing.rooms_of(read_request(SpaceQuery, api.request.path_parameters), caller.platform)
    return answer(HTTPStatus.OK, listed, rate_limit_headers(caller.allowance))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)
