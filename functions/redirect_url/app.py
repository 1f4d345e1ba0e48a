"""`POST /api/redirect-url`: a signed redirect URL for a person whom a platform describes, or for a signed-in user."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.api import Api
from vocespace.container import container
from vocespace.errors import UnauthorizedError
from vocespace.http_response import HttpResponse, answer
from vocespace.rate_limit import rate_limit_headers
from vocespace.token_result import RedirectRequest
from vocespace.users import UserRequest

api = Api(lambda: container().auditor)


@api.for_all_callers("POST", "/api/redirect-url")
def create_redirect_url() -> HttpResponse:
    """Signs a link. There is no nobody here: whoever wants one says who they are."""
    parts = container()
    caller = parts.callers.caller_of(api.credentials())
    if caller is None:
        raise UnauthorizedError("no_credential")
    user = caller.user
    request = api.body(RedirectRequest) if user is None else api.body(UserRequest).on_behalf_of(user)
    link = parts.connections.link(
        request, auth=api.auth(request.auth), caller=caller, origin=api.origin(parts.settings.public_base_url)
    )
    return answer(HTTPStatus.CREATED, link, rate_limit_headers(caller.allowance))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)
