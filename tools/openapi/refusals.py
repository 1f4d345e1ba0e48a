"""The error answers, made from the layer's one error map, so that no code can be missing here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from tools.openapi.headers import header_references
from tools.openapi.parts import reference
from vocespace.api import PROBLEM
from vocespace.errors import FieldError, InvalidParametersError, MethodNotAllowedError, VoceSpaceError
from vocespace.problem import ERROR_MAP, Problem, internal_problem, problem_for
from vocespace.request_body import JSON

_REQUEST_ID = "RbXqYgAAliAEPqQ="
_SAMPLES: dict[type[VoceSpaceError], VoceSpaceError] = {
    InvalidParametersError: InvalidParametersError(FieldError("space", "is missing")),
    MethodNotAllowedError: MethodNotAllowedError(("GET", "POST")),
}
_GATEWAY = {
    429: ("Throttled", "Too many requests at once.", "Too Many Requests"),
    431: ("HeadTooLarge", "Request line and headers are over 10,240 bytes.", "Request Header Fields Too Large"),
}


def _problem(kind: type[VoceSpaceError]) -> tuple[Problem, dict[str, str]]:
    return problem_for(_SAMPLES.get(kind) or kind("sample"), _REQUEST_ID)


def codes() -> list[str]:
    """Every `code` a problem document can have."""
    return [*dict.fromkeys(kind.code for kind in ERROR_MAP), internal_problem(_REQUEST_ID).code]


def responses() -> dict[str, Any]:
    """One reusable response a status, by the name under which operations refer to it."""
    by_status: dict[int, list[Problem]] = {}
    headers: dict[int, dict[str, str]] = {}
    for kind in ERROR_MAP:
        problem, own_headers = _problem(kind)
        by_status.setdefault(problem.status, []).append(problem)
        headers.setdefault(problem.status, {}).update(own_headers)
    opaque = internal_problem(_REQUEST_ID)
    by_status[opaque.status] = [opaque]
    problems = {_name(status): _response(by_status[status], headers.get(status, {})) for status in sorted(by_status)}
    return problems | {name: _gateway_response(text, message) for name, text, message in _GATEWAY.values()}


def refused_by(*kinds: type[VoceSpaceError]) -> dict[str, Any]:
    """References to the responses by which an operation answers these refusals, and to those every operation has."""
    statuses = {int(ERROR_MAP[kind].status) for kind in kinds} | {HTTPStatus.INTERNAL_SERVER_ERROR.value, *_GATEWAY}
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in sorted(statuses)}


def _name(status: int) -> str:
    return _GATEWAY[status][0] if status in _GATEWAY else f"Problem{status}"


def _response(problems: list[Problem], headers: dict[str, str]) -> dict[str, Any]:
    lines = [f"`{problem.code}`: {problem.detail}" for problem in problems]
    return {
        "description": lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines),
        "headers": header_references(*headers),
        "content": {
            PROBLEM: {
                "schema": reference("Problem"),
                "examples": {problem.code: {"value": problem.to_wire()} for problem in problems},
            }
        },
    }


def _gateway_response(text: str, message: str) -> dict[str, Any]:
    return {
        "description": f"{text} API Gateway itself answers this, with a body of its own.",
        "content": {JSON: {"schema": reference("GatewayMessage"), "example": {"message": message}}},
    }
