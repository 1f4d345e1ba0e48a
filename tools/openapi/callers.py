"""One operation, several kinds of callers: what changes for signed-in users, and for IAM roles."""

from __future__ import annotations

from typing import Any

from tools.openapi.parts import ROLE, USER, example, reference
from tools.openapi.refusals import refused_by, refused_unsigned
from vocespace import errors
from vocespace.api import IAM_PREFIX
from vocespace.request_body import JSON

_TAGS = ["IAM roles"]


def also_for_users(operation: dict[str, Any], sent: object, schema: str = "UserRequest") -> dict[str, Any]:
    """A platform's operation, open to its signed-in users as well.

    Args:
        operation: As it is for the platform.
        sent: What a signed-in user sends, for an example.
        schema: What it is one of.
    """
    body = operation["requestBody"]
    content = body["content"][JSON]
    platforms, users = content["schema"], reference(schema)
    # anyOf: nearly every body of a platform would do as one of a user, and only the credential tells whose it is.
    either = {
        "schema": users if users == platforms else {"anyOf": [platforms, users]},
        "examples": content["examples"] | {"user": example("A signed-in user, with their own token", sent)},
    }
    return operation | {
        "security": [*operation["security"], USER],
        "requestBody": body | {"content": {JSON: either}},
    }


def behind_iam(path: str, operations: dict[str, Any]) -> dict[str, Any]:
    """The paths of a platform's operations for IAM roles.

    Args:
        path: Where the platform calls with its API key.
        operations: By their methods, as they are for the platform.
    """
    return {IAM_PREFIX + path: {method: _for_roles(method, path, each) for method, each in operations.items()}}


def _for_roles(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    unsigned = refused_unsigned(operation["responses"])
    return operation | {
        "operationId": f"{operation['operationId']}AsRole",
        "tags": _TAGS,
        "summary": f"{operation['summary']}, as an IAM role",
        "description": (
            f"As `{method.upper()} {path}` by the platform that names the IAM role which has signed the request. No "
            "other credential is looked at. Not found where the deployment lets no IAM roles call (`IamAccess`)."
        ),
        "security": [ROLE],
        "responses": dict(sorted((refused_by(errors.NotFoundError) | operation["responses"] | unsigned).items())),
    }
