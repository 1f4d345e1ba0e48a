"""Before a VoceSpace server that is broken, slow or away: a documented answer in time, and nothing of its own words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support import vocespace_faces as faces
from tests.support.proxied_api import person, post, redeem, signed_link
from tests.support.upstream import Answer, Upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import requests

    from tests.support.upstream import Face

CONNECT, READ = 2.0, 5.0
SOME_WORK = 3.0
WHAT_BUFFERS_HOLD = 16 * 1024 * 1024


def assert_problem(answer: requests.Response, status: int, code: str) -> None:
    """The answer is a problem of ours that holds nothing of the server's."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], problem["status"]) == (code, status)
    assert faces.MARKER not in answer.text
    assert faces.MARKER not in str(answer.headers)


def timed(call: Callable[[], requests.Response]) -> tuple[requests.Response, float]:
    """An answer, and the seconds it took."""
    started = time.monotonic()
    answer = call()
    return answer, time.monotonic() - started


@pytest.mark.parametrize("face", faces.BROKEN.values(), ids=faces.BROKEN.keys())
def test_useless_answer_is_a_502_of_ours(face: Face, upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """Whatever useless thing the server says, the caller gets our 502 and not a word of the server's."""
    upstream.expect(face)

    answer, seconds = timed(lambda: post(proxied, person()))

    assert_problem(answer, 502, "upstream_failed")
    assert seconds < READ
    assert [request.method for request in upstream.received] in (["POST"], ["POST", "GET"])


def test_huge_answer_is_not_read_to_its_end(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """Of an answer without end, only as much is taken as an answer may have."""
    upstream.expect(faces.huge)

    assert_problem(post(proxied, person()), 502, "upstream_failed")

    assert upstream.sent < WHAT_BUFFERS_HOLD


def test_useless_answer_on_redeeming_is_a_502_too(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """Whoever redeems a token while the server is broken gets our 502, and the token is in no answer."""
    upstream.expect(faces.BROKEN["500 with a secret in its body"])
    token = signed_link(proxied)["token"]

    answer = redeem(proxied, {"auth": "demo", "token": token})

    assert_problem(answer, 502, "upstream_failed")
    assert token not in answer.text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_of_the_server_is_not_followed(status: int, upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """A server that sends us elsewhere gets nobody there: the person's data goes to no other host."""
    with Upstream(faces.documented) as elsewhere:
        upstream.expect(faces.always(Answer(status, headers={"Location": f"{elsewhere.url}/api/connection-details"})))

        assert_problem(post(proxied, person()), 502, "upstream_failed")

        assert elsewhere.connections == 0


def test_server_that_refuses_connections(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """Where nobody listens the caller hears so at once."""
    with upstream.refusing():
        answer, seconds = timed(lambda: post(proxied, person()))

    assert_problem(answer, 502, "upstream_failed")
    assert seconds < SOME_WORK


def test_server_that_does_not_accept_connections(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """A connection that does not come about is given up after 2 seconds, and tried once more."""
    with upstream.unreachable():
        answer, seconds = timed(lambda: post(proxied, person()))

    assert_problem(answer, 504, "upstream_timeout")
    assert 2 * CONNECT <= seconds < 2 * CONNECT + SOME_WORK


def test_lost_connection_is_tried_once_more(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """One reset connection costs the caller nothing: the second try succeeds."""
    upstream.expect(faces.documented, resets=1)

    answer = post(proxied, person())

    assert answer.status_code == 200
    assert upstream.connections == 2


def test_connection_lost_again_is_a_502(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """A server that resets every connection is tried twice, not more."""
    upstream.expect(faces.documented, resets=1000)

    assert_problem(post(proxied, person()), 502, "upstream_failed")

    assert upstream.connections == 2


def test_refusal_of_the_server_is_not_tried_again(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """What the server has answered, even 503, is an answer: it is asked once."""
    upstream.expect(faces.always(Answer(503, b"try again", {"Retry-After": "0"})))

    assert_problem(post(proxied, person()), 502, "upstream_failed")

    assert upstream.connections == 1


def test_silent_server_is_a_504_after_five_seconds(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """A server that takes the request and says nothing is waited for 5 seconds, once."""
    upstream.expect(faces.never)

    answer, seconds = timed(lambda: post(proxied, person()))

    assert_problem(answer, 504, "upstream_timeout")
    assert READ <= seconds < READ + SOME_WORK
    assert upstream.connections == 1


@pytest.mark.parametrize("face", [faces.dripping, faces.slow_every_time], ids=["dripping", "slow every time"])
def test_answer_that_does_not_end_is_given_up(face: Face, upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """A server that is never silent for long, and never done either, is given up before Lambda ends the function."""
    upstream.expect(face)

    answer, seconds = timed(lambda: post(proxied, person()))

    assert_problem(answer, 504, "upstream_timeout")
    assert seconds < CONNECT + READ + SOME_WORK


def test_service_recovers_with_the_server(upstream: Upstream, proxied: Mapping[str, str]) -> None:
    """After an outage the next request succeeds: nothing remembers the failure."""
    with upstream.refusing():
        assert post(proxied, person()).status_code == 502
    upstream.expect(faces.documented)

    assert [post(proxied, person()).status_code for _ in range(4)] == [200] * 4


def test_log_says_what_happened_without_the_servers_words(
    upstream: Upstream, proxied: Mapping[str, str], functions_log: Path
) -> None:
    """The log names the failure, and neither what the server said nor who asked."""
    upstream.expect(faces.BROKEN["500 with a secret in its body"])
    request_id = post(proxied, person(username="Person of Interest")).json()["requestId"]
    upstream.expect(faces.deployed)
    details = post(proxied, person(username="Person of Interest")).json()

    log = functions_log.read_text()
    (line,) = [line for line in log.splitlines() if request_id in line and "upstream" in line]
    assert "upstream_status" in line
    for private in (faces.MARKER, "Person of Interest", details["token"], details["participantToken"]):
        assert private not in log
