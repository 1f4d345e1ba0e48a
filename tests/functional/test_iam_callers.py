"""IAM roles as callers: only behind API Gateway's own check, only mapped ones, and only where the deployer wants it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.events import Event, with_headers
from tests.support.world import DEMO, World

ROLE = "arn:aws:iam::123456789012:role/service/acme-backend"
SESSION = "arn:aws:sts::123456789012:assumed-role/acme-backend/i-0123456789abcdef0"
ROUTES = [
    ("connection_details", "post_platform"),
    ("redirect_url", "post_ttl"),
    ("livekit_token", "post"),
    ("blocks", "post_block"),
]


@pytest.fixture(name="allowed", autouse=True)
def _allowed(world: World) -> None:
    """The deployer lets IAM roles call, and demo has one."""
    world.put_platform(type(DEMO).from_wire(DEMO.to_wire() | {"roles": [ROLE]}))
    world.configure(IAM_ACCESS="true")


def signed(world: World, function: str, case: str, session: object = SESSION) -> Event:
    """The request of an event file as API Gateway hands it over after it has checked the signature."""
    event = with_headers(world.event(function, case), authorization="AWS4-HMAC-SHA256 Credential=...")
    http = event["requestContext"]["http"]
    path = f"/iam{http['path']}"
    context = event["requestContext"] | {
        "http": http | {"path": path},
        "routeKey": f"{http['method']} {path}",
        "authorizer": {"iam": {"userArn": session, "accountId": "123456789012"}},
    }
    return event | {"rawPath": path, "routeKey": context["routeKey"], "requestContext": context}


def unsigned(event: Event, authorizer: dict[str, Any] | None) -> Event:
    """The same with another authorizer, or none."""
    context = {name: value for name, value in event["requestContext"].items() if name != "authorizer"}
    return event | {"requestContext": context | ({} if authorizer is None else {"authorizer": authorizer})}


@pytest.mark.parametrize(("function", "case"), ROUTES)
def test_a_mapped_role_calls_in_its_platforms_name(world: World, function: str, case: str) -> None:
    """Whatever the path of the role and the name of the session; the path is no part of a session's ARN."""
    assert world.call(function, signed(world, function, case)).status in {200, 201}


def test_the_record_says_that_a_role_called(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And for which platform."""
    world.call("redirect_url", signed(world, "redirect_url", "post_ttl"))

    out = capsys.readouterr().out
    assert '"caller":"role"' in out
    assert '"demo"' in out


@pytest.mark.parametrize(
    "session",
    [
        "",
        "arn:aws:sts::123456789012:assumed-role/another/session",
        "arn:aws:sts::210987654321:assumed-role/acme-backend/session",
        "arn:aws-cn:sts::123456789012:assumed-role/acme-backend/session",
        "arn:aws:iam::123456789012:user/acme-backend",
        "arn:aws:iam::123456789012:role/acme-backend",
        "arn:aws:sts::123456789012:federated-user/acme-backend",
        "arn:aws:sts::123456789012:assumed-role/acme-backend",
        "arn:aws:sts::123456789012:assumed-role/acme-backend/a/b",
        "arn:aws:sts::123456789012:assumed-role/acme-backend/s\n",
        "arn:aws:iam::123456789012:root",
        None,
        ["x"],
    ],
)
def test_whoever_is_not_mapped_is_refused(world: World, session: object) -> None:
    """Signed or not: being known to AWS opens nothing here."""
    assert world.call("redirect_url", signed(world, "redirect_url", "post_ttl", session)).status == 401


@pytest.mark.parametrize("authorizer", [None, {}, {"iam": {}}, {"iam": None}, {"jwt": {"claims": {}}}])
def test_a_route_behind_iam_believes_nothing_else(world: World, authorizer: dict[str, Any] | None) -> None:
    """Not even an API key that holds."""
    event = signed(world, "redirect_url", "post_ttl")
    keyed = with_headers(event, authorization=f"Bearer {world.api_keys['demo']}", x_api_key=world.api_keys["demo"])

    assert world.call("redirect_url", unsigned(keyed, authorizer)).status == 401
    event = signed(world, "connection_details", "post_platform")
    assert world.call("connection_details", unsigned(event, authorizer)).status == 401


def test_no_header_and_no_other_route_makes_a_role(world: World) -> None:
    """The ARN counts only where API Gateway has checked it."""
    event = with_headers(world.event("redirect_url", "post_ttl"), authorization=None, x_amzn_iam_user_arn=SESSION)
    context = event["requestContext"] | {"authorizer": {"iam": {"userArn": SESSION}}}

    assert world.call("redirect_url", event | {"requestContext": context}).status == 401


def test_where_the_deployer_does_not_want_it_there_is_nothing(world: World) -> None:
    """As if the routes did not exist."""
    world.configure(IAM_ACCESS="false")

    for function, case in ROUTES:
        answer = world.call(function, signed(world, function, case))
        assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_a_disabled_platforms_role_is_refused(world: World) -> None:
    """As its keys are."""
    world.put_platform(type(DEMO).from_wire(DEMO.to_wire() | {"roles": [ROLE], "disabled": True}))

    assert world.call("redirect_url", signed(world, "redirect_url", "post_ttl")).status == 401
