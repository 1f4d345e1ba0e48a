"""The events of the local gateway, member by member as an HTTP API makes them (payload format 2.0)."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from local.event import event_for
from local.messages import Request
from local.routes import Match

NOW = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)


def _event(match: Match | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any member of a request
    request = {"method": "GET", "path": "/a", "query": "", "headers": {"host": "127.0.0.1:3000"}} | changes
    return event_for(Request(**request), match or Match("F", "GET", "/a"), request_id="r-1", now=NOW)


def test_bare_request_has_only_the_members_that_are_always_there() -> None:
    """What the client did not send is absent, not null and not empty."""
    assert _event() == {
        "version": "2.0",
        "routeKey": "GET /a",
        "rawPath": "/a",
        "rawQueryString": "",
        "headers": {"host": "127.0.0.1:3000", "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http"},
        "isBase64Encoded": False,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "127.0.0.1:3000",
            "domainPrefix": "127",
            "http": {
                "method": "GET",
                "path": "/a",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "",
            },
            "requestId": "r-1",
            "routeKey": "GET /a",
            "stage": "$default",
            "time": "01/Mar/2026:12:30:15 +0000",
            "timeEpoch": 1772368215250,
        },
    }


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2&a=3", {"a": "1,2,3"}),
        ("a=&b", {"a": "", "b": ""}),
        ("a=%2B+%C3%A9%2C", {"a": "+ é,"}),
        ("a=%FF", {"a": "\N{REPLACEMENT CHARACTER}"}),
    ],
)
def test_query_is_handed_on_raw_and_decoded(query: str, parameters: dict[str, str]) -> None:
    """The raw query keeps its encoding, the parameters lose it, repeated ones are joined by a comma."""
    event = _event(query=query)

    assert event["rawQueryString"] == query
    assert event["queryStringParameters"] == parameters


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b'{"a":"\xc3\xa9"}', ('{"a":"é"}', False)),
        ("Application/JSON; charset=utf-8", b"{}", ("{}", False)),
        ("text/plain", b"hello", ("hello", False)),
        ("application/xml", b"<a/>", ("<a/>", False)),
        ("application/x-www-form-urlencoded", b"a=1", ("YT0x", True)),
        ("application/octet-stream", b"\x00\xff", ("AP8=", True)),
        ("application/json", b"\xff", ("/w==", True)),
        ("", b"{}", ("e30=", True)),
    ],
)
def test_body_is_text_or_base64_by_its_content_type(content_type: str, body: bytes, expected: tuple[str, bool]) -> None:
    """Text types stay text, everything else and whatever is not UTF-8 comes as Base64."""
    event = _event(method="POST", headers={"content-type": content_type}, body=body)

    assert (event["body"], event["isBase64Encoded"]) == expected


def test_cookies_move_out_of_the_headers() -> None:
    """Cookies are a list of their own."""
    event = _event(headers={"cookie": "a=1; b=2"})

    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_forwarded_for_names_every_hop() -> None:
    """The client's own claim stays in front of the address that the gateway saw."""
    assert _event(headers={"x-forwarded-for": "192.0.2.1"})["headers"]["x-forwarded-for"] == "192.0.2.1, 127.0.0.1"


def test_path_variables_come_with_their_route() -> None:
    """A route with variables hands them on, and its key names them."""
    event = _event(Match("F", "GET", "/join/{code}", {"code": "x y"}), path="/join/x y")

    assert event["pathParameters"] == {"code": "x y"}
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "GET /join/{code}"


def test_default_route_has_its_own_key() -> None:
    """What no route takes arrives under `$default`."""
    assert _event(Match("F"))["routeKey"] == "$default"


def test_wsgi_request_is_read_whole() -> None:
    """Headers get their lower-case names, the path its UTF-8, the query stays as it was sent."""
    environ = {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": "//caf%C3%A9/\xc3\xa9%FF?a=%20b",
        "PATH_INFO": "/caf\xc3\xa9/\xc3\xa9\xff",
        "QUERY_STRING": "a=%20b",
        "REMOTE_ADDR": "127.0.0.9",
        "SERVER_PROTOCOL": "HTTP/1.0",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "2",
        "HTTP_X_API_KEY": "k",
        "HTTP_ACCEPT": "a, b",
        "wsgi.input": BytesIO(b"hi"),
        "wsgi.url_scheme": "http",
    }

    assert Request.from_wsgi(environ) == Request(
        method="POST",
        path="//café/é\N{REPLACEMENT CHARACTER}",
        query="a=%20b",
        headers={"content-type": "text/plain", "content-length": "2", "x-api-key": "k", "accept": "a, b"},
        body=b"hi",
        source_ip="127.0.0.9",
        protocol="HTTP/1.0",
    )
