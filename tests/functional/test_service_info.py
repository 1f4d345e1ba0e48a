"""What the service says about itself, and what it says about routes that do not exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from functions.service_info.app import lambda_handler
from tests.support.events import Event, load_event
from tests.support.world import Answer, Context

NAME = "service_info"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _nothing_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """No table, no secret, and the documentation as the template has it by default."""
    for variable in ("TABLE_NAME", "SIGNING_SECRET_ID", "LIVEKIT_SECRET_ID"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("API_DOCS", "false")


def ask(event: Event) -> Answer:
    """Invokes the handler; there is no AWS behind it, and none is needed."""
    answer = json.loads(json.dumps(lambda_handler(event, Context(NAME))))
    return Answer(answer["statusCode"], answer["headers"], answer.get("body") or "")


def request(method: str, path: str) -> Event:
    """An event that no route took."""
    event = load_event(NAME, "unknown_route")
    context = event["requestContext"]
    http = context["http"] | {"method": method, "path": path}
    return event | {"rawPath": path, "requestContext": context | {"http": http}}


def test_health_is_asked_of_nobody_else() -> None:
    """The function is well also where nothing that the others need is there."""
    answer = ask(load_event(NAME, "healthz"))

    assert answer.status == 200
    assert answer.json == {"status": "ok"}
    assert answer.headers["Content-Type"] == "application/json"


def test_description_is_the_committed_one() -> None:
    """`/openapi.json` answers the generated file as it is."""
    answer = ask(load_event(NAME, "openapi"))

    assert answer.status == 200
    assert answer.text == (ROOT / "functions" / NAME / "openapi.json").read_text(encoding="utf-8")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json["openapi"] == "3.1.0"


@pytest.mark.parametrize("path", ["/api/redirect-url", "/nowhere"])
def test_a_preflight_is_answered(path: str) -> None:
    """The catch-all route gets it; whether the origin is allowed, API Gateway's own headers say, and none of ours."""
    event = request("OPTIONS", path)
    preflight = event | {"headers": event["headers"] | {"access-control-request-method": "POST"}}

    answer = ask(preflight)

    assert (answer.status, answer.text) == (204, "")
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert ask(event).status in {404, 405}


def test_docs_are_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the operator wants the page, it is not there: not for its own method, and not for another one."""
    monkeypatch.delenv("API_DOCS", raising=False)

    for event in (load_event(NAME, "docs"), request("POST", "/docs")):
        answer = ask(event)
        assert (answer.status, answer.json["code"]) == (404, "not_found")
        assert "Allow" not in answer.headers


@pytest.mark.parametrize("value", ["false", "", "True", "1"])
def test_docs_are_on_for_exactly_one_value(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The template says `true` or `false`; anything else does not open a page by accident."""
    monkeypatch.setenv("API_DOCS", value)

    assert ask(load_event(NAME, "docs")).status == 404


def test_docs_run_nothing_but_their_own_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy of the page admits what carries its nonce, which is another one each time, and this API."""
    monkeypatch.setenv("API_DOCS", "true")
    event = load_event(NAME, "docs")

    pages = [ask(event) for _ in range(2)]

    policies = [page.headers["Content-Security-Policy"] for page in pages]
    nonces = [re.findall(r"'nonce-([\w-]+)'", policy) for policy in policies]
    for page, policy, (script, style) in zip(pages, policies, nonces, strict=True):
        assert page.status == 200
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert script == style
        assert page.text.count(f'nonce="{script}"') == 3
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "*" not in policy
    assert nonces[0] != nonces[1]


def test_docs_name_no_other_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything the page loads stands in it; the one thing it asks for is the description, beside it."""
    monkeypatch.setenv("API_DOCS", "true")

    page = ask(load_event(NAME, "docs")).text

    own_markup = re.sub(r"(<(script|style) nonce=[^>]*>).*?</\2>", r"\1", page, flags=re.DOTALL)
    assert len(own_markup) < 1000
    assert re.findall(r"\b(?:src|href|action)=|//", own_markup) == []
    assert 'url: "openapi.json"' in page
    assert "validatorUrl: null" in page


def test_docs_leave_room_in_the_answer_of_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda answers at most 6 MB; the page with its assets is well below."""
    monkeypatch.setenv("API_DOCS", "true")

    assert len(json.dumps(ask(load_event(NAME, "docs")).text)) < 3_000_000


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/connection-details", {"GET", "POST"}),
        ("OPTIONS", "/api/connection-details", {"GET", "POST"}),
        ("GET", "/api/redirect-url", {"POST"}),
        ("HEAD", "/healthz", {"GET"}),
        ("POST", "/openapi.json", {"GET"}),
        ("BREW", "/healthz", {"GET"}),
        ("POST", "/api/spaces/my space/rooms", {"GET"}),
        ("DELETE", "/iam/api/spaces/हिन्दी/rooms", {"GET"}),
    ],
)
def test_another_method_of_a_route_is_told_which_there_are(method: str, path: str, allowed: set[str]) -> None:
    """A known path with a method that it does not have is 405, and `Allow` names those that it has."""
    answer = ask(request(method, path))

    assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/connection-details/",
        "/API/connection-details",
        "/api/connection-detail",
        "//healthz",
        "/%00",
        "/api/spaces//rooms",
        "/api/spaces/hall/rooms/",
        "/api/spaces/a/b/rooms",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_paths_are_not_found(method: str, path: str) -> None:
    """Whatever is not exactly a route is 404, for every method."""
    answer = ask(request(method, path))

    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "/" not in answer.text, "the path is echoed"


def test_event_files_are_refused_as_their_names_say() -> None:
    """The two files for `$default`: one unknown route, one wrong method."""
    codes = [ask(load_event(NAME, case)).json["code"] for case in ("unknown_route", "wrong_method")]

    assert codes == ["not_found", "method_not_allowed"]
