"""A stack in AWS: its outputs by CloudFormation, its settings by the environment of one of its functions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from http import HTTPStatus

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from vocespace_cli.deployment import Deployment, of_stack
from vocespace_cli.faults import UnreachableError

_CONFIG = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3})
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def use_credentials(profile: str | None, region: str | None) -> None:
    """Turns the AWS clients of this process to a profile and a region; by default to the usual ones."""
    if profile:
        # botocore prefers keys in the environment to a profile that is named there.
        for name in _CREDENTIALS:
            os.environ.pop(name, None)
        os.environ["AWS_PROFILE"] = profile
    if region:
        os.environ |= {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    elif "AWS_REGION" in os.environ:
        # AWS's other tools read this one, botocore the other.
        os.environ.setdefault("AWS_DEFAULT_REGION", os.environ["AWS_REGION"])


def find(name: str) -> Deployment:
    """Finds a stack.

    Raises:
        UnreachableError: there is none of this name.
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: AWS refuses.
    """
    outputs = _outputs(name)
    function = outputs.get("ConnectionDetailsFunctionName")
    return of_stack(name, outputs, _environment(function) if function else {})


def _outputs(name: str) -> dict[str, str]:
    client = boto3.Session().client("cloudformation", config=_CONFIG)
    try:
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        # CloudFormation's way of saying that a stack does not exist.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.BAD_REQUEST:
            raise
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise UnreachableError(
            f"There is no stack {name} in {client.meta.region_name}.",
            hint="Name another one by --stack, or its region and account by --region and --profile.",
        ) from None
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def _environment(function: str) -> Mapping[str, str]:
    client = boto3.Session().client("lambda", config=_CONFIG)
    answer = client.get_function_configuration(FunctionName=function)
    variables: dict[str, str] = answer.get("Environment", {}).get("Variables", {})
    return variables
