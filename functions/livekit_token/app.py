"""`POST /api/livekit-token`: LiveKit's standard token endpoint, as `TokenSource` of every client SDK calls it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import livekit_provider, room_parts  # noqa: F401 - Lambda lends an import a whole processor, and a request a share of one
from vocespace.api import Api
from vocespace.connection_details import TokenResponse
from vocespace.container import container
from vocespace.errors import UnauthorizedError
from vocespace.http_response import HttpResponse, answer
from vocespace.livekit_token_request import LiveKitTokenRequest
from vocespace.rate_limit import rate_limit_headers

api = Api(lambda: container().auditor)


@api.for_all_callers("POST", "/api/livekit-token")
def create_livekit_token() -> HttpResponse:
    """Lets in the person of the body, vouched for by a platform, or the signed-in user who asks."""
    parts = container()
    caller = parts.callers.caller_of(api.credentials())
    if caller is None:
        raise UnauthorizedError("no_credential")
    request = api.body(LiveKitTokenRequest)
    details = parts.connections.participant(
        request.visit(caller.platform.policy, caller.user, parts.settings.room_mapping),
        options=request.options,
        auth=api.auth(request.auth),
        caller=caller,
    )
    return answer(HTTPStatus.CREATED, TokenResponse.of(details), rate_limit_headers(caller.allowance))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)
