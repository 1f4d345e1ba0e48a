"""What can be said of the VoceSpace provider without a server: how it reads answers and names failures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from socket import gaierror
from typing import Any
from urllib.parse import quote

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import json_values
from tests.support.world import DEMO
from tests.unit.forge import person
from tests.unit.vectors import json_cases, naughty_strings
from vocespace.admission import admit
from vocespace.errors import UpstreamFailedError, UpstreamTimeoutError
from vocespace.http_json import MAX_ANSWER
from vocespace.vocespace_provider import VoceSpaceProvider

ADMISSION = admit(person(room="stage"), auth="demo", platform=DEMO)
DETAILS = {"serverUrl": "wss://a.example", "roomName": "s", "participantName": "n", "participantToken": "a.b.c"}
POOL = urllib3.connectionpool.HTTPConnectionPool("127.0.0.1")


class Body:
    """An answer whose body comes in one piece."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self._pieces = iter([body[place : place + MAX_ANSWER] for place in range(0, len(body), MAX_ANSWER)])
        self.status = status

    def read1(self, _: int) -> bytes:
        """The next piece."""
        return next(self._pieces, b"")

    def close(self) -> None:
        """Nothing is left."""


class Server:
    """Answers requests in turn: with a body, or by raising."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: Iterator[bytes | Body | Exception] = iter(())
        self.requests: list[tuple[str, str, Any]] = []
        monkeypatch.setattr(urllib3.PoolManager, "request", self._request)

    def connect(self, *answers: object) -> dict[str, Any]:
        """The connection details that follow from some answers; JSON, unless they are bytes or faults."""
        self.answers = iter(
            each if isinstance(each, bytes | Body | Exception) else json.dumps(each).encode() for each in answers
        )
        return VoceSpaceProvider("https://vocespace.example").connect(ADMISSION).to_wire()

    def _request(self, method: str, url: str, **options: Any) -> Body:  # noqa: ANN401 - as urllib3 types them
        self.requests.append((method, url, options["json"]))
        assert options["redirect"] is False
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Body) else Body(answer)


@pytest.fixture(name="server")
def _server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def redirect(details: object) -> dict[str, str]:
    """The deployed server's second answer."""
    return {"redirectUrl": f"https://vocespace.example/s?auth=demo&details={quote(json.dumps(details))}&data=x"}


def test_the_documented_answer_is_connection_details(server: Server) -> None:
    """One POST of the person; what the server adds is left out."""
    assert server.connect(DETAILS | {"token": "t", "extra": {"a": 1}}) == DETAILS
    assert server.requests == [
        ("POST", "https://vocespace.example/api/connection-details", ADMISSION.person.to_wire() | {"preJoin": False})
    ]


def test_the_deployed_answer_is_a_token_to_redeem(server: Server) -> None:
    """A POST, then a GET with the token, and the details out of the link."""
    assert server.connect({"token": "a b&c"}, redirect(DETAILS)) == DETAILS
    assert server.requests[1] == (
        "GET",
        "https://vocespace.example/api/connection-details?auth=demo&token=a%20b%26c&fromServer=true",
        None,
    )


@pytest.mark.parametrize("token", ["\ud800", "é", "漢"], ids=ascii)
def test_a_token_that_is_none_is_not_redeemed(server: Server, token: str) -> None:
    """Nor does a lone surrogate end in an exception that nobody expects."""
    with pytest.raises(UpstreamFailedError, match="upstream_token"):
        server.connect({"token": token}, redirect(DETAILS))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({}, "upstream_redirect_url"),
        ({"redirectUrl": None}, "upstream_redirect_url"),
        ({"redirectUrl": "https://vocespace.example/s?data=x"}, "upstream_redirect_url"),
        ({"redirectUrl": "https://vocespace.example/s?details="}, "upstream_redirect_url"),
        ({"redirectUrl": "https://vocespace.example/s?details=%FF"}, "upstream_redirect_url"),
        ({"redirectUrl": "https://[::1/s?details={}"}, "upstream_redirect_url"),
        ({"redirectUrl": "https://vocespace.example/s?" + "a=1&" * 20}, "upstream_redirect_url"),
        ({"redirectUrl": "https://vocespace.example/s?details=\ud800"}, "upstream_redirect_url"),
        (redirect([DETAILS]), "upstream_redirect_url"),
        (redirect({}), "upstream_details"),
        (redirect(DETAILS | {"serverUrl": "javascript:alert(1)"}), "upstream_details"),
    ],
)
def test_a_link_without_details_is_a_failure(server: Server, answer: object, reason: str) -> None:
    """Nothing is guessed, and no address in it is gone to."""
    with pytest.raises(UpstreamFailedError) as refused:
        server.connect({"token": "t"}, answer)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "change",
    [
        {"serverUrl": "livekit.example"},
        {"serverUrl": "wss://user:secret@livekit.example"},
        {"serverUrl": "wss://a b"},
        {"serverUrl": "wss://" + "a" * 2048},
        {"roomName": ""},
        {"roomName": None},
        {"participantName": 7},
        {"participantToken": ""},
        {"participantToken": "t" * (16 * 1024 + 1)},
    ],
)
def test_details_that_are_none_are_a_failure(server: Server, change: dict[str, object]) -> None:
    """Each of the four is checked."""
    with pytest.raises(UpstreamFailedError, match="upstream_details"):
        server.connect(DETAILS | change)


@pytest.mark.parametrize(
    ("error", "kind", "attempts"),
    [
        (urllib3.exceptions.ConnectTimeoutError(), UpstreamTimeoutError, 2),
        (
            urllib3.exceptions.NewConnectionError(urllib3.connection.HTTPConnection("a"), "refused"),
            UpstreamFailedError,
            2,
        ),
        (
            urllib3.exceptions.NameResolutionError("a", urllib3.connection.HTTPConnection("a"), gaierror()),
            UpstreamFailedError,
            2,
        ),
        (urllib3.exceptions.ProtocolError("aborted", ConnectionResetError()), UpstreamFailedError, 2),
        (urllib3.exceptions.ProtocolError("aborted", ValueError()), UpstreamFailedError, 1),
        (urllib3.exceptions.ReadTimeoutError(POOL, "/", "slow"), UpstreamTimeoutError, 1),
        (urllib3.exceptions.SSLError("certificate"), UpstreamFailedError, 1),
        (urllib3.exceptions.LocationParseError("host"), UpstreamFailedError, 1),
        (urllib3.exceptions.DecodeError("gzip"), UpstreamFailedError, 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_a_failure_is_a_failure_or_a_timeout(
    server: Server, error: Exception, kind: type[Exception], attempts: int
) -> None:
    """Two codes, one more attempt where no connection came about, and nothing of the reason is passed on."""
    with pytest.raises(kind) as refused:
        server.connect(error, error)
    assert refused.value.__suppress_context__
    assert len(server.requests) == attempts
    assert (attempts == 2) == _second_attempt_helps(server, error)


def _second_attempt_helps(server: Server, error: Exception) -> bool:
    try:
        return server.connect(error, DETAILS) == DETAILS
    except (UpstreamFailedError, UpstreamTimeoutError):
        return False


@pytest.mark.parametrize("status", [201, 204, 301, 302, 400, 401, 404, 500, 503])
def test_any_status_but_200_is_a_failure(server: Server, status: int) -> None:
    """Whatever its body says; the body is not passed on."""
    with pytest.raises(UpstreamFailedError) as refused:
        server.connect(Body(json.dumps(DETAILS | {"canary": "canary"}).encode(), status))
    assert "canary" not in repr(refused.value) + refused.value.detail


def test_a_body_may_be_64_kib_long(server: Server) -> None:
    """One byte more is a failure, read no further."""
    body = json.dumps(DETAILS | {"x": ""}).encode()
    full = body[:-2] + b"x" * (MAX_ANSWER - len(body)) + body[-2:]

    assert server.connect(full) == DETAILS
    with pytest.raises(UpstreamFailedError, match="upstream_body_too_large"):
        server.connect(full + b" ")


def test_no_file_of_the_json_suite_and_no_naughty_string_is_an_answer(server: Server) -> None:
    """As a body, as a token's link, or as any of the details."""
    for body in [*json_cases().values(), *(text.encode() for text in naughty_strings())]:
        with pytest.raises(UpstreamFailedError):
            server.connect(body)
    for text in naughty_strings():
        with pytest.raises(UpstreamFailedError):
            server.connect({"token": "t"}, {"redirectUrl": text})


@given(st.dictionaries(st.sampled_from([*DETAILS, "token", "redirectUrl"]), json_values))
def test_only_a_failure_escapes(answer: dict[str, object]) -> None:
    """Whatever JSON a server answers with, twice."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        try:
            details = Server(monkeypatch).connect(answer, answer)
        except UpstreamFailedError:
            return
    assert set(details) == set(DETAILS)
