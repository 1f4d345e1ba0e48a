"""The edge: which route a request takes, and what is answered where nothing else answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.events import Event, load_event
from tests.support.stack import ROOT
from tests.support.strategies import json_values
from tests.support.world import Context
from vocespace.api import Api
from vocespace.callers import Credentials
from vocespace.errors import NotFoundError, PolicyRefusedError, VoceSpaceError
from vocespace.http_request import MalformedEventError
from vocespace.http_response import HttpResponse, answer, document, empty

ARN = "arn:aws:sts::123456789012:assumed-role/backend/session"


def event_of(route_key: str, raw_path: str = "/nowhere") -> Event:
    """An event that API Gateway sends by a route."""
    return load_event("redirect_url", "post_ttl") | {"routeKey": route_key, "rawPath": raw_path}


def ask(api: Api, event: Event) -> dict[str, Any]:
    """What API Gateway is answered."""
    return api(event, Context("f"))


def saying(word: str) -> Callable[[], HttpResponse]:
    """A handler that can be told from others."""
    return lambda: answer(HTTPStatus.OK, {"says": word})


def raising(error: Exception) -> Api:
    """An API whose one route fails."""
    api = Api()

    @api.route("GET", "/a")
    def fail() -> HttpResponse:
        raise error

    return api


def said(api: Api, event: Event) -> str:
    """Which handler has answered."""
    word: str = json.loads(ask(api, event)["body"])["says"]
    return word


def test_a_request_takes_the_route_that_api_gateway_has_chosen() -> None:
    """Whatever its path says, which may start with a stage or be one that several routes could match."""
    api = Api()
    api.route("GET", "/a/{b}")(saying("variable"))
    api.route("GET", "/a/b")(saying("fixed"))
    api.route("POST", "/a/{b}")(saying("posted"))

    assert said(api, event_of("GET /a/{b}", "/prod/a/b")) == "variable"
    assert said(api, event_of("GET /a/b", "/prod/a/b")) == "fixed"
    assert said(api, event_of("POST /a/{b}", "/prod/a/b")) == "posted"
    assert api.route_keys == {"GET /a/{b}", "GET /a/b", "POST /a/{b}"}


def test_one_handler_may_have_several_routes() -> None:
    """One above the other."""
    api = Api()
    api.route("GET", "/a")(api.route("HEAD", "/a")(saying("a")))

    assert said(api, event_of("GET /a")) == said(api, event_of("HEAD /a")) == "a"


def test_what_is_for_all_callers_has_a_twin_behind_iam() -> None:
    """Where only the ARN counts that API Gateway has verified, and no header."""
    api = Api()

    @api.for_all_callers("POST", "/api/a")
    def show() -> HttpResponse:
        return answer(HTTPStatus.OK, {"is_role": api.credentials().session is not None})

    event = event_of("POST /api/a")
    signed = event_of("POST /iam/api/a")
    context = signed["requestContext"] | {"authorizer": {"iam": {"userArn": ARN}}}

    assert ask(api, event | {"requestContext": context})["body"] == '{"is_role":false}'
    assert api.credentials() == Credentials(authorization=event["headers"]["authorization"])
    assert ask(api, signed | {"requestContext": context})["body"] == '{"is_role":true}'
    assert api.credentials() == Credentials(session=ARN)


@pytest.mark.parametrize("route_key", ["GET /b", "POST /a", "GET /a/", "get /a", "$default", "", "GET"])
def test_another_route_is_not_found(route_key: str) -> None:
    """A function that was attached to a route which it does not know says so."""
    api = Api()
    api.route("GET", "/a")(saying("a"))

    given_back = ask(api, event_of(route_key, "/a"))

    assert given_back["statusCode"] == 404
    assert given_back["headers"]["Content-Type"] == "application/problem+json"
    assert json.loads(given_back["body"])["code"] == "not_found"


def test_the_default_route_has_its_own_handler() -> None:
    """And takes what API Gateway sends by it, not what is sent by a route that nobody knows."""
    api = Api()
    api.default_route(saying("default"))

    assert said(api, event_of("$default")) == "default"
    assert ask(api, event_of("GET /a"))["statusCode"] == 404


def test_a_refusal_is_a_problem_document() -> None:
    """With the id of the request."""
    given_back = ask(raising(PolicyRefusedError("space")), event_of("GET /a"))

    problem = json.loads(given_back["body"])
    assert (given_back["statusCode"], problem["code"]) == (403, "policy_refused")
    assert problem["requestId"] == event_of("GET /a")["requestContext"]["requestId"]


def test_what_nobody_expected_is_told_to_the_log_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """And there without its text, which could quote anything."""
    given_back = ask(raising(ValueError("c4n4ry")), event_of("GET /a"))

    out = capsys.readouterr().out
    assert (given_back["statusCode"], json.loads(given_back["body"])["code"]) == (500, "internal_error")
    assert "c4n4ry" not in given_back["body"] + out
    assert '"exception_type":"ValueError"' in out


def test_a_function_may_answer_refusals_and_failures_itself() -> None:
    """For people, who do not read problem documents; only an address that nobody knows is one all the same."""

    def page(text: str) -> HttpResponse:
        return document(HTTPStatus.OK, text, "text/html")

    def refused(error: VoceSpaceError) -> HttpResponse:
        return page(error.reason)

    def failed(error: Exception) -> HttpResponse:
        return page(type(error).__name__)

    for error, text in ((NotFoundError("link"), "link"), (KeyError("a"), "KeyError")):
        api = raising(error)
        api.when_refused(refused)
        api.when_failed(failed)
        assert ask(api, event_of("GET /a"))["body"] == text
        assert json.loads(ask(api, event_of("GET /b"))["body"])["code"] == "not_found"


@given(st.sampled_from(["routeKey", "rawPath", "requestContext", "headers", "pathParameters", "body"]), json_values)
def test_whatever_comes_is_answered_or_refused_as_no_event(name: str, value: Any) -> None:  # noqa: ANN401 - JSON
    """By Lambda's own error in the second case, which the alarm of the function tells of."""
    api = Api()
    api.route("POST", "/api/redirect-url")(empty)

    event = event_of("POST /api/redirect-url") | {name: value}

    with suppress(MalformedEventError):
        assert ask(api, event)["statusCode"] in {204, 404}


@pytest.mark.parametrize("function", ["redirect_url", "connection_details", "join", "livekit_events"])
def test_no_cold_start_pays_for_what_no_request_needs(function: str) -> None:
    """Powertools' Event Handler brings asyncio and the classes of all events, its batches do too."""
    imported = subprocess.run(
        [sys.executable, "-c", f"import sys, functions.{function}.app; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'vocespace'}"},
    ).stdout.split()

    assert f"functions.{function}.app" in imported
    heavy = ("asyncio", "aws_lambda_powertools.event_handler", "aws_lambda_powertools.utilities.data_classes")
    assert [each for each in imported if each in heavy] == []
