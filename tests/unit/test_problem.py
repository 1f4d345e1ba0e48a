"""The error map: every refusal of the domain has one status, one title and one form."""

from __future__ import annotations

import pytest

from vocespace import errors
from vocespace.errors import (
    FieldError,
    InvalidParametersError,
    MethodNotAllowedError,
    NoAgentAvailableError,
    QuotaExceededError,
    UnauthorizedError,
    VoceSpaceError,
)
from vocespace.problem import ERROR_MAP, internal_problem, problem_for
from vocespace.rate_limit import Allowance

EXPECTED: dict[str, tuple[int, dict[str, str]]] = {
    "invalid_parameters": (400, {}),
    "unauthorized": (401, {"WWW-Authenticate": "Bearer"}),
    "identity_refused": (403, {}),
    "policy_refused": (403, {}),
    "person_blocked": (403, {}),
    "not_found": (404, {}),
    "method_not_allowed": (405, {"Allow": "GET, POST"}),
    "no_empty_room": (409, {"Retry-After": "5"}),
    "no_agent_available": (409, {"Retry-After": "5"}),
    "body_too_large": (413, {}),
    "unsupported_media_type": (415, {}),
    "quota_exceeded": (
        429,
        {
            "Retry-After": "7",
            "RateLimit-Policy": '"requestsPerMinute";q=50;w=60',
            "RateLimit": '"requestsPerMinute";r=0;t=7',
        },
    ),
    "upstream_failed": (502, {}),
    "issuer_unavailable": (503, {"Retry-After": "5"}),
    "secrets_unavailable": (503, {"Retry-After": "5"}),
    "store_unavailable": (503, {"Retry-After": "5"}),
    "upstream_timeout": (504, {}),
}
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VoceSpaceError)]
REFUSALS = [kind for kind in KINDS if kind is not VoceSpaceError]


def example(kind: type[VoceSpaceError]) -> VoceSpaceError:
    """One of a kind; its reason is for the log."""
    if kind is InvalidParametersError:
        return InvalidParametersError(FieldError("space", "may not be dots only"))
    if kind is MethodNotAllowedError:
        return MethodNotAllowedError(("GET", "POST"))
    if kind is QuotaExceededError:
        return QuotaExceededError(Allowance("requestsPerMinute", 50, 60, 0, 7))
    return kind("c4n4ry")


def test_every_refusal_is_mapped() -> None:
    """A kind that is added without a status would be a 500."""
    assert set(ERROR_MAP) == set(REFUSALS)
    assert {kind.code for kind in REFUSALS} == set(EXPECTED)


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.code)
def test_a_refusal_looks_as_documented(kind: type[VoceSpaceError]) -> None:
    """RFC 9457's members and ours, the headers that belong to the status, and nothing of the reason."""
    problem, headers = problem_for(example(kind), "request-1")
    status, expected_headers = EXPECTED[kind.code]
    wire = problem.to_wire()

    assert (wire["status"], headers) == (status, expected_headers)
    assert wire["code"] == kind.code
    assert wire["type"] == f"urn:vocespace:problem:{kind.code}"
    assert wire["requestId"] == "request-1"
    assert wire["title"]
    assert wire["detail"]
    assert set(wire) - {"errors", "waiting"} == {"type", "title", "status", "detail", "code", "requestId"}
    assert ("errors" in wire) == (kind is InvalidParametersError)
    assert ("waiting" in wire) == (kind is NoAgentAvailableError)
    assert "c4n4ry" not in problem.model_dump_json()


def test_every_fault_of_a_request_is_listed() -> None:
    """Field by field, in their order."""
    faults = [FieldError("space", "may not be dots only"), FieldError("exp", "is in the past")]

    problem, _ = problem_for(InvalidParametersError(*faults), "r")

    assert problem.to_wire()["errors"] == [{"field": each.field, "reason": each.reason} for each in faults]


def test_every_401_is_the_same() -> None:
    """Whatever the reason was."""
    reasons = ["key_unknown", "key_secret", "token_signature", "token_expired", "guest_access_off"]

    assert len({problem_for(UnauthorizedError(reason), "r")[0].model_dump_json() for reason in reasons}) == 1


def test_a_detail_of_its_own_is_told() -> None:
    """Where the domain has one for the caller."""
    problem, _ = problem_for(errors.PolicyRefusedError("policy_room", "The policy does not allow this room."), "r")

    assert problem.detail == "The policy does not allow this room."


def test_what_nobody_expected_is_opaque() -> None:
    """A status, a code and the id by which the log is found."""
    assert internal_problem("r").to_wire() == {
        "type": "urn:vocespace:problem:internal_error",
        "title": "Internal error",
        "status": 500,
        "detail": "Something went wrong on our side.",
        "code": "internal_error",
        "requestId": "r",
    }
