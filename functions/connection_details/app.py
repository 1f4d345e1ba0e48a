"""`/api/connection-details`: redeem a token, let a platform's person in, or let in a guest of nobody's."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import livekit_provider, room_parts  # noqa: F401 - Lambda lends an import a whole processor, and a request a share of one
from vocespace.api import Api, names_json
from vocespace.container import container
from vocespace.entrance import Entrance
from vocespace.errors import FieldError, InvalidParametersError
from vocespace.http_response import HttpResponse, answer, redirect
from vocespace.rate_limit import rate_limit_headers
from vocespace.request_body import read_request
from vocespace.token_result import ConnectionRequest, GuestQuery
from vocespace.users import UserRequest

api = Api(lambda: container().auditor)


@api.route("GET", "/api/connection-details")
def get_connection_details() -> HttpResponse:
    """Redeems `token`, or lets in `participantName` as a guest of `spaceName`."""
    parts = container()
    query = api.query()
    if "token" in query:
        entrance = parts.connections.redeem(query["token"], api.auth(None))
        return _way_in(entrance, from_server=query.get("fromServer") == "true")
    if "spaceName" not in query:
        raise InvalidParametersError(FieldError("token", "is missing, and so is spaceName"))
    given = {name: value for name, value in query.items() if value}
    entrance = parts.connections.guest(read_request(GuestQuery, given), api.auth(None))
    return answer(HTTPStatus.OK, entrance.connection())


@api.for_all_callers("POST", "/api/connection-details")
def create_connection() -> HttpResponse:
    """Lets in the person of the body, vouched for by a platform or as a guest, or the signed-in user who asks."""
    parts = container()
    caller = parts.callers.caller_of(api.credentials())
    user = None if caller is None else caller.user
    request = api.body(ConnectionRequest) if user is None else api.body(UserRequest).on_behalf_of(user)
    connection = parts.connections.open(
        request, auth=api.auth(request.auth), caller=caller, origin=api.origin(parts.settings.public_base_url)
    )
    return answer(HTTPStatus.OK, connection, rate_limit_headers(None if caller is None else caller.allowance))


def _way_in(entrance: Entrance, *, from_server: bool) -> HttpResponse:
    if entrance.web_client_url is None:
        return answer(HTTPStatus.OK, entrance.connection())
    if from_server:
        return answer(HTTPStatus.OK, {"redirectUrl": entrance.web_client_url})
    if names_json(api.request.headers.get("accept")):
        return answer(HTTPStatus.OK, entrance.connection())
    return redirect(entrance.web_client_url)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)
