"""The HTTP API: what it throttles and logs. Its routes are held against the contract in tests/contract."""

from __future__ import annotations

import json
import re

from local.template import FUNCTION, HTTP_API, Template
from tests.support.stack import PARAMETERS, TEMPLATE

LOGGABLE = {
    "requestId",
    "requestTime",
    "routeKey",
    "status",
    "identity.sourceIp",
    "responseLength",
    "responseLatency",
    "integrationLatency",
    "integrationStatus",
    "integrationErrorMessage",
    "error.responseType",
}
"""What can hold neither a token nor a join code; a path, a query and a header can."""


def test_every_route_is_of_the_one_api(template: Template) -> None:
    """And leads to a function. For an event SAM would make a second API, with neither throttle nor log."""
    routed = [each.route for each in template.integrations()]

    assert list(template.resources(HTTP_API)) == ["HttpApi"]
    assert not [each for each in template.resources(FUNCTION) if "Events" in template.properties(each)]
    assert sorted(routed) == sorted(route for function in template.functions() for route in function.routes)
    assert len(routed) == len(set(routed))


def test_functions_are_invoked_as_lambda_proxies(template: Template) -> None:
    """With the event that the handlers read: payload 2.0, and by POST, whatever the route's method."""
    for path, operations in template.properties("HttpApi")["DefinitionBody"]["paths"].items():
        for operation in operations.values():
            integration = operation["x-amazon-apigateway-integration"]
            assert {name: value for name, value in integration.items() if name != "uri"} == {
                "type": "aws_proxy",
                "httpMethod": "POST",
                "payloadFormatVersion": "2.0",
            }
            assert operation.get("isDefaultRoute", False) is (path == "/$default")


def test_every_route_is_throttled() -> None:
    """The limits are the parameters', and no route is exempt."""
    parameters = {"ThrottlingRateLimit": "7", "ThrottlingBurstLimit": "9"}
    properties = Template.load(TEMPLATE, PARAMETERS | parameters).properties("HttpApi")

    assert properties["DefaultRouteSettings"] == {"ThrottlingRateLimit": "7", "ThrottlingBurstLimit": "9"}
    assert "RouteSettings" not in properties


def test_access_log_holds_nothing_that_lets_somebody_in(template: Template) -> None:
    """A line is JSON and made of variables in which neither a token nor a code can stand."""
    settings = template.properties("HttpApi")["AccessLogSettings"]

    assert settings["DestinationArn"] == "AccessLogs.Arn"
    assert set(re.findall(r"\$context\.([\w.]+)", settings["Format"])) <= LOGGABLE
    assert settings["Format"].count("$") == settings["Format"].count("$context.")
    assert "\n" not in settings["Format"]
    assert json.loads(settings["Format"])["requestId"] == "$context.requestId"


def test_no_function_is_reachable_past_the_api(template: Template) -> None:
    """A function URL would be a way around the throttle."""
    for function in template.functions():
        assert "FunctionUrlConfig" not in template.properties(function.logical_id)


def test_no_page_may_call_unless_its_origin_is_named(template: Template) -> None:
    """Without origins the API knows nothing of CORS, and OPTIONS is a method like any other."""
    assert template.cors() == {}


def test_pages_of_named_origins_may_call() -> None:
    """What a page may send and see is what the contract has; cookies never come along."""
    origins = "https://example.com,http://localhost:5173"

    assert Template.load(TEMPLATE, PARAMETERS | {"AllowedOrigins": origins}).cors() == {
        "AllowOrigins": ["https://example.com", "http://localhost:5173"],
        "AllowMethods": ["GET", "POST", "DELETE"],
        "AllowHeaders": ["authorization", "content-type", "x-api-key"],
        "ExposeHeaders": ["ratelimit", "ratelimit-policy", "retry-after"],
        "MaxAge": 600,
    }


def test_sam_hands_on_cors_as_a_whole(template: Template) -> None:
    """SAM turns the names of a condition's branch into those of the API; a list of `If`s it would take for origins."""
    configuration = template.document["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]

    condition, _, otherwise = configuration["Fn::If"]
    assert (condition, otherwise) == ("HasAllowedOrigins", {"Ref": "AWS::NoValue"})


def test_iam_lets_requests_into_its_own_routes_only(template: Template) -> None:
    """Below /iam a signature is demanded, everywhere else none, and each of those routes has a twin without."""
    routes = {route for function in template.functions() for route in function.routes}
    signed = {route for function in template.functions() for route in function.signed_routes}

    assert signed == {(method, path) for method, path in routes if path.startswith("/iam/")}
    assert {(method, path.removeprefix("/iam")) for method, path in signed} <= routes
    assert signed == {
        ("POST", "/iam/api/connection-details"),
        ("POST", "/iam/api/redirect-url"),
        ("POST", "/iam/api/livekit-token"),
        ("POST", "/iam/api/blocks"),
        ("GET", "/iam/api/blocks"),
        ("DELETE", "/iam/api/blocks"),
        ("GET", "/iam/api/spaces/{space}/rooms"),
        ("POST", "/iam/api/join-links"),
        ("GET", "/iam/api/join-links/{id}"),
        ("DELETE", "/iam/api/join-links/{id}"),
    }
    assert template.properties("HttpApi")["Auth"] == {"EnableIamAuthorizer": True}
