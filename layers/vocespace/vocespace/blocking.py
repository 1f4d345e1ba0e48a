"""Blocking by a platform: in its own spaces only, and if it wants so also out of the room at once."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import Field

from vocespace import observability
from vocespace.block_list import BlockList
from vocespace.blocks import Block, BlockQuery, BlockRequest, SpaceQuery
from vocespace.clock import Clock
from vocespace.errors import (
    FieldError,
    InvalidParametersError,
    SecretsUnavailableError,
    UpstreamFailedError,
    UpstreamTimeoutError,
)
from vocespace.platforms import Platform
from vocespace.wire import WireModel

if TYPE_CHECKING:
    from vocespace.room_service import RoomService


class Kick(StrEnum):
    """What became of removing somebody from the LiveKit room."""

    REMOVED = "removed"
    NOT_THERE = "not_there"
    FAILED = "failed"


class AddedBlock(Block):
    """A block that holds, and what became of the kick."""

    kick: Kick | None = Field(
        None, description="`removed`, `not_there`, or `failed`: the block holds, but LiveKit could not be asked."
    )


class ListedBlocks(WireModel):
    """The living blocks of a space."""

    blocks: tuple[Block, ...]


class Blocking:
    """Edits the list of blocks for platforms.

    Args:
        blocks: The list.
        room_service: Gives the LiveKit server's RoomService; None where there is none to ask.
        clock: The time.
    """

    def __init__(self, blocks: BlockList, room_service: Callable[[], RoomService | None], clock: Clock) -> None:
        self._blocks = blocks
        self._room_service = room_service
        self._clock = clock

    def add(self, request: BlockRequest, platform: Platform | None) -> AddedBlock:
        """Blocks somebody, for a platform or, with None, for the operator.

        Raises:
            PolicyRefusedError: the space is none of the platform's.
            InvalidParametersError: the block would be over already, or nobody can be kicked here.
            StoreUnavailableError: nothing was written.
        """
        _check_space(request.space, platform)
        now = int(self._clock.time())
        if request.expires_at is not None and request.expires_at <= now:
            raise InvalidParametersError(FieldError("expiresAt", "is in the past"))
        rooms = self._room_service() if request.kick else None
        if request.kick and rooms is None:
            raise InvalidParametersError(FieldError("kick", "needs a deployment that has the LiveKit key"))
        block = Block(
            **request.model_dump(exclude={"kick"}),
            created_at=now,
            platform=None if platform is None else platform.platform,
        )
        self._blocks.add(block)
        # Only now: until the block holds everywhere, whoever is put out could come back in.
        return AddedBlock(**block.model_dump(), kick=None if rooms is None else _kick(rooms, block))

    def blocks_of(self, query: SpaceQuery, platform: Platform | None) -> ListedBlocks:
        """Lists the blocks of a space.

        Raises:
            PolicyRefusedError: the space is none of the platform's.
        """
        _check_space(query.space, platform)
        return ListedBlocks(blocks=tuple(self._blocks.blocks_of(query.space)))

    def remove(self, query: BlockQuery, platform: Platform | None) -> None:
        """Lets somebody in again.

        Raises:
            PolicyRefusedError: the space is none of the platform's.
            NotFoundError: they are not blocked there.
        """
        _check_space(query.space, platform)
        self._blocks.remove(query.space, query.id)


def _check_space(space: str, platform: Platform | None) -> None:
    if platform is not None:
        platform.policy.check_space(space)


def _kick(rooms: RoomService, block: Block) -> Kick:
    try:
        return Kick.REMOVED if rooms.remove_from_space(block.space, block.id) else Kick.NOT_THERE
    except (SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError) as error:
        observability.kick_failed(error.reason)
        return Kick.FAILED
