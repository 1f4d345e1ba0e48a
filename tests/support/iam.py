"""What a role allows: IAM's evaluation of identity policies, for statements as template.yaml has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Statement = Mapping[str, Any]

_ELEMENTS = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})
_FOR_ALL = "ForAllValues:StringLike"
_EQUALS = "StringEquals"


class UnsupportedStatementError(ValueError):
    """A statement has an element that is not evaluated here, so nothing is known about what it allows."""


def allows(
    statements: Iterable[Statement], action: str, resource: str, context: Mapping[str, Sequence[str]] | None = None
) -> bool:
    """Whether a role with these statements may do `action` (`service:Action`) to `resource` (an ARN, or `*` for none).

    Args:
        statements: What the role has.
        action: What it wants to do.
        resource: With what.
        context: The values of the condition keys that come with the request.

    Raises:
        UnsupportedStatementError: a statement has a condition or another element that is not evaluated here.
    """
    effects = {each["Effect"] for each in statements if _applies(each, action, resource, context or {})}
    return effects == {"Allow"}


def grants(statements: Iterable[Statement], service: str) -> Iterator[tuple[str, str]]:
    """Every pair of action and resource that is allowed in one service, as the statements spell them."""
    for statement in statements:
        if statement["Effect"] == "Allow":
            for action in _list(statement["Action"]):
                if action.partition(":")[0] == service:
                    yield from ((action, resource) for resource in _list(statement["Resource"]))


def _applies(statement: Statement, action: str, resource: str, context: Mapping[str, Sequence[str]]) -> bool:
    if unknown := statement.keys() - _ELEMENTS:
        raise UnsupportedStatementError(f"{', '.join(sorted(unknown))} is not evaluated here")
    # IAM compares actions without regard to case, resources with.
    actions = (_matches(pattern.lower(), action.lower()) for pattern in _list(statement["Action"]))
    fits = any(actions) and any(_matches(pattern, resource) for pattern in _list(statement["Resource"]))
    return fits and _holds(statement.get("Condition", {}), context)


def _holds(condition: Mapping[str, Mapping[str, str | list[str]]], context: Mapping[str, Sequence[str]]) -> bool:
    if unknown := condition.keys() - {_FOR_ALL, _EQUALS}:
        raise UnsupportedStatementError(f"{', '.join(sorted(unknown))} is not evaluated here")
    # As IAM has it, a key that does not come with the request is no obstacle to "for all values", and one otherwise.
    fit = all(
        any(_matches(pattern, value) for pattern in _list(patterns))
        for key, patterns in condition.get(_FOR_ALL, {}).items()
        for value in context.get(key, ())
    )
    return fit and all(
        [*context.get(key, ())] in [[value] for value in _list(values)]
        for key, values in condition.get(_EQUALS, {}).items()
    )


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _matches(pattern: str, text: str) -> bool:
    parts = (re.escape(part) for part in re.split(r"([*?])", pattern))
    wildcards = {re.escape("*"): ".*", re.escape("?"): "."}
    return re.fullmatch("".join(wildcards.get(part, part) for part in parts), text, re.DOTALL) is not None
