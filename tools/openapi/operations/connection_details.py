"""`/api/connection-details`."""

from __future__ import annotations

from typing import Any

from tools.openapi.callers import also_for_users, behind_iam
from tools.openapi.examples import CONNECTION, GUEST_CONNECTION, SIGNED_CONNECTION, WEB_CLIENT_LINK, sent
from tools.openapi.headers import header_references
from tools.openapi.parts import (
    API_KEY,
    NOBODY,
    TOKEN,
    auth_parameter,
    counted,
    example,
    json_answer,
    json_body,
    or_empty,
    query,
    reference,
)
from tools.openapi.refusals import refused_by
from vocespace import errors

_TAGS = ["Entering a space"]
_REFUSALS = (
    errors.InvalidParametersError,
    errors.UnauthorizedError,
    errors.IdentityRefusedError,
    errors.PolicyRefusedError,
    errors.PersonBlockedError,
    errors.QuotaExceededError,
    errors.NoEmptyRoomError,
    errors.NoAgentAvailableError,
    errors.UpstreamFailedError,
    errors.SecretsUnavailableError,
    errors.StoreUnavailableError,
    errors.UpstreamTimeoutError,
)

_REDEEM: dict[str, Any] = {
    "operationId": "getConnectionDetails",
    "tags": _TAGS,
    "summary": "Redeem a token, or enter as a guest",
    "description": (
        "With `token`, what a redirect URL points to: the token is verified, every rule is applied again, and a "
        "browser is sent on to the web client. `fromServer=true` answers that address instead, and an `Accept` header "
        "that names `application/json` (`*/*` does not) answers the connection details. They are also the answer where "
        "the deployment knows no web client.\n"
        "\n"
        "Without `token`, and where guest access is on, `spaceName` and `participantName` let a guest in: this is what "
        "VoceSpace's own web client asks for."
    ),
    "security": [TOKEN, NOBODY],
    "parameters": [
        auth_parameter("The auth type. Without one the token lets in a guest, whatever it says."),
        query("fromServer", "Exactly `true`: answer the web client's address as JSON.", {"type": "string"}),
        query("spaceName", "The space, where there is no token.", reference("PlaceName")),
        query("participantName", "The guest's display name, where there is no token.", reference("PersonName")),
        query(
            "identity",
            "The guest's own id, where there is no token; without one the guest is new each time.",
            or_empty(reference("PersonName")),
        ),
    ],
    "responses": {
        "200": json_answer(
            "A way in: connection details, or the web client's address.",
            {"oneOf": [reference("Connection"), reference("WebClientLink")]},
            {
                "details": example("`Accept: application/json`", CONNECTION.to_wire()),
                "guest": example("A guest without a token", GUEST_CONNECTION.to_wire()),
                "fromServer": example("`fromServer=true`", WEB_CLIENT_LINK),
            },
        ),
        "302": {
            "description": "On to the web client, which takes the person in.",
            "headers": header_references("Location"),
        },
    }
    | refused_by(*_REFUSALS),
}

_OPEN: dict[str, Any] = {
    "operationId": "createConnection",
    "tags": _TAGS,
    "summary": "Let somebody in",
    "description": (
        "For a platform's backend: who the person is goes in, connection details come out, together with a token and a "
        "link for coming again. Without an API key, and where guest access is on, the person is a guest whatever the "
        "body says, under an id that begins with `guest_`; an auth type cannot be named then.\n"
        "\n"
        "A signed-in user comes with their own token, which says who they are: a body as of `UserRequest`, whose `id` "
        "and `identity` can claim no more than that token gives.\n"
        "\n"
        "A platform that names no auth type gets `c_s` for an assistant or customer, otherwise the first one of its "
        "policy. `c_s` admits assistant, customer and guest; every other auth type owner, manager, participant and "
        "guest."
    ),
    "security": [*API_KEY, NOBODY],
    "parameters": [auth_parameter("The auth type; may stand in the body instead.")],
    "requestBody": json_body(
        "ConnectionRequest",
        {
            "participant": example("A participant, in a room of their own", sent("connection_details/post_platform")),
            "assistant": example("Customer support: an assistant", sent("connection_details/post_agent")),
            "customer": example("Customer support: a customer", sent("connection_details/post_customer")),
        },
    ),
    "responses": {
        "200": counted(
            json_answer(
                "Connection details, and a token and link for coming again.",
                reference("SignedConnection"),
                {"participant": example("A participant", SIGNED_CONNECTION.to_wire())},
            )
        ),
    }
    | refused_by(*_REFUSALS, errors.BodyTooLargeError, errors.UnsupportedMediaTypeError),
}

_PATH = "/api/connection-details"
PATHS: dict[str, Any] = {
    _PATH: {"get": _REDEEM, "post": also_for_users(_OPEN, sent("connection_details/post_user"))}
} | behind_iam(_PATH, {"post": _OPEN})
