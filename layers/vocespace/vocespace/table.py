"""The stack's table (design section 7): the few things that are done to it, in plain Python values.

An item's members are texts, integers, booleans, lists and objects; nothing else is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from vocespace import aws
from vocespace.condition import EXISTS, Condition
from vocespace.errors import StoreUnavailableError
from vocespace.wire import WireModel

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import DeleteTypeDef, PutTypeDef, TransactWriteItemTypeDef, UpdateTypeDef

Key = dict[str, str]
Item = dict[str, Any]

Record = TypeVar("Record", bound=WireModel)
Write = TypeVar("Write", "PutTypeDef", "DeleteTypeDef")

MAX_CONFLICTS = 4
"""How often several writes are tried together while somebody else is writing the same items."""

_REFUSED = "ConditionalCheckFailedException"
_REFUSED_TOGETHER = "ConditionalCheckFailed"
_CONFLICT = "TransactionConflict"
_BESIDE = frozenset({"pk", "sk", "ttl"})


class ConditionFailedError(Exception):
    """A write was refused because what it took for granted does not hold; nothing was written."""


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
            answer = aws.dynamodb().batch_get_item(RequestItems={self._name: {"Keys": wanted, "ConsistentRead": True}})
        if answer.get("UnprocessedKeys"):
            raise StoreUnavailableError("unprocessed_keys")
        items = [from_attributes(each) for each in answer["Responses"].get(self._name, [])]
        found = {(item["pk"], item["sk"]): item for item in items}
        return [found.get((key["pk"], key["sk"])) for key in keys]

    def query(self, pk: str, prefix: str = "") -> Iterator[Item]:
        """Reads all items of a partition, or those whose sort keys start with a prefix, page by page.

        Raises:
            StoreUnavailableError: the table cannot be read.
        """
        # DynamoDB takes no empty prefix.
        expression = "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk"
        values = {":pk": pk} | ({":prefix": prefix} if prefix else {})
        pages = aws.dynamodb().get_paginator("query")
        with _translated_errors():
            for page in pages.paginate(
                TableName=self._name,
                ConsistentRead=True,
                KeyConditionExpression=expression,
                ExpressionAttributeValues=to_attributes(values),
            ):
                yield from map(from_attributes, page["Items"])

    def update(
        self, key: Key, expression: str, *, condition: str, names: Mapping[str, str], values: Mapping[str, object]
    ) -> Item:
        """Changes one item if a condition holds.

        Returns:
            The attributes that were changed, as they are now.

        Raises:
            ConditionFailedError: it does not hold.
            StoreUnavailableError: the table cannot be written.
        """
        with _translated_errors():
            answer = aws.dynamodb().update_item(
                TableName=self._name,
                Key=to_attributes(key),
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=to_attributes(values),
                ReturnValues="UPDATED_NEW",
            )
        return from_attributes(answer.get("Attributes", {}))

    def delete(self, key: Key) -> None:
        """Removes one item.

        Raises:
            ConditionFailedError: there is none.
            StoreUnavailableError: the table cannot be written.
        """
        with _translated_errors():
            aws.dynamodb().delete_item(
                TableName=self._name, Key=to_attributes(key), ConditionExpression=EXISTS.expression
            )

    def put(self, item: Item, condition: Condition | None = None) -> TransactWriteItemTypeDef:
        """A write that puts an item in its place, if a condition holds, for `write_together`."""
        put: PutTypeDef = {"TableName": self._name, "Item": to_attributes(item)}
        return {"Put": _conditional(put, condition)}

    def remove(self, key: Key, condition: Condition | None = None) -> TransactWriteItemTypeDef:
        """A write that removes an item, there or not, if a condition holds, for `write_together`."""
        delete: DeleteTypeDef = {"TableName": self._name, "Key": to_attributes(key)}
        return {"Delete": _conditional(delete, condition)}

    def change(
        self,
        key: Key,
        expression: str,
        *,
        condition: str | None = None,
        names: Mapping[str, str],
        values: Mapping[str, object],
    ) -> TransactWriteItemTypeDef:
        """A write that changes an item, if a condition holds, for `write_together`."""
        update: UpdateTypeDef = {
            "TableName": self._name,
            "Key": to_attributes(key),
            "UpdateExpression": expression,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_attributes(values),
        }
        if condition is not None:
            update["ConditionExpression"] = condition
        return {"Update": update}

    def write_together(self, *writes: TransactWriteItemTypeDef) -> None:
        """Makes several writes, or none of them.

        Raises:
            ConditionFailedError: a condition of one of them does not hold.
            StoreUnavailableError: the table cannot be written.
        """
        for attempt in range(MAX_CONFLICTS):
            try:
                with _translated_errors():
                    aws.dynamodb().transact_write_items(TransactItems=list(writes))
            except StoreUnavailableError as error:
                if error.reason != _CONFLICT or attempt == MAX_CONFLICTS - 1:
                    raise
            else:
                return


def to_attributes(members: Mapping[str, object]) -> dict[str, Any]:
    """An item as DynamoDB writes it down."""
    return {name: _attribute(value) for name, value in members.items()}


def from_attributes(attributes: Mapping[str, Any]) -> Item:
    """An item as DynamoDB wrote it down.

    Raises:
        StoreUnavailableError: it holds what none of ours does.
    """
    return {name: _plain(value) for name, value in attributes.items()}


def record_of(kind: type[Record], item: Item) -> Record:
    """The record that an item is.

    Raises:
        StoreUnavailableError: it is none of this kind.
    """
    try:
        return kind.from_wire({name: value for name, value in item.items() if name not in _BESIDE})
    except ValidationError:
        raise StoreUnavailableError("item_malformed") from None


def _conditional(write: Write, condition: Condition | None) -> Write:
    if condition is not None:
        write["ConditionExpression"] = condition.expression
        # DynamoDB takes no empty ones.
        if condition.names:
            write["ExpressionAttributeNames"] = condition.names
        if condition.values:
            write["ExpressionAttributeValues"] = to_attributes(condition.values)
    return write


@contextmanager
def _translated_errors() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        together = {each.get("Code") for each in error.response.get("CancellationReasons", [])}
        if code == _REFUSED or _REFUSED_TOGETHER in together:
            raise ConditionFailedError from None
        raise StoreUnavailableError(_CONFLICT if _CONFLICT in together else code) from None
    except BotoCoreError as error:
        raise StoreUnavailableError(type(error).__name__) from None


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
        case "L":
            return [_plain(each) for each in content]
        case "M":
            return from_attributes(content)
        case _:
            raise StoreUnavailableError("item_malformed")
