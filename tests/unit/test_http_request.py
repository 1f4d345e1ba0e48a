"""Requests: what is read of API Gateway's events, and that no other event is taken for one."""

from __future__ import annotations

import copy
from contextlib import suppress
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.events import Event, behind_iam, cases, load_event
from tests.support.strategies import json_values
from vocespace.http_request import HttpRequest, MalformedEventError

REQUIRED = [
    ("routeKey",),
    ("rawPath",),
    ("requestContext",),
    ("requestContext", "http"),
    ("requestContext", "http", "method"),
    ("requestContext", "domainName"),
    ("requestContext", "requestId"),
]
OPTIONAL = [
    ("rawQueryString",),
    ("headers",),
    ("cookies",),
    ("pathParameters",),
    ("body",),
    ("isBase64Encoded",),
    ("requestContext", "stage"),
    ("requestContext", "authorizer"),
    ("requestContext", "authorizer", "iam"),
]


def sample() -> Event:
    """An event that has every member."""
    event = load_event("join", "post_page")
    whole = behind_iam(event, "backend") | {"cookies": ["a=1", "b=2"], "body": "e30=", "isBase64Encoded": True}
    return whole | {"rawQueryString": "a=%20b"}


def changed(path: tuple[str, ...], value: object) -> Event:
    """The same with another value of one member."""
    event = copy.deepcopy(sample())
    *way, name = path
    reduce(lambda members, each: members[each], way, event)[name] = value
    return event


def without(path: tuple[str, ...]) -> Event:
    """The same without one member."""
    event = copy.deepcopy(sample())
    *way, name = path
    del reduce(lambda members, each: members[each], way, event)[name]
    return event


def test_all_members_are_read() -> None:
    """Each as API Gateway has written it."""
    event = sample()

    assert HttpRequest.from_event(event) == HttpRequest(
        route_key="POST /iam/join/{code}",
        method="POST",
        path=event["rawPath"],
        path_parameters=event["pathParameters"],
        raw_query="a=%20b",
        headers=event["headers"],
        cookies=("a=1", "b=2"),
        body="e30=",
        is_base64=True,
        domain_name="a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
        request_id=event["requestContext"]["requestId"],
        signer="arn:aws:sts::123456789012:assumed-role/backend/session",
    )


@pytest.mark.parametrize(("function", "case"), cases())
def test_every_event_file_is_a_request(function: str, case: str) -> None:
    """By the route that it names."""
    event = load_event(function, case)

    assert HttpRequest.from_event(event).route_key == event["routeKey"]


@pytest.mark.parametrize("path", OPTIONAL, ids=".".join)
def test_null_is_as_good_as_nothing(path: tuple[str, ...]) -> None:
    """SAM CLI writes it where API Gateway leaves a member out."""
    assert HttpRequest.from_event(changed(path, None)) == HttpRequest.from_event(without(path))


@pytest.mark.parametrize("path", REQUIRED, ids=".".join)
def test_no_request_lacks_what_api_gateway_always_says(path: tuple[str, ...]) -> None:
    """The error names the member."""
    for event in (changed(path, None), without(path)):
        with pytest.raises(MalformedEventError, match=rf"^{path[-1]}$"):
            HttpRequest.from_event(event)


@pytest.mark.parametrize("path", REQUIRED + OPTIONAL, ids=".".join)
def test_a_member_of_another_type_is_named_and_not_quoted(path: tuple[str, ...]) -> None:
    """It could hold anything."""
    with pytest.raises(MalformedEventError, match=rf"^{path[-1]}$"):
        HttpRequest.from_event(changed(path, 4711))


@pytest.mark.parametrize(
    ("name", "value"),
    [("headers", {"a": 4711}), ("headers", {"a": None}), ("pathParameters", {"a": ["b"]}), ("cookies", ["a=1", 4711])],
)
def test_so_is_one_with_something_else_in_it(name: str, value: object) -> None:
    """Texts are all that there is."""
    with pytest.raises(MalformedEventError, match=rf"^{name}$"):
        HttpRequest.from_event(changed((name,), value))


@pytest.mark.parametrize("name", ["AUTHORIZATION", "Authorization", "authorization"])
def test_names_of_headers_are_lower_case(name: str) -> None:
    """SAM CLI leaves them as they were sent."""
    assert HttpRequest.from_event(changed(("headers",), {name: "Bearer X"})).headers == {"authorization": "Bearer X"}


@pytest.mark.parametrize(
    ("stage", "raw_path", "path"),
    [
        ("$default", "/healthz", "/healthz"),
        ("$default", "/$default/healthz", "/$default/healthz"),
        ("prod", "/prod/healthz", "/healthz"),
        ("prod", "/healthz", "/healthz"),
        ("prod", "/production/healthz", "/production/healthz"),
        ("prod", "/prod/", "/"),
    ],
)
def test_the_stage_is_no_part_of_the_path(stage: str, raw_path: str, path: str) -> None:
    """It stands before it, unless a domain of one's own leads to it."""
    event = changed(("requestContext", "stage"), stage) | {"rawPath": raw_path}

    assert HttpRequest.from_event(event).path == path


@pytest.mark.parametrize("arn", [None, "", 7, ["arn"], {"arn": "arn"}])
def test_whoever_has_no_arn_is_nobodys_role(arn: object) -> None:
    """And is told so by whoever asks for it."""
    assert HttpRequest.from_event(changed(("requestContext", "authorizer", "iam", "userArn"), arn)).signer == (
        arn if isinstance(arn, str) else ""
    )


@given(json_values)
def test_whatever_is_no_event_is_refused(value: Any) -> None:  # noqa: ANN401 - JSON
    """Lambda hands on any JSON that a function is invoked with."""
    with pytest.raises(MalformedEventError):
        HttpRequest.from_event(value)


@given(st.sampled_from(REQUIRED + OPTIONAL), json_values)
def test_any_member_may_hold_anything(path: tuple[str, ...], value: Any) -> None:  # noqa: ANN401 - JSON
    """Then it is a request or not, and nothing else is raised."""
    with suppress(MalformedEventError):
        request = HttpRequest.from_event(changed(path, value))
        assert all(isinstance(each, str) for each in (*request.headers.values(), *request.cookies, request.body))
