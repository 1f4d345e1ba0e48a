"""The stack's table (design section 7): the few things that are done to it, in plain Python values."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from vocespace import aws
from vocespace.attributes import Item, Key, from_attributes, to_attributes
from vocespace.aws_json import DYNAMODB, AwsCallError
from vocespace.errors import StoreUnavailableError
from vocespace.wire import WireModel
from vocespace.writes import EXISTS, Change, Condition

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import DeleteTypeDef, PutTypeDef, TransactWriteItemTypeDef, UpdateTypeDef

Record = TypeVar("Record", bound=WireModel)
Answer = TypeVar("Answer")
Write = TypeVar("Write", "PutTypeDef", "DeleteTypeDef", "UpdateTypeDef")

MAX_CONFLICTS = 4
"""How often a write is tried while somebody else is writing the same items together."""

_REFUSED = "ConditionalCheckFailedException"
_REFUSED_TOGETHER = "ConditionalCheckFailed"
_BUSY = "TransactionConflictException"
CONFLICT = "TransactionConflict"
"""Why the store is unavailable where others kept writing the same items."""

_TOKEN_BYTES = 16

_BESIDE = frozenset({"pk", "sk", "ttl"})


class ConditionFailedError(Exception):
    """A write was refused because what it took for granted does not hold; nothing was written.

    Attributes:
        failed: Which of several writes, by their places.
    """

    def __init__(self, failed: frozenset[int] = frozenset({0})) -> None:
        super().__init__("a condition does not hold")
        self.failed = failed


class Table:
    """The table of this name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def read(self, keys: list[Key]) -> list[Item | None]:
        """Reads items in one call, None for each that is not there.

        Consistently, so that a removal is late by what a caller remembers and by nothing else.

        Raises:
            StoreUnavailableError: the table cannot be read.
        """
        wanted = [to_attributes(key) for key in keys]
        with _translated_errors():
            answer = aws.call(
                DYNAMODB, "BatchGetItem", RequestItems={self._name: {"Keys": wanted, "ConsistentRead": True}}
            )
        if answer.get("UnprocessedKeys"):
            raise StoreUnavailableError("unprocessed_keys")
        items = [from_attributes(each) for each in answer["Responses"].get(self._name, [])]
        found = {(item["pk"], item["sk"]): item for item in items}
        return [found.get((key["pk"], key["sk"])) for key in keys]

    def query(self, pk: str, prefix: str = "", *, consistent: bool = True) -> Iterator[Item]:
        """Reads all items of a partition, or those whose sort keys start with a prefix, in their order, page by page.

        Args:
            pk: The partition.
            prefix: What the sort keys start with.
            consistent: Whether what was just written has to be seen; to do without costs half.

        Raises:
            StoreUnavailableError: the table cannot be read.
        """
        # DynamoDB takes no empty prefix.
        expression = "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk"
        values = {":pk": pk} | ({":prefix": prefix} if prefix else {})
        query: dict[str, Any] = {
            "TableName": self._name,
            "ConsistentRead": consistent,
            "KeyConditionExpression": expression,
            "ExpressionAttributeValues": to_attributes(values),
        }
        while True:
            with _translated_errors():
                page = aws.call(DYNAMODB, "Query", **query)
            yield from map(from_attributes, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def update(self, key: Key, change: Change, condition: Condition | None = None) -> Item:
        """Changes one item if a condition holds; without one, it need not be there.

        Returns:
            The whole item as it is now.

        Raises:
            ConditionFailedError: it does not hold.
            StoreUnavailableError: the table cannot be written.
        """
        update = self.change(key, change, condition)["Update"]
        answer = _patiently(lambda: aws.call(DYNAMODB, "UpdateItem", **update, ReturnValues="ALL_NEW"))
        return from_attributes(answer["Attributes"])

    def delete(self, key: Key) -> None:
        """Removes one item.

        Raises:
            ConditionFailedError: there is none.
            StoreUnavailableError: the table cannot be written.
        """
        delete = self.remove(key, EXISTS)["Delete"]
        _patiently(lambda: aws.call(DYNAMODB, "DeleteItem", **delete))

    def put(self, item: Item, condition: Condition | None = None) -> TransactWriteItemTypeDef:
        """A write that puts an item in its place, if a condition holds, for `write_together`."""
        put: PutTypeDef = {"TableName": self._name, "Item": to_attributes(item)}
        return {"Put": _conditional(put, condition)}

    def remove(self, key: Key, condition: Condition | None = None) -> TransactWriteItemTypeDef:
        """A write that removes an item, there or not, if a condition holds, for `write_together`."""
        delete: DeleteTypeDef = {"TableName": self._name, "Key": to_attributes(key)}
        return {"Delete": _conditional(delete, condition)}

    def change(self, key: Key, change: Change, condition: Condition | None = None) -> TransactWriteItemTypeDef:
        """A write that changes an item, there or not, if a condition holds, for `write_together`."""
        update: UpdateTypeDef = {
            "TableName": self._name,
            "Key": to_attributes(key),
            "UpdateExpression": change.expression,
        }
        return {"Update": _conditional(update, condition, change)}

    def write_together(self, *writes: TransactWriteItemTypeDef) -> None:
        """Makes several writes, or none of them.

        Raises:
            ConditionFailedError: a condition of one of them does not hold.
            StoreUnavailableError: the table cannot be written.
        """
        # The token makes it one write, should its answer be lost and it be sent again.
        _patiently(
            lambda: aws.call(
                DYNAMODB, "TransactWriteItems", TransactItems=writes, ClientRequestToken=secrets.token_hex(_TOKEN_BYTES)
            )
        )


def record_of(kind: type[Record], item: Item) -> Record:
    """The record that an item is.

    Raises:
        StoreUnavailableError: it is none of this kind.
    """
    try:
        return kind.from_wire({name: value for name, value in item.items() if name not in _BESIDE})
    except ValidationError:
        raise StoreUnavailableError("item_malformed") from None


def _conditional(write: Write, condition: Condition | None, change: Change | None = None) -> Write:
    if condition is not None:
        write["ConditionExpression"] = condition.expression
    said = [each for each in (change, condition) if each is not None]
    names = {name: meant for each in said for name, meant in each.names.items()}
    values = {name: value for each in said for name, value in each.values.items()}
    # DynamoDB takes no empty ones.
    if names:
        write["ExpressionAttributeNames"] = names
    if values:
        write["ExpressionAttributeValues"] = to_attributes(values)
    return write


def _patiently(write: Callable[[], Answer]) -> Answer:
    for _ in range(MAX_CONFLICTS - 1):
        try:
            with _translated_errors():
                return write()
        except StoreUnavailableError as error:
            if error.reason != CONFLICT:
                raise
    with _translated_errors():
        return write()


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except AwsCallError as error:
        together = error.cancellation_codes
        if error.code == _REFUSED:
            raise ConditionFailedError from None
        if _REFUSED_TOGETHER in together:
            failed = (place for place, each in enumerate(together) if each == _REFUSED_TOGETHER)
            raise ConditionFailedError(frozenset(failed)) from None
        raise StoreUnavailableError(CONFLICT if error.code == _BUSY or CONFLICT in together else error.code) from None
