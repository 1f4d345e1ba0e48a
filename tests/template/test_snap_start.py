"""SnapStart: off, the API invokes the functions; on, it invokes versions of them, and a release replaces every one."""

from __future__ import annotations

import re

import pytest

from local.intrinsics import Tree
from local.template import ALIAS, FUNCTION, Template
from tests.support.stack import PARAMETERS, TEMPLATE

VERSION = "AWS::Lambda::Version"
PERMISSION = "AWS::Lambda::Permission"
API_ROUTES = "arn:aws:execute-api:us-east-1:123456789012:HttpApi/*"
LONGEST_DESCRIPTION = 256
WHO_MAY_DO_WHAT = {"GuestAccess", "UserAccess", "IamAccess", "RoomMapping", "MaxTtlSeconds", "SigningKeyPlatform"}
"""The parameters that decide it in every function. AllowedOrigins is the API's own, ApiDocs shows what is public."""


def load(**parameters: str) -> Template:
    """The template with SnapStart on, and these parameters."""
    return Template.load(TEMPLATE, PARAMETERS | {"SnapStart": "true", "Release": "one"} | parameters)


def deployed(template: Template, kind: str) -> dict[str, Tree]:
    """The resources of a type that a deployment has, by logical id, resolved."""
    resources = template.resources(kind).items()
    made = [name for name, each in resources if "Condition" not in each or template.holds(each["Condition"])]
    return {name: template.properties(name) for name in made}


def routed(template: Template) -> list[str]:
    """The functions that callers reach, by what they are called without the ending."""
    return [each.logical_id.removesuffix("Function") for each in template.functions() if each.routes]


@pytest.fixture(name="on")
def _on() -> Template:
    return load()


def test_off_there_is_nothing_but_the_functions(template: Template) -> None:
    """No version is published, no alias made, and each route invokes a function as it is."""
    assert deployed(template, VERSION) == deployed(template, ALIAS) == {}
    assert {each.arn for each in template.integrations()} == {f"{name}Function.Arn" for name in routed(template)}
    assert not [name for name in template.resources(FUNCTION) if "SnapStart" in template.properties(name)]


def test_on_every_route_invokes_an_alias(template: Template, on: Template) -> None:
    """Of the function that it invoked before; nothing leads to the newest code, which is never snapshot."""
    assert {each.arn for each in on.integrations()} == {f"{name}Alias" for name in routed(on)}
    assert [(each.logical_id, each.routes, each.signed_routes) for each in on.functions()] == [
        (each.logical_id, each.routes, each.signed_routes) for each in template.functions()
    ]


def test_on_every_alias_is_of_a_version_that_is_snapshot(on: Template) -> None:
    """Each function that callers reach, and no other, has one version and one alias of it."""
    assert deployed(on, ALIAS) == {
        f"{name}Alias": {"FunctionName": f"{name}Function", "FunctionVersion": f"{name}Version.Version", "Name": "live"}
        for name in routed(on)
    }
    assert {name: version["FunctionName"] for name, version in deployed(on, VERSION).items()} == {
        f"{name}Version": f"{name}Function" for name in routed(on)
    }
    for name in routed(on):
        assert on.properties(f"{name}Function")["SnapStart"] == {"ApplyOn": "PublishedVersions"}


@pytest.mark.parametrize(("snap_start", "qualified"), [("false", False), ("true", True)])
def test_the_api_may_invoke_what_its_routes_do(snap_start: str, qualified: bool) -> None:
    """Always the function, so that switching SnapStart off finds the permission there; the alias where there is one."""
    template = load(SnapStart=snap_start)
    permissions = {
        name: each for name, each in deployed(template, PERMISSION).items() if each["SourceArn"] == API_ROUTES
    }

    rule = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceArn": API_ROUTES}
    functions = {f"{name}Permission": {"FunctionName": f"{name}Function.Arn"} | rule for name in routed(template)}
    aliases = {f"{name}AliasPermission": {"FunctionName": f"{name}Alias"} | rule for name in routed(template)}
    assert permissions == functions | (aliases if qualified else {})


@pytest.mark.parametrize(
    "change",
    [
        {"Release": "two"},
        {"ConnectionProvider": "vocespace"},
        {"GuestAccess": "true"},
        {"UserAccess": "true"},
        {"IamAccess": "true"},
        {"RoomMapping": "room"},
        {"MaxTtlSeconds": "60"},
        {"SigningKeyPlatform": "acme"},
    ],
)
def test_a_new_release_replaces_every_version(on: Template, change: dict[str, str]) -> None:
    """By the description, which CloudFormation cannot change in place; so does a setting of who may do what."""
    before, after = deployed(on, VERSION), deployed(load(**change), VERSION)

    assert before.keys() == after.keys()
    assert all(before[name]["Description"] != after[name]["Description"] for name in before)


def test_what_replaces_a_version_changes_its_function(on: Template) -> None:
    """Lambda publishes nothing for a function that is as it was, and CloudFormation takes that for a failure."""
    variables: Tree = on.document["Globals"]["Function"]["Environment"]["Variables"]
    ours = {value["Ref"] for value in variables.values() if isinstance(value, dict)}
    [layer] = on.document["Globals"]["Function"]["Layers"]

    for version in on.resources(VERSION).values():
        text, also = version["Properties"]["Description"]["Fn::Sub"]
        named = set(re.findall(r"\$\{(\w+)\}", text))
        assert {"Release", "ConnectionProvider", *WHO_MAY_DO_WHAT, "Layer"} == named
        assert named <= ours | also.keys()
        assert also == {"Layer": layer}


def test_the_longest_description_is_one_that_lambda_takes() -> None:
    """With every parameter as long as it may be, in the partition and the region with the longest names."""
    layer = "arn:aws-iso-b:lambda:ap-southeast-99:123456789012:layer:VoceSpaceLayerArm64:99999"
    parameters = PARAMETERS | {
        "Architecture": "arm64",
        "SnapStart": "true",
        "Release": 64 * "r",
        "ConnectionProvider": "vocespace",
        "GuestAccess": "false",
        "UserAccess": "false",
        "IamAccess": "false",
        "MaxTtlSeconds": "604800",
        "SigningKeyPlatform": 63 * "p",
    }
    versions = deployed(Template.load(TEMPLATE, parameters, {"VoceSpaceLayerArm64": layer}), VERSION)

    assert {len(each["Description"]) <= LONGEST_DESCRIPTION for each in versions.values()} == {True}
