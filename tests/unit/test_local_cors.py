"""CORS of the local gateway, held against what an HTTP API does with the same configuration."""

from __future__ import annotations

import pytest

from local.cors import Cors
from local.messages import Answer, Request

ORIGIN = "https://app.example.com"
CORS = Cors.from_configuration(
    {
        "AllowOrigins": [ORIGIN, "http://localhost:5173"],
        "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["authorization", "content-type"],
        "ExposeHeaders": ["retry-after"],
        "MaxAge": 600,
    }
)
OFF = Cors.from_configuration({})


def request(method: str = "POST", **headers: str) -> Request:
    """A request with these headers, whose underscores stand for hyphens."""
    return Request(method, "/a", "", {name.replace("_", "-"): value for name, value in headers.items()})


PREFLIGHT = request("OPTIONS", origin=ORIGIN, access_control_request_method="POST")


def test_preflight_of_a_named_origin_is_answered() -> None:
    """A browser learns what the page may send, without a function being asked; never with credentials."""
    answer = CORS.preflight(PREFLIGHT)

    assert answer is not None
    assert CORS.marked(PREFLIGHT, answer) == Answer(
        204,
        headers=[
            ("access-control-allow-origin", ORIGIN),
            ("access-control-expose-headers", "retry-after"),
            ("access-control-allow-methods", "GET,POST"),
            ("access-control-allow-headers", "authorization,content-type"),
            ("access-control-max-age", "600"),
        ],
    )


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://app.example.com.evil.example", "*", ""])
def test_other_origins_are_told_nothing(origin: str) -> None:
    """The preflight is answered and allows nothing, and neither does any other answer."""
    asking = request("OPTIONS", origin=origin, access_control_request_method="POST")

    assert CORS.preflight(asking) == Answer(204)
    assert CORS.marked(asking, Answer(204)).headers == []
    assert CORS.marked(request(origin=origin), Answer(200)).headers == []


@pytest.mark.parametrize("status", [200, 401, 429, 500])
def test_every_answer_to_a_named_origin_is_readable(status: int) -> None:
    """Also a refusal, or the page could not tell it from an outage."""
    answer = CORS.marked(request(origin=ORIGIN), Answer(status, b"{}", [("retry-after", "7")]))

    assert answer.headers == [
        ("retry-after", "7"),
        ("access-control-allow-origin", ORIGIN),
        ("access-control-expose-headers", "retry-after"),
    ]


def test_what_a_function_says_about_cors_is_ignored() -> None:
    """API Gateway replaces it, so here it must not work either."""
    said = Answer(200, headers=[("Access-Control-Allow-Origin", "*"), ("access-control-allow-credentials", "true")])

    assert CORS.marked(request(origin="https://evil.example"), said).headers == []


@pytest.mark.parametrize(
    "asking",
    [
        request("OPTIONS"),
        request("OPTIONS", origin=ORIGIN),
        request("OPTIONS", access_control_request_method="POST"),
        request("POST", origin=ORIGIN, access_control_request_method="POST"),
    ],
)
def test_what_is_no_preflight_goes_on(asking: Request) -> None:
    """OPTIONS from anybody else is a request like any other."""
    assert CORS.preflight(asking) is None


def test_without_origins_it_is_off() -> None:
    """Nothing is answered, added or taken away."""
    said = Answer(200, headers=[("access-control-allow-origin", "*")])

    assert OFF.preflight(PREFLIGHT) is None
    assert OFF.marked(PREFLIGHT, said) == said
