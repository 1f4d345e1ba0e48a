"""`POST /api/redirect-url`."""

from __future__ import annotations

from typing import Any

from tools.openapi.callers import also_for_users, behind_iam
from tools.openapi.examples import SIGNED_LINK, sent
from tools.openapi.parts import API_KEY, auth_parameter, counted, example, json_answer, json_body, reference
from tools.openapi.refusals import refused_by
from vocespace import errors

_SIGN: dict[str, Any] = {
    "operationId": "createRedirectUrl",
    "tags": ["Entering a space"],
    "summary": "Sign a redirect URL",
    "description": (
        "For a platform's backend. Decides, signs a token and answers the link that carries it; nobody is let "
        "in yet. Whoever follows the link is decided about again, by the policy of that moment. Without `exp` "
        "and `ttlSeconds` the link lives for an hour, or for as long as the platform's policy allows. A signed-in user "
        "gets a link for themselves, by a body as of `UserRequest`."
    ),
    "security": API_KEY,
    "parameters": [auth_parameter("The auth type; may stand in the body instead.")],
    "requestBody": json_body(
        "RedirectRequest",
        {
            "ttl": example("Valid for a quarter of an hour", sent("redirect_url/post_ttl")),
            "times": example("Valid between two moments", sent("redirect_url/post_times")),
        },
    ),
    "responses": {
        "201": counted(
            json_answer(
                "The link and its token.",
                reference("SignedLink"),
                {"link": example("A link for the auth type `demo`", SIGNED_LINK.to_wire())},
            )
        ),
    }
    | refused_by(
        errors.InvalidParametersError,
        errors.UnauthorizedError,
        errors.IdentityRefusedError,
        errors.PolicyRefusedError,
        errors.PersonBlockedError,
        errors.QuotaExceededError,
        errors.NoEmptyRoomError,
        errors.NoAgentAvailableError,
        errors.BodyTooLargeError,
        errors.UnsupportedMediaTypeError,
        errors.SecretsUnavailableError,
        errors.StoreUnavailableError,
    ),
}

_PATH = "/api/redirect-url"
PATHS: dict[str, Any] = {_PATH: {"post": also_for_users(_SIGN, sent("redirect_url/post_user"))}} | behind_iam(
    _PATH, {"post": _SIGN}
)
