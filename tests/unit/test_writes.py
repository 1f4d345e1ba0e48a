"""What writes change and what has to hold for them, in DynamoDB's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.tables import moto_table
from vocespace.table import ConditionFailedError, Table
from vocespace.writes import EXISTS, NEW, Change, Condition

KEY = {"pk": "a", "sk": "b"}


@pytest.fixture(name="table")
def _table() -> Iterator[Table]:
    with moto_table("writes") as table:
        yield table


def test_members_are_given_taken_and_removed_at_once(table: Table) -> None:
    """Also those whose names are words of DynamoDB's language."""
    table.write_together(table.put(KEY | {"size": 1, "ttl": 2, "set": frozenset({"x", "y"})}))

    change = Change.of({"size": 3}, removed=["ttl"], added={"items": frozenset({"p"})}, taken={"set": frozenset({"x"})})

    assert table.update(KEY, change) == KEY | {"size": 3, "items": frozenset({"p"}), "set": frozenset({"y"})}


def test_a_set_without_members_is_no_member(table: Table) -> None:
    """So that nobody inside can be asked for as such; what was never in it can be taken out."""
    table.write_together(table.put(KEY | {"occ": frozenset({"x"})}))

    assert table.update(KEY, Change.of({}, taken={"occ": frozenset({"x", "y"})})) == KEY
    assert table.update(KEY, Change.of({}, taken={"occ": frozenset({"x"})})) == KEY


def test_a_change_of_nothing_says_nothing() -> None:
    """There is no clause without a member."""
    assert Change.of({}) == Change("", {}, {})
    assert Change.of({}, removed=["b", "a"]) == Change("REMOVE #a, #b", {"#a": "a", "#b": "b"}, {})


@pytest.mark.parametrize(
    ("first", "second", "holds"),
    [
        (EXISTS, EXISTS, True),
        (EXISTS, NEW, False),
        (NEW, EXISTS, False),
        (Condition("#n = :n OR #n = :m", {"#n": "n"}, {":n": 1, ":m": 2}), EXISTS, True),
        (EXISTS, Condition("#n = :n OR #n = :m", {"#n": "n"}, {":n": 1, ":m": 2}), True),
        (Condition("n = :n OR n = :m", values={":n": 1, ":m": 2}), NEW, False),
        (Condition("n = :n", values={":n": 1}), Condition("#n > :o", {"#n": "n"}, {":o": 0}), True),
    ],
)
def test_both_conditions_have_to_hold(table: Table, first: Condition, second: Condition, holds: bool) -> None:
    """An alternative within one of them is not one to the other."""
    table.write_together(table.put(KEY | {"n": 1}))

    if holds:
        assert table.update(KEY, Change.of({"done": True}), first.and_also(second))["done"] is True
    else:
        with pytest.raises(ConditionFailedError):
            table.update(KEY, Change.of({"done": True}), first.and_also(second))
