"""Which deployment a command finds, and what it says where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.stub import Stubber

from vocespace_cli import stack_in_aws
from vocespace_cli.deployment import Choice
from vocespace_cli.faults import BadInputError, UnreachableError

OUTPUTS = {
    "ApiUrl": "https://api.example",
    "TableName": "table-1",
    "SigningSecretArn": "arn:signing",
    "LiveKitSecretArn": "arn:livekit",
    "BookingSourcesSecretArn": "arn:sources",
    "EndpointsSecretArn": "arn:endpoints",
    "ConnectionDetailsFunctionName": "connection-details",
}
DEMO_ENV = """BASE_URL=http://127.0.0.1:3000
AWS_ENDPOINT_URL=http://127.0.0.1:5000
AWS_DEFAULT_REGION=eu-central-1
AWS_ACCESS_KEY_ID=testing
AWS_SECRET_ACCESS_KEY=testing
TABLE_NAME=table-2
SIGNING_SECRET_ID='arn:signing 2'
MAX_TTL_SECONDS=600
"""


@pytest.fixture(name="environment", autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An environment of the test's own, in a folder without a deployment."""
    before = dict(os.environ)
    monkeypatch.chdir(tmp_path)
    os.environ.pop("LOCAL_DIR", None)
    os.environ.pop("VOCESPACE_STACK", None)
    yield
    os.environ.clear()
    os.environ.update(before)


class Aws:
    """CloudFormation and Lambda, with answers that were put in."""

    def __init__(self, stack: ExitStack) -> None:
        session = boto3.Session(region_name="eu-central-1")
        self._clients = {name: session.client(name) for name in ("cloudformation", "lambda")}
        self.stubs = {name: stack.enter_context(Stubber(client)) for name, client in self._clients.items()}

    def client(self, name: str, **_: object) -> Any:  # noqa: ANN401 - as boto3
        """The client of a service."""
        return self._clients[name]

    def describe(self, outputs: dict[str, str]) -> None:
        """There is one stack."""
        stack = {
            "StackName": "prod",
            "CreationTime": "2026-01-01T00:00:00Z",
            "StackStatus": "CREATE_COMPLETE",
            "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
        }
        self.stubs["cloudformation"].add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "prod"})


@pytest.fixture(name="aws")
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with ExitStack() as stack:
        aws = Aws(stack)
        monkeypatch.setattr("vocespace_cli.stack_in_aws.boto3.Session", lambda: aws)
        yield aws


def test_a_stack(aws: Aws) -> None:
    """Its outputs say where, and the environment of a function says how."""
    aws.describe(OUTPUTS)
    variables = {"MAX_TTL_SECONDS": "600", "TABLE_NAME": "table-1", "PUBLIC_BASE_URL": "https://connect.example"}
    answer = {"Environment": {"Variables": variables}}
    aws.stubs["lambda"].add_response("get_function_configuration", answer, {"FunctionName": "connection-details"})

    found = Choice(stack="prod").find()

    settings = found.settings()
    assert (found.name, found.base_url, found.is_local, found.missing) == ("stack prod", OUTPUTS["ApiUrl"], False, ())
    assert (settings.table_name, settings.signing_secret_id) == ("table-1", "arn:signing")
    assert (settings.booking_sources_secret_id, settings.endpoints_secret_id) == ("arn:sources", "arn:endpoints")
    assert settings.max_ttl_seconds == 600
    assert found.origin() == "https://connect.example"


def test_the_variable_names_a_stack_too(aws: Aws) -> None:
    """But an option comes first."""
    os.environ["VOCESPACE_STACK"] = "prod"
    aws.describe({})

    found = Choice().find()

    assert set(found.missing) == set(OUTPUTS)
    with pytest.raises(UnreachableError) as raised:
        found.settings()
    assert {each.field for each in raised.value.fields} == {"TABLE_NAME", "SIGNING_SECRET_ID"}


def test_a_stack_that_is_not_there(aws: Aws) -> None:
    """Is said with its region: it may be another one."""
    stub = aws.stubs["cloudformation"]
    stub.add_client_error("describe_stacks", "ValidationError", "Stack with id prod does not exist", 400)

    with pytest.raises(UnreachableError, match=r"no stack prod in eu-central-1"):
        Choice(stack="prod").find()


def test_a_profile_comes_before_keys_in_the_environment() -> None:
    """As the operator has just said so."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "a", "AWS_SESSION_TOKEN": "b"}

    stack_in_aws.use_credentials("work", "eu-west-1")

    assert os.environ.keys().isdisjoint({"AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"})
    assert (os.environ["AWS_PROFILE"], os.environ["AWS_DEFAULT_REGION"]) == ("work", "eu-west-1")


def test_both_variables_for_a_region_are_heard() -> None:
    """AWS_REGION is what Lambda and newer tools say."""
    os.environ.pop("AWS_DEFAULT_REGION", None)
    os.environ["AWS_REGION"] = "eu-west-2"

    stack_in_aws.use_credentials(None, None)

    assert botocore.session.get_session().get_config_variable("region") == "eu-west-2"


@pytest.mark.parametrize("way", ["option", "LOCAL_DIR", "default"])
def test_make_run_on_this_machine(tmp_path: Path, way: str) -> None:
    """Found where it writes its file; and nothing of the developer's own accounts reaches the clients."""
    folder = tmp_path / ".local"
    folder.mkdir()
    (folder / "demo.env").write_text(DEMO_ENV)
    os.environ |= {"AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "b"}
    if way == "LOCAL_DIR":
        os.environ["LOCAL_DIR"] = str(folder)

    found = Choice(env_file=folder / "demo.env" if way == "option" else None).find()

    assert found.is_local
    assert found.settings().signing_secret_id == "arn:signing 2"
    assert found.settings().max_ttl_seconds == 600
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5000"
    assert os.environ.keys().isdisjoint({"AWS_PROFILE", "AWS_SESSION_TOKEN"})
    assert os.environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert "AWS_ENDPOINT_URL_DYNAMODB" not in os.environ


def test_a_dynamodb_of_its_own(tmp_path: Path) -> None:
    """What make run was told to use, is used here too."""
    file = tmp_path / "demo.env"
    file.write_text(DEMO_ENV + "DYNAMODB_URL=http://127.0.0.1:8000\n")

    Choice(env_file=file).find()

    assert os.environ["AWS_ENDPOINT_URL_DYNAMODB"] == "http://127.0.0.1:8000"


@pytest.mark.parametrize("text", [None, "", "BASE_URL=http://127.0.0.1:3000\n", "TABLE_NAME='unclosed\n"])
def test_no_deployment(tmp_path: Path, text: str | None) -> None:
    """What to do next is said."""
    file = tmp_path / "demo.env"
    if text is not None:
        file.write_text(text)

    with pytest.raises(UnreachableError) as raised:
        Choice(env_file=file).find()

    assert "make run" in (raised.value.hint or "")


def test_two_deployments() -> None:
    """Nobody guesses which one was meant."""
    with pytest.raises(BadInputError):
        Choice(stack="prod", env_file=Path("demo.env")).find()
