"""`/api/spaces/{space}/rooms`."""

from __future__ import annotations

from typing import Any

from tools.openapi.callers import behind_iam
from tools.openapi.examples import LISTED_ROOMS
from tools.openapi.parts import API_KEY, counted, example, in_path, json_answer, reference
from tools.openapi.refusals import refused_by
from vocespace import errors

_LIST: dict[str, Any] = {
    "operationId": "listRooms",
    "tags": ["Rooms"],
    "summary": "List the rooms of a space",
    "description": (
        "Which rooms there are, which of them are free, and how many people are inside; who they are is not said. As "
        "LiveKit's events have told it: a moment old at most, or 5 minutes where an event was lost.\n"
        "\n"
        "Not found where nobody has been in the space yet."
    ),
    "security": API_KEY,
    "parameters": [in_path("space", "The space; one of the platform's.", reference("PlaceName"))],
    "responses": {
        "200": counted(
            json_answer(
                "The rooms, by name.",
                reference("ListedRooms"),
                {"three": example("A pool of two, and an agent who waits", LISTED_ROOMS.to_wire())},
            )
        ),
    }
    | refused_by(
        errors.InvalidParametersError,
        errors.UnauthorizedError,
        errors.PolicyRefusedError,
        errors.NotFoundError,
        errors.QuotaExceededError,
        errors.StoreUnavailableError,
    ),
}

_PATH = "/api/spaces/{space}/rooms"
PATHS: dict[str, Any] = {_PATH: {"get": _LIST}} | behind_iam(_PATH, {"get": _LIST})
