"""`/join/{code}`: for people, and for whoever builds links or looks at them before people do."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from tools.openapi.headers import header_references, perhaps
from tools.openapi.parts import in_path, reference
from tools.openapi.refusals import refused_by
from vocespace.join_faces import Face
from vocespace.request_body import JSON

_CODE = [
    in_path(
        "code",
        "The code of a join link, as `POST /api/join-links` gives it out in `url`: whoever has it may come in.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$"},
    )
]
_NOBODY: list[dict[str, list[str]]] = []
_TAGS = ["Join links"]
_PAGE = {"text/html": {"schema": {"type": "string"}}}
_PAGES = (
    "A page in English or Chinese, by `Accept-Language`; it works without JavaScript, and with it counts down and goes "
    "in by itself. Its `<main>` says the state in `data-state`."
)


def _header(description: str, *, required: bool = True, **schema: object) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": {"type": "string"} | schema}


_HEADERS = {
    "Content-Language": _header("The language of the page.", enum=["en", "zh"]),
    "Content-Security-Policy": _header("The page runs its own script, and sends people to the web client alone."),
    "Cross-Origin-Opener-Policy": _header("Whoever opened the page cannot reach it.", const="same-origin"),
    "Cross-Origin-Resource-Policy": _header("No other site loads it.", const="same-origin"),
    "Permissions-Policy": _header("The page asks for neither camera nor microphone; the web client does."),
    "Vary": _header("What the page depends on beside its address.", const="Accept-Language"),
    "X-Robots-Tag": _header("No search engine keeps it.", const="noindex, nofollow"),
}
_RETRY = {"Retry-After": _header("Seconds to wait before trying again.", pattern="^[0-9]+$")}
_SEEN = (Face.EARLY, Face.OPEN)
_GONE = (Face.CANCELLED, Face.OVER, Face.USED_UP)
_TROUBLE = (Face.UNKNOWN, Face.FAILED, Face.AWAY)
_CLOSED = (Face.BLOCKED, Face.REFUSED, Face.NO_ROOM, Face.CROWDED)


def _pages(*faces: Face, with_body: bool = True) -> dict[str, Any]:
    states: dict[HTTPStatus, list[str]] = {}
    for face in faces:
        states.setdefault(face.status, []).append(f"`{face.state}`")
    return {str(status.value): _page(status, names, with_body=with_body) for status, names in sorted(states.items())}


def _page(status: HTTPStatus, states: list[str], *, with_body: bool) -> dict[str, Any]:
    may_pass = status in {Face.NO_ROOM.status, Face.CROWDED.status, Face.AWAY.status}
    answer: dict[str, Any] = {
        "description": f"The page, in the state {' or '.join(states)}.",
        "headers": header_references() | _HEADERS | (_RETRY if may_pass else {}),
    }
    return answer | ({"content": _PAGE} if with_body else {})


def _or_throttled(page: dict[str, Any]) -> dict[str, Any]:
    # The one status that API Gateway has as well.
    own = {name: header | {"required": False} for name, header in (_HEADERS | _RETRY).items()}
    return {
        "description": f"{page['description']} Or API Gateway itself answers, with a body of its own.",
        "headers": perhaps(header_references()) | own,
        "content": _PAGE | {JSON: {"schema": reference("GatewayMessage"), "example": {"message": "Too Many Requests"}}},
    }


_GATEWAYS = {status: answer for status, answer in refused_by().items() if status != "500"}
_FOUND = _pages(*_SEEN, *_GONE, *_TROUBLE)
_ENTERED = _pages(Face.EARLY, *_GONE, *_TROUBLE, *_CLOSED)
_ENTRY: dict[str, Any] = {
    "description": "An iCalendar object with one event.",
    "headers": header_references(),
    "content": {"text/calendar": {"schema": {"type": "string"}, "example": "BEGIN:VCALENDAR..."}},
}
_WAY_IN: dict[str, Any] = {
    "description": "On into the space, with a token that is good for five minutes at most.",
    "headers": header_references()
    | {
        "Location": _header(
            "The web client's page of the space or, where the deployment has none, a redirect URL.", format="uri"
        ),
        "Set-Cookie": _header("By what a link of several people knows the browser again.", required=False),
    },
}

_WAY_BACK: dict[str, Any] = {
    "description": "Back to the page.",
    "headers": header_references() | {"Location": _header("The page.", format="uri-reference")},
}


def _operation(name: str, summary: str, description: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": _TAGS,
        "summary": summary,
        "description": description,
        "security": _NOBODY,
        "parameters": _CODE,
        "responses": dict(sorted((_GATEWAYS | responses).items())),
    }


PATHS: dict[str, Any] = {
    "/join/{code}": {
        "get": _operation(
            "showJoinPage",
            "The page behind a join link",
            f"{_PAGES}\n\nChanges nothing and sets no cookie, however often it is opened: mail scanners do.",
            _FOUND,
        ),
        "head": _operation(
            "probeJoinPage",
            "Whether a join link is good",
            "What `GET` answers, without the page.",
            _pages(*_SEEN, *_GONE, *_TROUBLE, with_body=False),
        ),
        "post": _operation(
            "join",
            "Come in by a join link",
            "What the button on the page does: decides, chooses the room, and sends the browser on. The body is not "
            "read, and nothing in the request makes more of somebody than the link does. Where nothing comes of it, "
            "the page says why.",
            _ENTERED | {"303": _WAY_IN, "429": _or_throttled(_ENTERED["429"])},
        ),
    },
    "/join/{code}/calendar.ics": {
        "get": _operation(
            "getCalendarEntry",
            "The meeting, for the calendar",
            "Stays the same entry (`UID`) however often the meeting moves. A link without a beginning has none, and "
            "leads back to its page.",
            _pages(*_GONE, *_TROUBLE) | {"200": _ENTRY, "303": _WAY_BACK},
        )
    },
}
