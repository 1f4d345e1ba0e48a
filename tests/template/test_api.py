"""The HTTP API: what it throttles and logs. Its routes are held against the contract in tests/contract."""

from __future__ import annotations

import json
import re

from local.template import Template
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
    """An event without ApiId would make SAM add a second API, with neither throttle nor log."""
    for function in template.functions():
        for event in template.properties(function.logical_id)["Events"].values():
            assert event["Type"] == "HttpApi"
            assert event["Properties"]["ApiId"] == "HttpApi"


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
