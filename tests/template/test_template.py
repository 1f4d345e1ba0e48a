"""local.template hands out functions, tables and secrets of any template of our shape."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import moto
import pytest

from local.intrinsics import TemplateError
from local.template import FunctionSpec, Template
from tests.support.stack import PARAMETERS, TEMPLATE

SMALL = """
Parameters:
  Colour: {Type: String, Description: A colour., Default: red}
  Number: {Type: Number, Description: A number.}
Globals:
  Function:
    Timeout: 5
    MemorySize: 128
    Layers: [one]
    Environment: {Variables: {COLOUR: !Ref Colour, NUMBER: !Ref Number}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        paths:
          /paint/{wall}:
            parameters: [{name: wall, in: path, required: true}]
            post:
              x-amazon-apigateway-integration: &paint
                uri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${PaintFunction.Arn}/invocations
            get:
              security: [{AWS_IAM: []}]
              x-amazon-apigateway-integration:
                uri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${PaintAlias}/invocations
          /any: {x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: *paint}}
          /$default: {x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: *paint}}
  PaintAlias:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref PaintFunction, FunctionVersion: '1', Name: live}
  PaintFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: functions.paint.app.lambda_handler
      Role: !GetAtt PaintRole.Arn
      Timeout: 9
      Layers: [two]
      Environment: {Variables: {COLOUR: blue, OWN: !Ref PaintRole}}
  PaintRole:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: a
          PolicyDocument: {Statement: [{Effect: Allow, Action: a:B, Resource: !Ref Colour}]}
        - PolicyName: b
          PolicyDocument: {Statement: [{Effect: Deny, Action: c:D, Resource: e}]}
"""


@pytest.fixture(name="small")
def _small(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_function_has_the_globals_and_its_own(small: Path) -> None:
    """SAM's merge: mappings are merged, lists joined, the rest replaced; environment values are text."""
    template = Template.load(small, {"Number": "3"})

    assert template.functions() == [
        FunctionSpec(
            logical_id="PaintFunction",
            handler="functions.paint.app.lambda_handler",
            environment={"COLOUR": "blue", "NUMBER": "3", "OWN": "PaintRole"},
            timeout=9,
            memory=128,
            statements=(
                {"Effect": "Allow", "Action": "a:B", "Resource": "red"},
                {"Effect": "Deny", "Action": "c:D", "Resource": "e"},
            ),
            routes=(("POST", "/paint/{wall}"), ("GET", "/paint/{wall}"), ("ANY", "/any"), ("ANY", "$default")),
            signed_routes=(("GET", "/paint/{wall}"),),
        )
    ]
    assert template.properties("PaintFunction")["Layers"] == ["one", "two"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "Number has no default and was not given"),
        ({"Number": "three"}, "Number must be a whole number"),
        ({"Number": "3", "Color": "red"}, "unknown parameter Color"),
    ],
)
def test_parameters_are_checked(small: Path, parameters: dict[str, str], message: str) -> None:
    """A misspelt or missing parameter is said by name."""
    with pytest.raises(TemplateError, match=message):
        Template.load(small, parameters)


def test_a_route_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    """A misspelt integration is told instead of left out."""
    path = tmp_path / "template.yaml"
    path.write_text(SMALL.replace("/invocations", "/invocation"), encoding="utf-8")

    with pytest.raises(TemplateError, match=r"PaintFunction\.Arn/invocation invokes no function"):
        Template.load(path, {"Number": "3"}).functions()


def test_properties_of_nothing_are_an_error(small: Path) -> None:
    """A logical id that is not there is said by name."""
    with pytest.raises(TemplateError, match="there is no resource Wall"):
        Template.load(small, {"Number": "3"}).properties("Wall")


def test_pseudo_parameters_can_be_given() -> None:
    """The stack's name and region are the caller's to choose."""
    template = Template.load(TEMPLATE, PARAMETERS | {"AWS::Region": "eu-central-1", "AWS::StackName": "staging"})

    assert template.outputs["ApiUrl"] == "https://HttpApi.execute-api.eu-central-1.amazonaws.com"
    assert template.functions()[0].environment["POWERTOOLS_SERVICE_NAME"] == "staging"


def test_table_can_be_created_from_it() -> None:
    """The arguments are those of CreateTable."""
    arguments = Template.load(TEMPLATE, PARAMETERS, {"Table": "the-table"}).table()
    with moto.mock_aws():
        description = boto3.client("dynamodb", region_name="us-east-1").create_table(**arguments)["TableDescription"]

    assert description["TableName"] == "the-table"
    assert [key["AttributeName"] for key in description["KeySchema"]] == ["pk", "sk"]
    assert description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_generated_secrets_differ() -> None:
    """Each value is new, of the length asked for, with the given members beside it."""
    secret = Template.load(TEMPLATE, PARAMETERS).secrets()["SigningSecret"]

    first, second = (json.loads(secret.generate()) for _ in range(2))

    assert first["kid"] == second["kid"] == "initial"
    assert first["secret"] != second["secret"]
    assert len(first["secret"]) == 64
    assert first["secret"].isalnum()
