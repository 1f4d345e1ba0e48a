"""Items in plain Python values, and as DynamoDB writes them down.

An item's members are texts, integers, booleans, lists, objects and sets of texts; nothing else is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vocespace.errors import StoreUnavailableError

Key = dict[str, str]
Item = dict[str, Any]


def to_attributes(members: Mapping[str, object]) -> dict[str, Any]:
    """An item as DynamoDB writes it down."""
    return {name: _attribute(value) for name, value in members.items()}


def from_attributes(attributes: Mapping[str, Any]) -> Item:
    """An item as DynamoDB wrote it down.

    Raises:
        StoreUnavailableError: it holds what none of ours does.
    """
    return {name: _plain(value) for name, value in attributes.items()}


def _attribute(value: object) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case Mapping():
            return {"M": to_attributes(value)}
        case frozenset():
            return {"SS": sorted(value)}
        case list() | tuple():
            return {"L": [_attribute(each) for each in value]}
        case _:
            raise TypeError(f"a {type(value).__name__} is not stored")


def _plain(value: Mapping[str, Any]) -> object:
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return int(content)
        case "SS":
            return frozenset(content)
        case "L":
            return [_plain(each) for each in content]
        case "M":
            return from_attributes(content)
        case _:
            raise StoreUnavailableError("item_malformed")
