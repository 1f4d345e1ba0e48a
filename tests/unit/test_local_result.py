"""What a function returns, mapped to HTTP as an HTTP API does it."""

from __future__ import annotations

import pytest

from local.messages import Answer
from local.result import answer_for

PLAIN = ("content-type", "text/plain; charset=utf-8")
JSON = ("content-type", "application/json")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"statusCode": 204}, Answer(204, b"", [PLAIN])),
        ({"statusCode": 200, "body": "é"}, Answer(200, "é".encode(), [PLAIN])),
        ({"statusCode": 200, "body": None}, Answer(200, b"", [PLAIN])),
        (
            {"statusCode": 200, "headers": {"Content-Type": "text/html", "X-A": 1, "X-B": True}},
            Answer(200, b"", [("content-type", "text/html"), ("x-a", "1"), ("x-b", "true")]),
        ),
        ({"statusCode": 200, "body": "AP8=", "isBase64Encoded": True}, Answer(200, b"\x00\xff", [PLAIN])),
        (
            {"statusCode": 200, "cookies": ["a=1", "b=2"]},
            Answer(200, b"", [PLAIN, ("set-cookie", "a=1"), ("set-cookie", "b=2")]),
        ),
        ({"statusCode": 200, "headers": {"Content-Length": "99", "Connection": "close"}}, Answer(200, b"", [PLAIN])),
        ({"statusCode": 200, "multiValueHeaders": {"x-a": ["1", "2"]}}, Answer(200, b"", [PLAIN])),
    ],
)
def test_result_with_a_status_becomes_that_answer(result: object, expected: Answer) -> None:
    """Status, headers, cookies and body are taken over; multiValueHeaders are none of format 2.0's."""
    assert answer_for(result) == expected


@pytest.mark.parametrize(
    ("result", "body"),
    [({"message": "hi"}, b'{"message": "hi"}'), ("hi", b'"hi"'), ([1], b"[1]"), (None, b"null"), (0, b"0")],
)
def test_result_without_a_status_is_the_body(result: object, body: bytes) -> None:
    """A function may return nothing but its body, which is then JSON."""
    assert answer_for(result) == Answer(200, body, [JSON])


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "200"},
        {"statusCode": True},
        {"statusCode": 42},
        {"statusCode": None},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"x-a": None}},
        {"statusCode": 200, "headers": {"x-a": "1\r\nx-b: 2"}},
        {"statusCode": 200, "cookies": "a=1"},
    ],
)
def test_malformed_result_is_a_500_of_the_gateway(result: object) -> None:
    """A result that cannot be sent is answered in API Gateway's own words, and nothing of it gets out."""
    assert answer_for(result) == Answer(500, b'{"message":"Internal Server Error"}', [JSON])
