"""`/api/blocks`."""

from __future__ import annotations

from typing import Any

from tools.openapi.callers import behind_iam
from tools.openapi.examples import ADDED_BLOCK, KICKED_BLOCK, LISTED_BLOCKS, sent
from tools.openapi.headers import RATE_LIMIT, header_references
from tools.openapi.parts import API_KEY, counted, example, json_answer, json_body, query, reference
from tools.openapi.refusals import refused_by
from vocespace import errors

_TAGS = ["Keeping people out"]
_SPACE = query("space", "The space; one of the platform's.", reference("PlaceName"), required=True)
_REFUSALS = (
    errors.InvalidParametersError,
    errors.UnauthorizedError,
    errors.PolicyRefusedError,
    errors.QuotaExceededError,
    errors.StoreUnavailableError,
)

_ADD: dict[str, Any] = {
    "operationId": "createBlock",
    "tags": _TAGS,
    "summary": "Block somebody in a space",
    "description": (
        "For a platform's backend, in its own spaces. Refuses the person wherever they come from: by this platform or "
        "another one, as a signed-in user, or with a token or link that they already hold. Replaces the block that "
        "there is.\n"
        "\n"
        "Answers when the block holds in every instance: at once where the space has blocks already, otherwise after "
        "5 seconds. A LiveKit token handed out before opens the room until its own end, at most 10 minutes, because "
        "LiveKit alone looks at it; `kick` takes the person out of the room, and within that time such a token lets "
        "them in again."
    ),
    "security": API_KEY,
    "requestBody": json_body(
        "BlockRequest",
        {
            "block": example("For an hour", sent("blocks/post_block")),
            "kick": example("For good, and out of the room at once", sent("blocks/post_block_kick")),
        },
    ),
    "responses": {
        "201": counted(
            json_answer(
                "The block, which holds now.",
                reference("AddedBlock"),
                {
                    "block": example("Blocked", ADDED_BLOCK.to_wire()),
                    "kicked": example("Blocked and removed from the room", KICKED_BLOCK.to_wire()),
                },
            )
        ),
    }
    | refused_by(*_REFUSALS, errors.BodyTooLargeError, errors.UnsupportedMediaTypeError),
}

_LIST: dict[str, Any] = {
    "operationId": "listBlocks",
    "tags": _TAGS,
    "summary": "List who is blocked in a space",
    "description": "Every block that has not ended, whichever platform or operator asked for it.",
    "security": API_KEY,
    "parameters": [_SPACE],
    "responses": {
        "200": counted(
            json_answer(
                "The blocks.", reference("ListedBlocks"), {"one": example("One block", LISTED_BLOCKS.to_wire())}
            )
        ),
    }
    | refused_by(*_REFUSALS),
}

_REMOVE: dict[str, Any] = {
    "operationId": "deleteBlock",
    "tags": _TAGS,
    "summary": "Let somebody in again",
    "description": "Ends a block, whoever asked for it. Not found where the person is not blocked in the space.",
    "security": API_KEY,
    "parameters": [_SPACE, query("id", "The person's id, as in their token.", reference("PersonName"), required=True)],
    "responses": {
        "204": {"description": "The person may come again.", "headers": header_references(*RATE_LIMIT)},
    }
    | refused_by(*_REFUSALS, errors.NotFoundError),
}

_PATH = "/api/blocks"
_OPERATIONS: dict[str, Any] = {"get": _LIST, "post": _ADD, "delete": _REMOVE}
PATHS: dict[str, Any] = {_PATH: _OPERATIONS} | behind_iam(_PATH, _OPERATIONS)
