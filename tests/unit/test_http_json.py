"""One request over TLS to a server on loopback that behaves well, badly, or not at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.support.oidc_issuer import DISCOVERY, OidcIssuer
from tests.support.upstream import LONGER_THAN_ANY_TIMEOUT, Answer, answer_json
from tests.unit.vectors import json_cases
from vocespace.http_deadline import end_answers
from vocespace.http_json import MAX_ANSWER, HttpFailedError, HttpJsonError, HttpTimedOutError, request_json

SOME_WORK = 0.4

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(name="server")
def _server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OidcIssuer]:
    with OidcIssuer(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.ca_file))
        yield server


def get(server: OidcIssuer, *, patience: float = 2.0) -> tuple[int, dict[str, Any]]:
    """Asks for discovery."""
    return request_json("GET", server.url + DISCOVERY, connect_timeout=patience, read_timeout=patience)


def failure(server: OidcIssuer, kind: type[HttpJsonError], *, patience: float = 2.0) -> HttpJsonError:
    """How asking fails."""
    with pytest.raises(kind) as failed:
        get(server, patience=patience)
    assert failed.value.__suppress_context__ or failed.value.__context__ is None
    return failed.value


def test_an_answer_is_a_status_and_an_object(server: OidcIssuer) -> None:
    """Over TLS, by a certificate that is trusted."""
    status, document = get(server)

    assert (status, document["issuer"]) == (200, server.url)


def test_a_certificate_is_checked(server: OidcIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The right server with a CA that nobody knows is the wrong server; nothing was asked of it."""
    monkeypatch.delenv("SSL_CERT_FILE")

    assert failure(server, HttpFailedError).reason == "unreachable"
    assert server.received == []


def test_a_certificate_is_for_a_name(server: OidcIssuer) -> None:
    """It is for 127.0.0.1, not for localhost."""
    with pytest.raises(HttpFailedError, match="unreachable"):
        request_json("GET", f"https://localhost:{server.port}/", connect_timeout=2, read_timeout=2)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, server: OidcIssuer) -> None:
    """It is an answer like any other."""
    server.answer = lambda _: Answer(status, headers={"Location": server.url + "/elsewhere"})

    assert get(server) == (status, {})
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_refusal_may_have_an_object_and_need_not(status: int, server: OidcIssuer) -> None:
    """Some servers say why in JSON, others send a page."""
    server.answer = lambda _: answer_json(status, {"code": "not_found"})
    assert get(server) == (status, {"code": "not_found"})
    server.answer = lambda _: Answer(status, b"<html>")
    assert get(server) == (status, {})


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"a":1,"a":2}', b"\xff", b"null", json_cases()["n_number_NaN.json"]]
)
def test_what_is_no_object_is_no_answer(body: bytes, server: OidcIssuer) -> None:
    """Read strictly."""
    server.answer = lambda _: Answer(200, body)

    assert failure(server, HttpFailedError).reason == "body"


def test_an_answer_may_be_64_kib_long(server: OidcIssuer) -> None:
    """Of a longer one, no more is read."""
    full = b'{"x":"' + b"x" * (MAX_ANSWER - 8) + b'"}'
    server.answer = lambda _: Answer(200, full)
    assert len(get(server)[1]["x"]) == MAX_ANSWER - 8

    server.answer = lambda _: Answer(200, iter([full, b" "]))
    assert failure(server, HttpFailedError).reason == "body_too_large"


def test_a_server_that_is_silent_is_given_up(server: OidcIssuer) -> None:
    """After the read timeout; a connection there was."""
    server.answer = server.silent
    started = time.monotonic()

    error = failure(server, HttpTimedOutError, patience=0.4)

    assert (error.reason, error.connected) == ("timeout", True)
    assert 0.4 <= time.monotonic() - started < 3


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}], ids=["plain", "chunked"])
def test_an_answer_that_drips_is_given_up_too(headers: dict[str, str], server: OidcIssuer) -> None:
    """Though no two of its bytes are far apart, be they of the body or of what it is packed into."""
    server.answer = lambda path: Answer(200, server.dripping(path).body, headers)
    started = time.monotonic()

    assert failure(server, HttpTimedOutError, patience=0.4).reason == "timeout"
    assert 0.6 <= time.monotonic() - started < 0.8 + SOME_WORK


def test_an_answer_that_falls_silent_ends_at_the_deadline(server: OidcIssuer) -> None:
    """Not one more read timeout after it."""

    def halves() -> Iterator[bytes]:
        yield b"{"
        server.stopping.wait(0.7)
        yield b" "
        server.stopping.wait(LONGER_THAN_ANY_TIMEOUT)

    server.answer = lambda _: Answer(200, halves())
    started = time.monotonic()
    with pytest.raises(HttpTimedOutError):
        request_json("GET", server.url, connect_timeout=0.2, read_timeout=0.8)
    assert 0.9 <= time.monotonic() - started < 1 + SOME_WORK


def test_after_the_deadline_nothing_is_read(server: OidcIssuer) -> None:
    """However soon the answer would have come."""
    with urllib3.PoolManager(retries=False) as pool:
        end_answers(pool.connection_from_url(server.url), time.monotonic())

        with pytest.raises(urllib3.exceptions.ReadTimeoutError):
            pool.request("GET", server.url)


def test_where_nobody_listens_asking_again_may_help(server: OidcIssuer) -> None:
    """And once somebody does, it does."""
    with server.down():
        error = failure(server, HttpFailedError)

    assert (error.reason, error.connected) == ("unreachable", False)
    assert get(server)[0] == 200


def test_a_body_and_headers_are_sent(server: OidcIssuer) -> None:
    """The server has no POST, and says so in a page."""
    assert request_json(
        "POST", server.url, connect_timeout=2, read_timeout=2, json={"a": 1}, headers={"Authorization": "Bearer x"}
    ) == (501, {})
