"""The list of blocks: held against everybody who wants in, and edited by platforms and the operator.

Most spaces have no blocks. One item names, by digest, those that have: it comes along with the call that fetches a
platform anyway and is remembered for five seconds, so that a person is looked up only where there is something to find.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from vocespace.blocks import BLOCK_PREFIX, BLOCKED_SPACES_KEY, Block, block_key, space_digest, space_partition
from vocespace.clock import Clock
from vocespace.errors import NotFoundError, PersonBlockedError
from vocespace.registry import BLOCKS_MEMORY_SECONDS, Registry
from vocespace.table import ConditionFailedError, Table, record_of
from vocespace.writes import Change, Condition


class BlockList:
    """Who may not come into which space."""

    def __init__(self, table: Table, registry: Registry, clock: Clock) -> None:
        self._table = table
        self._registry = registry
        self._clock = clock

    def check(self, space: str, person: str) -> None:
        """Lets pass whoever is not blocked.

        Raises:
            PersonBlockedError: the person is blocked in this space.
            StoreUnavailableError: nobody can tell.
        """
        if not self._registry.blocked_spaces().may_have_blocks(space):
            return
        (item,) = self._table.read([block_key(space, person)])
        if item is not None and record_of(Block, item).is_live(self._clock.time()):
            raise PersonBlockedError("person_blocked")

    def add(self, block: Block) -> None:
        """Blocks somebody, or replaces the block they have. When this returns, the block holds in every instance.

        Raises:
            StoreUnavailableError: nothing was written.
        """
        now = int(self._clock.time() * 1000)
        known = Condition("#digest < :then", values={":then": now - BLOCKS_MEMORY_SECONDS * 1000})
        try:
            self._write(block, "ADD #digest :one", {}, known)
        except ConditionFailedError:
            self._write(block, "SET #digest = if_not_exists(#digest, :then) + :one", {":then": now})
            # Other instances may still remember that there is nothing to look up in this space.
            self._clock.sleep(BLOCKS_MEMORY_SECONDS)

    def blocks_of(self, space: str) -> list[Block]:
        """The living blocks of a space."""
        items = self._table.query(space_partition(space), BLOCK_PREFIX)
        blocks = [record_of(Block, item) for item in items]
        return [block for block in blocks if block.is_live(self._clock.time())]

    def remove(self, space: str, person: str) -> None:
        """Lets somebody in again.

        Raises:
            NotFoundError: they are not blocked there.
            StoreUnavailableError: the table cannot be written.
        """
        try:
            self._table.delete(block_key(space, person))
        except ConditionFailedError:
            raise NotFoundError("block") from None
        self._tidy(space)

    def _write(
        self, block: Block, expression: str, values: Mapping[str, object], condition: Condition | None = None
    ) -> None:
        item = block_key(block.space, block.id) | block.to_wire()
        if block.expires_at is not None:
            item |= {"ttl": block.expires_at}
        # Both or none: a block that no digest announces would never be found.
        self._table.write_together(
            self._table.put(item),
            self._table.change(
                BLOCKED_SPACES_KEY,
                Change(expression, {"#digest": space_digest(block.space)}, {":one": 1, **values}),
                condition,
            ),
        )

    def _tidy(self, space: str) -> None:
        """Ends the looking up in a space that has no blocks any more, unless one is being added meanwhile."""
        digest = space_digest(space)
        (item,) = self._table.read([BLOCKED_SPACES_KEY])
        if item is None or digest not in item or self.blocks_of(space):
            return
        with suppress(ConditionFailedError):
            self._table.update(
                BLOCKED_SPACES_KEY,
                Change("REMOVE #digest", {"#digest": digest}, {}),
                Condition("#digest = :seen", values={":seen": item[digest]}),
            )
