"""What a DynamoDB client is asked for, and what that would cost in AWS.

DynamoDB Local says what a query has read. But to it a transaction is one item, and what is not there is for nothing; so
all else is counted here, by the rules of https://aws.amazon.com/dynamodb/pricing/on-demand/ for items of up to 1 KB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from vocespace.attributes import from_attributes

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from types_boto3_dynamodb import DynamoDBClient

_IN_A_TRANSACTION = 2.0
_CONSISTENT, _LATE = 1.0, 0.5
_LEAST = "least_read_units"


@dataclass(slots=True)
class Usage:
    """What was used.

    Attributes:
        calls: Requests, whatever became of them.
        transactions: Those that tried to write several items.
        read_units: Request units of what was read.
        write_units: Request units of what was written, or refused, which costs the same.
        written: Primary keys of all items that a write was about, made or refused.
    """

    calls: int = 0
    transactions: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    written: set[tuple[str, str]] = field(default_factory=set)


class Meter:
    """Watches a client, also one that several threads use."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._usage = Usage()
        self._lock = Lock()
        client.meta.events.register("before-parameter-build.dynamodb", self._before)
        client.meta.events.register("after-call.dynamodb.Query", self._after_query)

    def taken(self) -> Usage:
        """What was used since the last time."""
        with self._lock:
            usage, self._usage = self._usage, Usage()
        return usage

    def _before(self, params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: object) -> None:
        together = params.get("TransactItems")
        written = set(_written(params))
        with self._lock:
            self._usage.calls += 1
            self._usage.transactions += together is not None
            self._usage.write_units += len(written) * (1.0 if together is None else _IN_A_TRANSACTION)
            self._usage.written |= written
            for each in params.get("RequestItems", {}).values():
                self._usage.read_units += len(each["Keys"]) * _least(each)
        if model.name == "Query":
            params["ReturnConsumedCapacity"] = "TOTAL"
            context[_LEAST] = _least(params)

    def _after_query(self, parsed: Mapping[str, Any], context: Mapping[str, Any], **_: object) -> None:
        told = parsed.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0)
        with self._lock:
            self._usage.read_units += max(told, context[_LEAST])


def _least(read: Mapping[str, Any]) -> float:
    return _CONSISTENT if read.get("ConsistentRead") else _LATE


def _written(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    writes = [write for each in params.get("TransactItems", []) for write in each.values()]
    for write in (*writes, params):
        key = write.get("Key") or write.get("Item")
        if key is not None:
            plain = from_attributes({name: key[name] for name in ("pk", "sk")})
            yield plain["pk"], plain["sk"]
