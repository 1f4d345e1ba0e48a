"""What a request to AWS is, as its bill knows it: read off the wire, whichever client has sent it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from typing import Any

Usage = Counter[str]
"""How often each operation was called, and how many units of DynamoDB that took."""

READ_UNITS = "read units"
WRITE_UNITS = "write units"
READ_BYTES, WRITE_BYTES = 4096, 1024
"""What one unit is good for: https://aws.amazon.com/dynamodb/pricing/on-demand/."""

_IN_A_TRANSACTION = 2
_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([a-z0-9-]+)/aws4_request")


def usage_of(headers: Mapping[str, str], method: str, sent: bytes, answered: bytes) -> Usage:
    """What one request counts for.

    Args:
        headers: `authorization` and `x-amz-target`, as far as they were sent.
        method: That of HTTP; it stands for the operation where nothing else names one.
        sent: The body.
        answered: The body of the answer.
    """
    service = _SERVICE.search(headers.get("authorization", ""))
    operation = headers.get("x-amz-target", method).rpartition(".")[2]
    name = f"{service[1] if service else 'unsigned'}.{operation}"
    usage = Usage({name: 1})
    if name.startswith("dynamodb."):
        members = json.loads(sent)
        usage[WRITE_UNITS] += sum(_writes(members))
        usage[READ_UNITS] += _reads(operation, members, json.loads(answered))
    return +usage


def calls_in(usage: Mapping[str, float]) -> float:
    """How many requests there were."""
    return sum(count for name, count in usage.items() if name not in {READ_UNITS, WRITE_UNITS})


def _writes(members: Mapping[str, Any]) -> Iterator[int]:
    # A write that is refused costs the same. What an update leaves behind is not told: our items are small.
    for together in members.get("TransactItems", ()):
        yield from (_IN_A_TRANSACTION * _write_units(write) for write in together.values())
    if members.keys() & {"Item", "Key"}:
        yield _write_units(members)


def _write_units(write: Mapping[str, Any]) -> int:
    return max(1, ceil(_bytes(write.get("Item", {})) / WRITE_BYTES))


def _reads(operation: str, members: Mapping[str, Any], answer: Mapping[str, Any]) -> int:
    # All our reads are consistent; whoever finds nothing pays for one unit.
    if operation == "Query":
        return max(1, ceil(sum(map(_bytes, answer["Items"])) / READ_BYTES))
    asked = sum(len(each["Keys"]) for each in members.get("RequestItems", {}).values())
    found = [_bytes(item) for items in answer.get("Responses", {}).values() for item in items]
    return asked - len(found) + sum(max(1, ceil(size / READ_BYTES)) for size in found) if asked else 0


def _bytes(item: Mapping[str, Any]) -> int:
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    ((kind, held),) = value.items()
    match kind:
        case "S" | "N":
            return len(held.encode())
        case "M":
            return 3 + len(held) + _bytes(held)
        case "L":
            return 3 + sum(1 + _size(each) for each in held)
        case "SS" | "NS":
            return _sum_of_texts(held)
        case _:
            return 1


def _sum_of_texts(texts: Iterable[str]) -> int:
    return sum(len(each.encode()) for each in texts)
