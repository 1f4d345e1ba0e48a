"""`/api/blocks`: whom a platform keeps out of its spaces."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.api import Api
from vocespace.blocking import Blocking
from vocespace.blocks import BlockQuery, BlockRequest, SpaceQuery
from vocespace.callers import Caller
from vocespace.container import container
from vocespace.http_response import HttpResponse, answer, empty
from vocespace.rate_limit import rate_limit_headers
from vocespace.request_body import read_request

api = Api(lambda: container().auditor)


@api.for_all_callers("POST", "/api/blocks")
def create_block() -> HttpResponse:
    """Blocks somebody in a space; when this answers, the block holds everywhere."""
    caller, blocking = _caller_and_blocking()
    added = blocking.add(api.body(BlockRequest), caller.platform)
    return answer(HTTPStatus.CREATED, added, rate_limit_headers(caller.allowance))


@api.for_all_callers("GET", "/api/blocks")
def list_blocks() -> HttpResponse:
    """Lists who is blocked in a space."""
    caller, blocking = _caller_and_blocking()
    listed = blocking.blocks_of(read_request(SpaceQuery, dict(api.query())), caller.platform)
    return answer(HTTPStatus.OK, listed, rate_limit_headers(caller.allowance))


@api.for_all_callers("DELETE", "/api/blocks")
def delete_block() -> HttpResponse:
    """Lets somebody in again."""
    caller, blocking = _caller_and_blocking()
    blocking.remove(read_request(BlockQuery, dict(api.query())), caller.platform)
    return empty(rate_limit_headers(caller.allowance))


def _caller_and_blocking() -> tuple[Caller, Blocking]:
    parts = container()
    return parts.callers.platform_of(api.credentials()), parts.blocking


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)
