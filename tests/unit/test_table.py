"""The table: plain values in and out, several writes together, and what goes wrong told by our own errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tables import moto_table
from vocespace import aws
from vocespace.attributes import from_attributes, to_attributes
from vocespace.errors import StoreUnavailableError
from vocespace.table import CONFLICT, MAX_CONFLICTS, ConditionFailedError, Table
from vocespace.writes import EXISTS, NEW, Change, Condition

KEY = {"pk": "a", "sk": "b"}
VALUES = st.recursive(
    st.text() | st.integers(-(10**30), 10**30) | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)

NAME = "items"


@pytest.fixture(name="table")
def _table() -> Iterator[Table]:
    with moto_table(NAME) as table:
        yield table


@given(st.dictionaries(st.text(), VALUES))
def test_what_is_written_down_is_read_again(members: dict[str, object]) -> None:
    """Every kind of value that an item of ours has."""
    assert from_attributes(to_attributes(members)) == members


@pytest.mark.parametrize("value", [None, 1.5, b"", {1}, object()])
def test_nothing_else_is_written(value: object) -> None:
    """A float would come back as another number."""
    with pytest.raises(TypeError):
        to_attributes({"a": value})


@pytest.mark.parametrize("attribute", [{"B": b""}, {"BS": [b"a"]}, {"NULL": True}, {"NS": ["1"]}])
def test_nothing_else_is_read(attribute: dict[str, object]) -> None:
    """An item that somebody else has written is no item of ours."""
    with pytest.raises(StoreUnavailableError):
        from_attributes({"a": attribute})


def test_several_items_are_read_in_their_order(table: Table) -> None:
    """Those that are not there as None."""
    table.write_together(table.put(KEY | {"n": 1}), table.put({"pk": "c", "sk": "d", "n": 2}))

    assert table.read([{"pk": "c", "sk": "d"}, {"pk": "x", "sk": "y"}, KEY]) == [
        {"pk": "c", "sk": "d", "n": 2},
        None,
        KEY | {"n": 1},
    ]


def test_a_partition_is_read_to_its_end(table: Table) -> None:
    """Page by page, and only what the prefix says."""
    big = "x" * 300_000
    for number in range(8):
        table.write_together(table.put({"pk": "a", "sk": f"n#{number}", "big": big}))
    table.write_together(table.put({"pk": "a", "sk": "o#1"}), table.put({"pk": "b", "sk": "n#9"}))

    assert [item["sk"] for item in table.query("a", "n#")] == [f"n#{number}" for number in range(8)]
    assert [item["sk"] for item in table.query("a")] == [*(f"n#{number}" for number in range(8)), "o#1"]


def test_writes_are_made_together_or_not_at_all(table: Table) -> None:
    """A condition that does not hold is told apart from a table that is away."""
    update = table.change({"pk": "x", "sk": "y"}, Change.of({"n": 1}), Condition("#n < :n"))

    with pytest.raises(ConditionFailedError) as refused:
        table.write_together(table.put(KEY), update)

    assert refused.value.failed == {1}
    assert table.read([KEY]) == [None]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (None, True),
        (EXISTS, True),
        (NEW, False),
        (Condition("#n = :one", {"#n": "n"}, {":one": 1}), True),
        (Condition("#n = :two", {"#n": "n"}, {":two": 2}), False),
        (Condition("attribute_not_exists(#m)", {"#m": "m"}), True),
    ],
)
def test_a_condition_decides_over_puts_and_removals(table: Table, condition: Condition | None, holds: bool) -> None:
    """Alone or beside another write: either all is done or nothing."""
    before, after, other = KEY | {"n": 1}, KEY | {"n": 3}, {"pk": "c", "sk": "d"}
    for write, left in ((table.put(after, condition), after), (table.remove(KEY, condition), None)):
        table.write_together(table.put(before), table.remove(other))
        if holds:
            table.write_together(write, table.put(other))
        else:
            with pytest.raises(ConditionFailedError):
                table.write_together(write, table.put(other))
        assert table.read([KEY, other]) == ([left, other] if holds else [before, None])


def test_what_is_not_there_cannot_be_removed(table: Table) -> None:
    """Nor removed twice."""
    table.write_together(table.put(KEY))
    table.delete(KEY)

    with pytest.raises(ConditionFailedError):
        table.delete(KEY)


@pytest.mark.parametrize(("conflicts", "succeeds"), [(1, True), (MAX_CONFLICTS - 1, True), (MAX_CONFLICTS, False)])
@pytest.mark.parametrize("call", ["update_item", "delete_item"])
def test_a_write_that_meets_several_is_tried_again(
    table: Table, monkeypatch: pytest.MonkeyPatch, call: str, conflicts: int, succeeds: bool
) -> None:
    """Alone it is refused by another name."""
    table.write_together(table.put(KEY))
    left, write = [conflicts], getattr(aws.dynamodb(), call)

    def contested(**arguments: Any) -> object:  # noqa: ANN401 - botocore's own
        if left[0]:
            left[0] -= 1
            raise ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, call)
        return write(**arguments)

    monkeypatch.setattr(aws.dynamodb(), call, contested)

    def act() -> None:
        if call == "delete_item":
            table.delete(KEY)
        else:
            table.update(KEY, Change.of({"n": 1}))

    if succeeds:
        act()
    else:
        with pytest.raises(StoreUnavailableError) as refused:
            act()
        assert refused.value.reason == CONFLICT
    changed = [None] if call == "delete_item" else [KEY | {"n": 1}]
    assert table.read([KEY]) == (changed if succeeds else [KEY])


@pytest.mark.parametrize(("conflicts", "succeeds"), [(1, True), (MAX_CONFLICTS - 1, True), (MAX_CONFLICTS, False)])
def test_writes_that_meet_others_are_tried_again(
    table: Table, monkeypatch: pytest.MonkeyPatch, conflicts: int, succeeds: bool
) -> None:
    """A few times; then the caller is asked to."""
    left = [conflicts]
    write = aws.dynamodb().transact_write_items

    def contested(**arguments: Any) -> object:  # noqa: ANN401 - botocore's own
        if left[0]:
            left[0] -= 1
            response = {
                "Error": {"Code": "TransactionCanceledException", "Message": ""},
                "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
            }
            raise ClientError(response, "TransactWriteItems")  # type: ignore[arg-type]
        return write(**arguments)

    monkeypatch.setattr(aws.dynamodb(), "transact_write_items", contested)

    if succeeds:
        table.write_together(table.put(KEY))
    else:
        with pytest.raises(StoreUnavailableError):
            table.write_together(table.put(KEY))
    assert (table.read([KEY]) == [KEY]) == succeeds


def test_keys_that_were_not_processed_are_no_absence(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB may answer a part only: then nobody knows about the rest."""
    monkeypatch.setattr(
        aws.dynamodb(),
        "batch_get_item",
        lambda **_: {"Responses": {NAME: []}, "UnprocessedKeys": {NAME: {"Keys": [to_attributes(KEY)]}}},
    )

    with pytest.raises(StoreUnavailableError):
        table.read([KEY])


def test_a_table_that_is_not_there_is_away(table: Table) -> None:
    """Whatever is done to it."""
    missing = Table("missing")

    for act in (
        lambda: missing.read([KEY]),
        lambda: list(missing.query("a", "b")),
        lambda: missing.delete(KEY),
        lambda: missing.write_together(missing.put(KEY)),
        lambda: missing.update(KEY, Change.of({"n": 1}), EXISTS),
    ):
        with pytest.raises(StoreUnavailableError):
            act()
    assert table.read([KEY]) == [None]
