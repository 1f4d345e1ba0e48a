"""`POST /api/livekit-token`."""

from __future__ import annotations

from typing import Any

from tools.openapi.callers import also_for_users, behind_iam
from tools.openapi.examples import TOKEN_RESPONSE, sent
from tools.openapi.parts import API_KEY, auth_parameter, counted, example, json_answer, json_body, reference
from tools.openapi.refusals import refused_by
from vocespace import errors

_ISSUE: dict[str, Any] = {
    "operationId": "createLivekitToken",
    "tags": ["Entering a space"],
    "summary": "Issue a participant token to a LiveKit client",
    "description": (
        "LiveKit's standard token endpoint: what `TokenSource.endpoint(url, {headers})` of its client SDKs calls, with "
        "the credential in `headers`. For custom front ends. Nobody gets in without a credential, guests or not.\n"
        "\n"
        "As what the person comes, by which auth type and into which room of the space stands in "
        "`participant_attributes`, as it will in the participant token; there it is always what was decided. Without "
        "an auth type it is `c_s` for an assistant or customer, otherwise the first one of the policy.\n"
        "\n"
        "Metadata and attributes of one's own, and what `room_config` says, are held against the platform's policy. "
        "The participant cannot change name, metadata or attributes, unless the policy says otherwise for the "
        "identity. Refused where connection details come from a VoceSpace server (`ConnectionProvider`)."
    ),
    "security": API_KEY,
    "parameters": [auth_parameter("The auth type; may stand in the attributes instead.")],
    "requestBody": json_body(
        "LiveKitTokenRequest",
        {
            "participant": example("A participant, in a room of their own", sent("livekit_token/post")),
            "agent": example("A room with an agent in it", sent("livekit_token/post_agent")),
            "nothing": example("Somebody, somewhere within the policy", sent("livekit_token/post_nothing")),
        },
    ),
    "responses": {
        "201": counted(
            json_answer(
                "What a LiveKit client needs to connect.",
                reference("TokenResponse"),
                {"participant": example("A participant", TOKEN_RESPONSE.to_wire())},
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

_PATH = "/api/livekit-token"
PATHS: dict[str, Any] = {
    _PATH: {"post": also_for_users(_ISSUE, sent("livekit_token/post_user"), "LiveKitTokenRequest")}
} | behind_iam(_PATH, {"post": _ISSUE})
