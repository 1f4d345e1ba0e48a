"""Records every AWS call that a handler makes, and fails the test in which a role does not allow one.

A pytest plugin, to be named in `pytest_plugins` of tests/conftest.py: botocore hands its hooks to a client when that
is made. A call belongs to the function whose `lambda_handler` is on the stack; what a test does itself, no role allows.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.handlers import BUILTIN_HANDLERS

from tests.support.iam import allows
from tests.support.stack import Stack, secret_arn, table_arn

if TYPE_CHECKING:
    from botocore.model import OperationModel

_HANDLER_MODULE = re.compile(r"functions\.(\w+)\.app")
_RESOURCES = {"dynamodb": ("TableName", table_arn), "secretsmanager": ("SecretId", secret_arn)}


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a handler made, and the stack it was made in."""

    function: str
    action: str
    resource: str
    stack: Stack

    def __str__(self) -> str:
        return f"{self.function}: {self.action} on {self.resource}"

    @property
    def is_allowed(self) -> bool:
        """Whether the function's role allows it."""
        return allows(self.stack.function(self.function).statements, self.action, self.resource)


CALLS: list[Call] = []
"""Every call so far, of all tests."""


@pytest.fixture(autouse=True)
def _least_privilege() -> Iterator[None]:
    first = len(CALLS)
    yield
    refused = [str(call) for call in CALLS[first:] if not call.is_allowed]
    assert not refused, "no role in template.yaml allows what a handler did"


def _record(params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
    function = _function_at_work()
    if function is not None:
        action = f"{model.service_model.signing_name}:{model.name}"
        resource = _resource(model.service_model.signing_name, params)
        CALLS.append(Call(function, action, resource, Stack.from_environment(os.environ)))


def _function_at_work() -> str | None:
    frame = inspect.currentframe()
    while frame is not None:
        module = _HANDLER_MODULE.fullmatch(frame.f_globals.get("__name__", ""))
        if module and frame.f_code.co_name == "lambda_handler":
            return module[1]
        frame = frame.f_back
    return None


def _resource(service: str, params: Mapping[str, Any]) -> str:
    # What names no resource that is known here is a call on everything, and no role allows that.
    parameter, arn = _RESOURCES.get(service, ("", str))
    return arn(params[parameter]) if parameter in params else "*"


BUILTIN_HANDLERS.append(("before-parameter-build", _record))
