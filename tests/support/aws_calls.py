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
from tests.support.stack import (
    Stack,
    bus_arn,
    mail_identity_arn,
    queue_arn,
    schedule_arn,
    secret_arn,
    table_arn,
)

if TYPE_CHECKING:
    from botocore.model import OperationModel

_HANDLER_MODULE = re.compile(r"functions\.(\w+)\.app")
_RESOURCES = {
    "dynamodb": ("TableName", table_arn),
    "events": ("EventBusName", bus_arn),
    "secretsmanager": ("SecretId", secret_arn),
    "sqs": ("QueueUrl", queue_arn),
}
_PARTITION = re.compile(r"pk = (:\w+)")
_LEADING_KEYS = "dynamodb:LeadingKeys"
_FROM = "ses:FromAddress"
_PASSED_TO = "iam:PassedToService"
_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


Context = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a handler made, and the stack it was made in.

    Attributes:
        context: The values of the condition keys that come with it.
    """

    function: str
    action: str
    resource: str
    stack: Stack
    context: Context = ()

    def __str__(self) -> str:
        return f"{self.function}: {self.action} on {self.resource}"

    @property
    def is_allowed(self) -> bool:
        """Whether the function's role allows it."""
        statements = self.stack.function(self.function).statements
        return allows(statements, self.action, self.resource, dict(self.context))


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
    if function is None:
        return
    stack = Stack.from_environment(os.environ)
    for action, resource, context in _asked(_service(model), model.name, params):
        CALLS.append(Call(function, action, resource, stack, context))


def _asked(service: str, name: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str, Context]]:
    match service:
        case "scheduler":
            yield f"{service}:{name}", schedule_arn(params["GroupName"], params["Name"]), ()
            if "Target" in params:
                yield "iam:PassRole", params["Target"]["RoleArn"], ((_PASSED_TO, ("scheduler.amazonaws.com",)),)
        case "ses":
            # One operation of version 2 for what were two, and IAM still tells them apart.
            sender = params["FromEmailAddress"]
            for action in ("ses:SendEmail", "ses:SendRawEmail"):
                yield action, mail_identity_arn(sender), ((_FROM, (sender,)),)
        case _:
            for operation, arguments in _operations(name, params):
                keys = _leading_keys(arguments)
                context = ((_LEADING_KEYS, keys),) if keys else ()
                yield f"{service}:{operation}", _resource(service, arguments), context


def _service(model: OperationModel) -> str:
    return model.service_model.signing_name


def _operations(name: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    # What IAM asks about: a transaction is each of its writes, a batch is about each of its tables or buses.
    match name:
        case "TransactWriteItems":
            for write in params["TransactItems"]:
                ((kind, arguments),) = write.items()
                yield _TRANSACTION[kind], arguments
        case "BatchGetItem":
            for table, wanted in params["RequestItems"].items():
                yield name, {"TableName": table, "Keys": wanted["Keys"]}
        case "PutEvents":
            yield from ((name, entry) for entry in params["Entries"])
        case _:
            yield name, params


def _leading_keys(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    keys = [*arguments.get("Keys", ()), *(arguments[name] for name in ("Key", "Item") if name in arguments)]
    values = arguments.get("ExpressionAttributeValues", {})
    if "KeyConditionExpression" in arguments:
        partition = _PARTITION.match(arguments["KeyConditionExpression"])
        assert partition, "a query names its partition first"
        keys.append({"pk": values[partition[1]]})
    return tuple(key["pk"]["S"] for key in keys)


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
