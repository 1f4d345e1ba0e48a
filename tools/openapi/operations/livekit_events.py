"""`POST /hooks/livekit`."""

from __future__ import annotations

from typing import Any

from tools.openapi.examples import sent
from tools.openapi.parts import LIVEKIT, body_of, example, json_answer, reference
from tools.openapi.refusals import refused_by
from vocespace import errors
from vocespace.livekit_events import MEDIA_TYPE

PATHS: dict[str, Any] = {
    "/hooks/livekit": {
        "post": {
            "operationId": "receiveLivekitEvent",
            "tags": ["Rooms"],
            "summary": "Take in a webhook of the LiveKit server",
            "description": (
                "For `webhook.urls` of the LiveKit server, and nobody else. By whom comes and goes it is known which "
                "rooms are free. Answers once the event is queued; an event that comes twice, late or out of order "
                "does no harm, and one that says nothing of that is taken and passed over.\n"
                "\n"
                "At most 2 MiB. Refused where connection details come from a VoceSpace server (`ConnectionProvider`)."
            ),
            "security": [LIVEKIT],
            "requestBody": body_of(
                MEDIA_TYPE,
                "LiveKitEvent",
                {
                    "came": example("Somebody has come", sent("livekit_events/participant_joined")),
                    "ended": example("A LiveKit room has ended", sent("livekit_events/room_finished")),
                },
            ),
            "responses": {
                "200": json_answer("It is taken.", reference("Health"), {"ok": example("It is", {"status": "ok"})})
            }
            | refused_by(
                errors.InvalidParametersError,
                errors.UnauthorizedError,
                errors.BodyTooLargeError,
                errors.UnsupportedMediaTypeError,
                errors.SecretsUnavailableError,
                errors.StoreUnavailableError,
            ),
        }
    }
}
