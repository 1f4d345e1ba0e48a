"""The routes of an HTTP API, read from its OpenAPI document as API Gateway reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from local.intrinsics import TemplateError, Tree

DEFAULT_ROUTE: Final = ("ANY", "$default")
IAM: Final[list[Tree]] = [{"AWS_IAM": []}]

_INTEGRATION: Final = "x-amazon-apigateway-integration"
_ANY_METHOD: Final = "x-amazon-apigateway-any-method"
_INVOCATIONS: Final = re.compile(r"arn:[\w-]+:apigateway:[\w-]+:lambda:path/2015-03-31/functions/(.+)/invocations")


@dataclass(frozen=True, slots=True)
class Integration:
    """A route, and what it invokes.

    Attributes:
        route: Its method and path.
        arn: The function, or the alias of one, that it invokes.
        is_signed: Whether only IAM lets requests in.
    """

    route: tuple[str, str]
    arn: str
    is_signed: bool


def integrations(body: Tree) -> Iterator[Integration]:
    """Yields every route of a document without intrinsic functions.

    Raises:
        TemplateError: a route invokes something that is no function.
    """
    for path, operations in body.get("paths", {}).items():
        for method, operation in operations.items():
            if _INTEGRATION in operation:
                yield Integration(
                    route=_route(method, path),
                    arn=_invoked(operation[_INTEGRATION]["uri"]),
                    is_signed=operation.get("security") == IAM,
                )


def _route(method: str, path: str) -> tuple[str, str]:
    if path == "/$default":
        return DEFAULT_ROUTE
    return ("ANY" if method == _ANY_METHOD else method.upper(), path)


def _invoked(uri: str) -> str:
    match = _INVOCATIONS.fullmatch(uri)
    if match is None:
        raise TemplateError(f"{uri} invokes no function")
    return match[1]
