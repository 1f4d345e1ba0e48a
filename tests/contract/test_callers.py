"""What the document says of callers: signed-in users, quotas, IAM roles, and methods that a path does not have."""

from __future__ import annotations

from typing import Any

import pytest

from functions.service_info.app import lambda_handler
from tests.contract.contract import METHODS, Contract
from tests.support.events import load_event, with_body, with_headers
from tests.support.users import everybody_is
from tests.support.world import DEMO, TABLE, Answer, Context, World
from vocespace.api import IAM_PREFIX
from vocespace.container import Container
from vocespace.spaces import Spaces
from vocespace.table import Table

QUOTA = 2
CALLS = [
    ("connection_details", "post_platform"),
    ("redirect_url", "post_ttl"),
    ("livekit_token", "post"),
    ("join_links", "post_meeting"),
    ("blocks", "post_block"),
    ("blocks", "get_blocks"),
    ("blocks", "delete_block"),
    ("rooms", "get_rooms"),
]
OWNER: dict[str, object] = {"identity": "owner"}
USERS: list[tuple[str, int, dict[str, object]]] = [
    ("connection_details", 200, OWNER),
    ("redirect_url", 201, OWNER),
    ("livekit_token", 201, {"participant_attributes": OWNER}),
]
"""Where users come, what they get, and what is none of theirs."""


@pytest.mark.parametrize(("function", "status", "wrong"), USERS)
def test_signed_in_users_are_answered_as_documented(
    contract: Contract,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    status: int,
    wrong: dict[str, object],
) -> None:
    """The body that the document lets a user send is taken, an identity that is not theirs is a documented 403."""
    everybody_is(monkeypatch)
    event = world.event(function, "post_user")

    answers = [world.call(function, each) for each in (event, with_body(event, **wrong))]

    assert [answer.status for answer in answers] == [status, 403]
    assert contract.request_faults(event) == []
    for answer in answers:
        contract.check(event, answer)


@pytest.mark.parametrize("function", [function for function, _, _ in USERS])
def test_where_the_deployer_does_not_want_them_users_are_refused(
    contract: Contract, world: World, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    """Whatever their tokens say: nobody looks at them."""
    everybody_is(monkeypatch)
    world.configure(USER_ACCESS="false")
    event = world.event(function, "post_user")

    answer = world.call(function, event)

    assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    contract.check(event, answer)


@pytest.mark.parametrize(("function", "case"), [each for each in CALLS if each[0] in {"join_links", "blocks", "rooms"}])
def test_spaces_are_not_run_by_signed_in_users(
    contract: Contract, world: World, monkeypatch: pytest.MonkeyPatch, function: str, case: str
) -> None:
    """A user's token is refused unverified: these functions are deployed without what verifies one."""
    monkeypatch.setattr(Container, "_users", lambda _: pytest.fail("the token is verified"))
    [user] = {world.event(function, "post_user")["headers"]["authorization"] for function, *_ in USERS}
    event = with_headers(world.event(function, case), authorization=user)

    answer = world.call(function, event)

    assert answer.status == 401
    contract.check(event, answer)


@pytest.mark.parametrize(("function", "case"), CALLS)
def test_quota_is_told_as_documented(contract: Contract, world: World, function: str, case: str) -> None:
    """Each call of a platform with a quota says what is left, and the first one too many says when there is more."""
    policy = DEMO.policy.model_copy(update={"requests_per_minute": QUOTA})
    world.put_platform(DEMO.model_copy(update={"policy": policy}))
    world.clock.advance(-(world.clock.time() % 60))
    blocked = world.call("blocks", with_body(world.event("blocks", "post_block"), id="user_24680"))
    Spaces(Table(TABLE), world.clock).entered("my-workspace", person="user_1", platform="demo")
    event = world.event(function, case)

    within, beyond = (world.call(function, event) for _ in range(QUOTA))

    assert blocked.headers["RateLimit"].startswith('"requestsPerMinute";r=1;')
    assert within.headers["RateLimit-Policy"] == '"requestsPerMinute";q=2;w=60'
    assert within.headers["RateLimit"].startswith('"requestsPerMinute";r=0;')
    assert (beyond.status, beyond.json["code"]) == (429, "quota_exceeded")
    assert beyond.headers["RateLimit"] == f'"requestsPerMinute";r=0;t={beyond.headers["Retry-After"]}'
    for answer in (within, beyond):
        contract.check(event, answer)


def test_judge_sees_a_quota_that_is_misspelt(contract: Contract, world: World) -> None:
    """The check above can fail: on fields that are not those of the draft."""
    event = world.event("redirect_url", "post_ttl")
    good = world.call("redirect_url", event)

    for field in ("49", "requestsPerMinute;r=49;t=10", '"requestsPerMinute";r=-1;t=10'):
        with pytest.raises(AssertionError):
            contract.check(event, Answer(good.status, {**good.headers, "RateLimit": field}, good.text))


def test_signed_paths_are_twins_of_those_for_platforms(contract: Contract) -> None:
    """Whatever takes an API key is there for roles as well, with the same answers, by signature and nothing else."""
    keyed: dict[tuple[str, str], Any] = {
        (method, path): operation
        for method, path, operation in contract.operations()
        if {"ApiKeyBearer": []} in operation["security"]
    }
    signed = {
        (method, path.removeprefix(IAM_PREFIX)): operation
        for method, path, operation in contract.operations()
        if path.startswith(IAM_PREFIX)
    }

    assert signed.keys() == keyed.keys()
    for name, twin in signed.items():
        assert twin["security"] == [{"SigV4": []}]
        assert twin["responses"].keys() == keyed[name]["responses"].keys() | {"403", "404"}
    scheme = contract.document["components"]["securitySchemes"]["SigV4"]
    assert scheme["x-amazon-apigateway-authtype"] == "awsSigv4"


def test_unsigned_requests_are_refused_as_documented(contract: Contract) -> None:
    """What API Gateway says to whoever has not signed is one of the two bodies of the 403."""
    for _, path, operation in contract.operations():
        if path.startswith(IAM_PREFIX):
            response = contract.resolve(operation["responses"]["403"])
            assert response["content"].keys() - {"application/problem+json"} == {"application/json"}
            assert ("application/problem+json" in response["content"]) == contract.is_ours(response)
            schema = response["content"]["application/json"]["schema"]
            assert contract.faults(schema, {"message": "Forbidden"}) == []


@pytest.mark.parametrize("path", [path for path in Contract().document["paths"] if path != "/docs"])
def test_allow_names_the_documented_methods(contract: Contract, path: str) -> None:
    """A path that exists, signed or not, answers a method that it does not have by those that it has."""
    event = load_event("service_info", "wrong_method")
    context = event["requestContext"] | {"http": event["requestContext"]["http"] | {"method": "PATCH", "path": path}}
    event = event | {"rawPath": path, "requestContext": context}

    result = lambda_handler(event, Context("service_info"))

    answer = Answer(result["statusCode"], result["headers"], result["body"])
    documented = {method.upper() for method in METHODS & contract.document["paths"][path].keys()}
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) == documented
    contract.check(event, answer)
