"""The list of blocks between two editors: whatever one does between two steps of the other, nobody is overlooked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.clock import NOW, FakeClock
from tests.support.tables import moto_table
from vocespace.attributes import Item
from vocespace.block_list import BlockList
from vocespace.blocks import BLOCKED_SPACES_KEY, Block, space_digest
from vocespace.errors import PersonBlockedError
from vocespace.registry import BLOCKS_MEMORY_SECONDS, Registry
from vocespace.table import Table

NAME = "blocks"


class Interrupted(Table):
    """A table on which somebody else acts once, right after a query was answered."""

    def __init__(self, name: str, act: Callable[[], None]) -> None:
        super().__init__(name)
        self._acts = [act]

    def query(self, pk: str, prefix: str = "", *, consistent: bool = True) -> Iterator[Item]:
        """Answers, and lets the other one act before the answer is used."""
        items = list(super().query(pk, prefix, consistent=consistent))
        if self._acts:
            self._acts.pop()()
        return iter(items)


@pytest.fixture(name="table")
def _table() -> Iterator[Table]:
    with moto_table(NAME) as table:
        yield table


def block_list(table: Table, clock: FakeClock | None = None) -> BlockList:
    """The list as one instance sees it that remembers nothing yet."""
    clock = clock or FakeClock()
    return BlockList(table, Registry(table.read, clock), clock)


def block(person: str) -> Block:
    """A block without an end."""
    return Block(space="s", id=person, created_at=NOW)


def test_a_block_that_is_added_while_the_last_one_goes_is_found(table: Table) -> None:
    """The space stays one in which there is something to look up."""
    block_list(table).add(block("a"))
    meanwhile = Interrupted(NAME, lambda: block_list(table).add(block("b")))

    block_list(meanwhile).remove("s", "a")

    with pytest.raises(PersonBlockedError):
        block_list(table).check("s", "b")
    block_list(table).check("s", "a")


def test_a_block_that_comes_and_goes_meanwhile_leaves_nothing_wrong(table: Table) -> None:
    """At worst a look too many, until the next one goes."""

    def come_and_go() -> None:
        block_list(table).add(block("b"))
        block_list(table).remove("s", "b")

    block_list(table).add(block("a"))
    block_list(Interrupted(NAME, come_and_go)).remove("s", "a")

    block_list(table).check("s", "a")
    block_list(table).check("s", "b")


def test_an_ended_block_does_not_keep_the_space_open(table: Table) -> None:
    """It counts as gone when the last living one goes."""
    clock = FakeClock()
    block_list(table, clock).add(block("a").model_copy(update={"expires_at": NOW + 100}))
    block_list(table, clock).add(block("b"))
    clock.advance(100)
    assert table.read([BLOCKED_SPACES_KEY]) != [BLOCKED_SPACES_KEY]

    block_list(table, clock).remove("s", "b")

    assert table.read([BLOCKED_SPACES_KEY]) == [BLOCKED_SPACES_KEY]


def test_an_instance_that_remembered_nothing_to_look_up_is_waited_for(table: Table) -> None:
    """Its memory is over when the block is answered, and not a second before."""
    clock = FakeClock()
    instance = block_list(table, clock)
    instance.check("s", "a")

    block_list(table, clock).add(block("a"))

    assert clock.time() == NOW + BLOCKS_MEMORY_SECONDS
    with pytest.raises(PersonBlockedError):
        instance.check("s", "a")


def test_many_spaces_are_told_apart(table: Table) -> None:
    """By digests that do not meet."""
    names = [f"space {number}" for number in range(2000)]

    assert len({space_digest(name) for name in names}) == len(names)
    block_list(table).add(block("a"))
    for name in names:
        block_list(table).check(name, "a")
