"""Answers: what API Gateway is handed of each kind."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from vocespace.http_response import HttpResponse, answer, document, empty, redirect

ALWAYS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def test_an_answer_is_json() -> None:
    """As compact as it gets, with its headers beside those that all answers have."""
    made = answer(HTTPStatus.CREATED, {"a": "é", "b": [1]}, {"RateLimit": "r"})

    assert made.to_payload() == {
        "statusCode": 201,
        "body": '{"a":"é","b":[1]}',
        "isBase64Encoded": False,
        "headers": ALWAYS | {"RateLimit": "r", "Content-Type": "application/json"},
        "cookies": [],
    }


def test_a_problem_is_json_of_another_type() -> None:
    """And nothing else is different."""
    made = answer(HTTPStatus.NOT_FOUND, {}, content_type="application/problem+json").to_payload()

    assert (made["statusCode"], made["body"]) == (404, "{}")
    assert made["headers"] == ALWAYS | {"Content-Type": "application/problem+json"}


def test_a_document_is_left_as_it_is() -> None:
    """Its own headers may say more than those that all answers have."""
    made = document(HTTPStatus.OK, "<p>", "text/html; charset=utf-8", {"Referrer-Policy": "same-origin"}).to_payload()

    assert made["body"] == "<p>"
    assert made["headers"] == ALWAYS | {"Referrer-Policy": "same-origin", "Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("made", "status", "headers"),
    [
        (empty(), 204, {}),
        (empty({"RateLimit": "r"}), 204, {"RateLimit": "r"}),
        (redirect("https://a"), 302, {"Location": "https://a"}),
        (redirect("https://a", HTTPStatus.SEE_OTHER), 303, {"Location": "https://a"}),
    ],
)
def test_an_answer_without_a_body_says_nothing_of_its_type(
    made: HttpResponse, status: int, headers: dict[str, str]
) -> None:
    """And is kept by nobody on the way either."""
    payload = made.to_payload()

    assert (payload["statusCode"], payload["body"], payload["headers"]) == (status, None, ALWAYS | headers)


def test_cookies_are_no_headers() -> None:
    """API Gateway makes a `Set-Cookie` of each: one header could hold only one of them."""
    made = redirect("https://a", cookies=("a=1; Secure", "b=2")).to_payload()

    assert made["cookies"] == ["a=1; Secure", "b=2"]
    assert made["headers"] == ALWAYS | {"Location": "https://a"}
