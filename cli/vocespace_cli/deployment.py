"""Which deployment a command is about: a stack in AWS, or the one that `make run` holds on this machine."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from vocespace.errors import FieldError
from vocespace.settings import Settings
from vocespace_cli.faults import BadInputError, UnreachableError

STACK_VARIABLE = "VOCESPACE_STACK"

_NEEDED = ("BASE_URL", "AWS_ENDPOINT_URL", "TABLE_NAME", "SIGNING_SECRET_ID")
_OUTPUTS = {
    "TABLE_NAME": "TableName",
    "SIGNING_SECRET_ID": "SigningSecretArn",
    "LIVEKIT_SECRET_ID": "LiveKitSecretArn",
    "BOOKING_SOURCES_SECRET_ID": "BookingSourcesSecretArn",
    "ENDPOINTS_SECRET_ID": "EndpointsSecretArn",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the options say about it; each None where nothing was said."""

    stack: str | None = None
    env_file: Path | None = None
    profile: str | None = None
    region: str | None = None

    def find(self) -> Deployment:
        """Finds the deployment, and turns the AWS clients of this process towards it.

        Raises:
            BadInputError: two deployments are named.
            UnreachableError: none is named, or the one that is cannot be reached.
        """
        if self.stack and self.env_file:
            raise BadInputError("--stack and --env-file each name a deployment: give one of them.")
        stack = self.stack or (None if self.env_file else os.environ.get(STACK_VARIABLE))
        if stack:
            from vocespace_cli import stack_in_aws

            stack_in_aws.use_credentials(self.profile, self.region)
            return stack_in_aws.find(stack)
        return _local(self.env_file or Path(os.environ.get("LOCAL_DIR") or ".local") / "demo.env")


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment.

    Attributes:
        name: What people call it.
        base_url: Where its API answers.
        variables: The environment of its functions.
        is_local: Whether it is that of `make run`.
        missing: Outputs that its stack should have and has not.
    """

    name: str
    base_url: str
    variables: Mapping[str, str]
    is_local: bool
    missing: tuple[str, ...] = ()

    def settings(self) -> Settings:
        """What its operator decided.

        Raises:
            UnreachableError: its functions have not been told, so they do not work either.
        """
        try:
            return Settings.from_environment(self.variables)
        except ValidationError as error:
            faults = error.errors(include_input=False, include_context=False, include_url=False)
            raise UnreachableError(
                f"The functions of {self.name} have an unusable environment.",
                hint="Deploy the stack again: sam build && sam deploy.",
                fields=[FieldError(".".join(map(str, each["loc"])).upper(), each["msg"]) for each in faults],
            ) from None

    def origin(self) -> str:
        """What its links start with."""
        return self.settings().public_base_url or self.base_url


def of_stack(name: str, outputs: Mapping[str, str], variables: Mapping[str, str]) -> Deployment:
    """The deployment that a stack's outputs and its functions' environment describe."""
    named = {variable: outputs[output] for variable, output in _OUTPUTS.items() if output in outputs}
    wanted = ("ApiUrl", "ConnectionDetailsFunctionName", *_OUTPUTS.values())
    missing = tuple(output for output in wanted if output not in outputs)
    return Deployment(
        f"stack {name}", outputs.get("ApiUrl", ""), {**named, **variables}, is_local=False, missing=missing
    )


def _local(file: Path) -> Deployment:
    values = _read(file)
    missing = [name for name in _NEEDED if not values.get(name)]
    if missing:
        raise UnreachableError(
            f"{file} is not what make run writes: {', '.join(missing)} missing.", hint="Start make run again."
        )
    _use_stand_in(values)
    return Deployment(str(file), values["BASE_URL"], values, is_local=True)


def _read(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        pairs = (line.partition("=") for line in lines)
        return {name: "".join(shlex.split(value)) for name, _, value in pairs}
    except (OSError, ValueError):
        raise UnreachableError(
            f"No deployment is named, and {file} cannot be read.",
            hint=f"Name a stack (--stack NAME or {STACK_VARIABLE}=NAME), or start make run in this folder.",
        ) from None


def _use_stand_in(values: Mapping[str, str]) -> None:
    # Whatever the developer has configured for real accounts must not reach in here.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    # An issuer on this machine may have a certificate of its own making, which the functions are told of likewise.
    passed = {name: value for name, value in values.items() if name.startswith("AWS_") or name == "SSL_CERT_FILE"}
    os.environ.update({name: value for name, value in passed.items() if value})
    if values.get("DYNAMODB_URL"):
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = values["DYNAMODB_URL"]
    os.environ |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
