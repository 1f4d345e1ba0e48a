"""`POST /api/redirect-url`: a signed redirect URL for a person whom a platform describes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.api import Api, answer
from vocespace.container import container
from vocespace.errors import UnauthorizedError
from vocespace.token_result import RedirectRequest

api = Api()


@api.post("/api/redirect-url")
def create_redirect_url() -> Response[str]:
    """Signs a link. There is no nobody here: whoever wants one names a platform."""
    parts = container()
    platform = parts.callers.platform_of(*api.credentials())
    if platform is None:
        raise UnauthorizedError("no_credential")
    request = api.body(RedirectRequest)
    auth = api.auth(request.auth)
    link = parts.connections.link(
        request, auth=auth, platform=platform, origin=api.origin(parts.settings.public_base_url)
    )
    return answer(HTTPStatus.CREATED, link)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)
