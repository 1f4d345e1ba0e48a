"""The error answers, made from the layer's one error map, so that no code can be missing here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from tools.openapi.headers import header_references, perhaps
from tools.openapi.parts import reference
from vocespace.api import PROBLEM
from vocespace.errors import (
    FieldError,
    InvalidParametersError,
    MethodNotAllowedError,
    QuotaExceededError,
    VoceSpaceError,
)
from vocespace.problem import ERROR_MAP, Problem, internal_problem, problem_for
from vocespace.rate_limit import Allowance
from vocespace.request_body import JSON

_REQUEST_ID = "RbXqYgAAliAEPqQ="
_SAMPLES: dict[type[VoceSpaceError], VoceSpaceError] = {
    InvalidParametersError: InvalidParametersError(FieldError("space", "is missing")),
    MethodNotAllowedError: MethodNotAllowedError(("GET", "POST")),
    QuotaExceededError: QuotaExceededError(Allowance("requestsPerMinute", 50, 60, 0, 37)),
}
_GATEWAY = {
    429: ("Throttled", "Too many requests at once.", "Too Many Requests"),
    431: ("HeadTooLarge", "Request line and headers are over 10,240 bytes.", "Request Header Fields Too Large"),
}
_UNSIGNED = ("Unsigned", "No signature that stands, or a role that IAM does not let in.", "Forbidden")


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
    for status in by_status.keys() & _GATEWAY.keys():
        problems[_name(status)] = _either(problems[_name(status)], *_GATEWAY[status][1:])
    unsigned, text, message = _UNSIGNED
    return (
        problems
        | {unsigned: _gateway_response(text, message)}
        | {f"{unsigned}Or{_name(403)}": _either(problems[_name(403)], text, message)}
        | {name: _gateway_response(text, message) for name, text, message in _GATEWAY.values()}
    )


def refused_by(*kinds: type[VoceSpaceError]) -> dict[str, Any]:
    """References to the responses by which an operation answers these refusals, and to those every operation has."""
    ours = {int(ERROR_MAP[kind].status) for kind in kinds} | {HTTPStatus.INTERNAL_SERVER_ERROR.value}
    names = {status: name for status, (name, *_) in _GATEWAY.items()} | {status: _name(status) for status in ours}
    return {str(status): _reference(names[status]) for status in sorted(names)}


def refused_unsigned(responses: dict[str, Any]) -> dict[str, Any]:
    """The 403 of an operation to which API Gateway lets only signed requests through, in place of the usual one."""
    status, unsigned = HTTPStatus.FORBIDDEN.value, _UNSIGNED[0]
    return {str(status): _reference(f"{unsigned}Or{_name(status)}" if str(status) in responses else unsigned)}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{name}"}


def _name(status: int) -> str:
    return f"Problem{status}"


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


def _either(ours: dict[str, Any], text: str, message: str) -> dict[str, Any]:
    gateways = _gateway_response(text, message)
    return {
        "description": f"{ours['description']}\n\n{gateways['description']}",
        "headers": perhaps(ours["headers"]),
        "content": ours["content"] | gateways["content"],
    }


def _gateway_response(text: str, message: str) -> dict[str, Any]:
    return {
        "description": f"{text} API Gateway itself answers this, with a body of its own.",
        "content": {JSON: {"schema": reference("GatewayMessage"), "example": {"message": message}}},
    }
