"""A table in memory, for what takes too long in moto: it copies all its tables for each write of several items.

It takes the writes that the layer makes and knows the few conditions in them; whatever else it is given, it refuses.
Between two calls of a run that stops before each of them, others have their turn.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from vocespace.attributes import Item, Key, from_attributes
from vocespace.booking_writes import MAX_TOGETHER
from vocespace.occupancy import READ_AT_ONCE
from vocespace.table import ConditionFailedError, Table
from vocespace.writes import EXISTS, NEW

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_EQUALS = re.compile(r"(\w+) = (:\w+)")
_SET = re.compile(r"SET (?:#\w+ = :\w+(?:, )?)+")
_PART = re.compile(r"#(\w+) = :(\w+)")


class PaperTable(Table):
    """A table in memory.

    Attributes:
        partitions: What is in it, by the two parts of the keys.
        before_call: Called before each call; what it raises is raised by the call, which then does nothing.
        after_call: Called after each call; what it raises is raised instead of the answer.
    """

    def __init__(self) -> None:
        super().__init__("paper")
        self.partitions: defaultdict[str, dict[str, Item]] = defaultdict(dict)
        self.before_call: Callable[[str], None] = lambda _: None
        self.after_call: Callable[[str], None] = lambda _: None

    def read(self, keys: list[Key]) -> list[Item | None]:
        """Reads items."""
        places = [(key["pk"], key["sk"]) for key in keys]
        assert 0 < len(set(places)) == len(places) <= READ_AT_ONCE, "DynamoDB refuses that"
        self.before_call("read")
        found = [self.partitions[pk].get(sk) for pk, sk in places]
        self.after_call("read")
        return found

    def query(self, pk: str, prefix: str = "", *, consistent: bool = True) -> Iterator[Item]:
        """Reads a partition, at once."""
        assert consistent
        self.before_call("query")
        found = [item for sk, item in sorted(self.partitions[pk].items()) if sk.startswith(prefix)]
        self.after_call("query")
        return iter(found)

    def write_together(self, *writes: TransactWriteItemTypeDef) -> None:
        """Makes several writes, or none of them."""
        assert 0 < len(writes) <= MAX_TOGETHER, "DynamoDB refuses that"
        self.before_call("write")
        told = [next(iter(write.items())) for write in writes]
        places = [_place(kind, write) for kind, write in told]
        assert len(set(places)) == len(places), "DynamoDB takes one write of an item at a time"
        met = [
            _holds(write, self.partitions[place[0]].get(place[1]))
            for place, (_, write) in zip(places, told, strict=True)
        ]
        if not all(met):
            raise ConditionFailedError(frozenset(number for number, is_met in enumerate(met) if not is_met))
        for place, (kind, write) in zip(places, told, strict=True):
            self._write(place, kind, write)
        self.after_call("write")

    def _write(self, place: tuple[str, str], kind: str, write: Any) -> None:  # noqa: ANN401 - a member of a transaction
        (pk, sk), partition = place, self.partitions[place[0]]
        if kind == "Put":
            partition[sk] = from_attributes(write["Item"])
        elif kind == "Delete":
            partition.pop(sk, None)
        else:
            assert kind == "Update"
            assert _SET.fullmatch(write["UpdateExpression"]), write["UpdateExpression"]
            names, values = write["ExpressionAttributeNames"], from_attributes(write["ExpressionAttributeValues"])
            given = {names[f"#{name}"]: values[f":{value}"] for name, value in _PART.findall(write["UpdateExpression"])}
            partition[sk] = {"pk": pk, "sk": sk, **partition.get(sk, {}), **given}


def _place(kind: str, write: Any) -> tuple[str, str]:  # noqa: ANN401 - a member of a transaction
    key = from_attributes(write["Item"] if kind == "Put" else write["Key"])
    return key["pk"], key["sk"]


def _holds(write: Any, item: Item | None) -> bool:  # noqa: ANN401 - a member of a transaction
    expression = write.get("ConditionExpression")
    if expression is None:
        return True
    if expression == EXISTS.expression:
        return item is not None
    if expression == NEW.expression:
        return item is None
    equals = _EQUALS.fullmatch(expression)
    assert equals is not None, expression
    values = from_attributes(write["ExpressionAttributeValues"])
    return item is not None and bool(item.get(equals[1]) == values[equals[2]])
