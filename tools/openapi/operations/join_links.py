"""`/api/join-links`."""

from __future__ import annotations

from typing import Any

from tools.openapi.callers import behind_iam
from tools.openapi.examples import MADE_LINK, SHOWN_LINK, sent
from tools.openapi.headers import RATE_LIMIT, header_references
from tools.openapi.parts import (
    API_KEY,
    auth_parameter,
    counted,
    example,
    in_path,
    json_answer,
    json_body,
    reference,
)
from tools.openapi.refusals import refused_by
from vocespace import errors

_TAGS = ["Join links"]
_LINK_ID = in_path("id", "The link's id.", {"type": "string", "pattern": "^lnk_[0-9a-f]{24}$"})
_REFUSALS = (
    errors.InvalidParametersError,
    errors.UnauthorizedError,
    errors.QuotaExceededError,
    errors.StoreUnavailableError,
)
_ABOUT_ONE = refused_by(*_REFUSALS, errors.NotFoundError)

_MAKE: dict[str, Any] = {
    "operationId": "createJoinLink",
    "tags": _TAGS,
    "summary": "Make a join link",
    "description": (
        "For a platform's backend: a short link for a mail or a page, by which somebody comes in when it is time. No "
        "token is made before somebody clicks it, so the link may be good for months, whatever the cap on tokens. "
        "Opening it shows a page and uses nothing up; its button lets the person in, after everything is decided "
        "again, by the policy of that moment.\n"
        "\n"
        "Making a link counts as a request; a token is counted at each click that lets somebody in. Who comes by a "
        "link has the identity that is said here. A guest who comes by one owns no space, not even as the first who "
        "enters it."
    ),
    "security": API_KEY,
    "parameters": [auth_parameter("The auth type; may stand in the body instead.")],
    "requestBody": json_body(
        "LinkRequest",
        {
            "meeting": example("For one person's appointment", sent("join_links/post_meeting")),
            "visit": example("Open at once, for a week", sent("join_links/post_visit")),
            "several": example("For fifty people", sent("join_links/post_several")),
        },
    ),
    "responses": {
        "201": counted(
            json_answer(
                "The link, told this once.",
                reference("MadeLink"),
                {"link": example("It opens ten minutes early", MADE_LINK.to_wire())},
            )
        ),
    }
    | refused_by(
        *_REFUSALS,
        errors.IdentityRefusedError,
        errors.PolicyRefusedError,
        errors.BodyTooLargeError,
        errors.UnsupportedMediaTypeError,
        errors.SecretsUnavailableError,
    ),
}

_SHOW: dict[str, Any] = {
    "operationId": "getJoinLink",
    "tags": _TAGS,
    "summary": "Look at a join link",
    "description": (
        "What a link is and what it is good for right now, without what opens it: also that of a booking, by the "
        "platform of its route. Not found where the platform has no such link; a link is kept for 90 days after it "
        "has closed."
    ),
    "security": API_KEY,
    "parameters": [_LINK_ID],
    "responses": {
        "200": counted(
            json_answer("The link.", reference("ShownLink"), {"link": example("One link", SHOWN_LINK.to_wire())})
        ),
    }
    | _ABOUT_ONE,
}

_REVOKE: dict[str, Any] = {
    "operationId": "deleteJoinLink",
    "tags": _TAGS,
    "summary": "Revoke a join link",
    "description": (
        "The link opens nothing any more and says so to whoever clicks it, from now on and however often this is "
        "asked. Who is inside stays, and a token that it gave is good for 5 minutes at most; a block keeps somebody "
        "out. Not found where the platform has no such link."
    ),
    "security": API_KEY,
    "parameters": [_LINK_ID],
    "responses": {
        "204": {"description": "The link is revoked.", "headers": header_references(*RATE_LIMIT)},
    }
    | _ABOUT_ONE,
}

_PATH = "/api/join-links"
_OPERATIONS: dict[str, Any] = {"post": _MAKE}
_ON_ONE: dict[str, Any] = {"get": _SHOW, "delete": _REVOKE}
PATHS: dict[str, Any] = (
    {_PATH: _OPERATIONS, f"{_PATH}/{{id}}": _ON_ONE}
    | behind_iam(_PATH, _OPERATIONS)
    | behind_iam(f"{_PATH}/{{id}}", _ON_ONE)
)
