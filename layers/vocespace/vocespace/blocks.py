"""Blocks: who may not come into a space, whoever vouches for them."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated, Any, Self

from pydantic import Field

from vocespace.attributes import Key
from vocespace.names import PersonName, PlaceName
from vocespace.platforms import PlatformId
from vocespace.token_result import UnixSeconds
from vocespace.wire import WireModel

MAX_REASON = 256

BLOCK_PREFIX = "BLOCK#"
BLOCKED_SPACES_KEY: Key = {"pk": "BLOCKS", "sk": "SPACES"}
"""The primary key of the one item that says in which spaces anybody is blocked."""

_DIGEST_BYTES = 9


class BlockQuery(WireModel):
    """One person in one space, as the query of `DELETE /api/blocks` names them."""

    space: PlaceName = Field(description="Name of the space.")
    id: PersonName = Field(description="The person's id, as in their token.")


class SpaceQuery(WireModel):
    """One space, as the query of `GET /api/blocks` names it."""

    space: PlaceName = Field(description="Name of the space.")


class BlockRequest(BlockQuery):
    """The body of `POST /api/blocks`."""

    expires_at: UnixSeconds | None = Field(None, description="When the block ends, Unix seconds; omitted: never.")
    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = Field(
        None, description="Why, for whoever reads the list; the person is not told."
    )
    kick: bool | None = Field(None, description="Whether the person is also removed from the LiveKit room right now.")


class Block(BlockQuery):
    """A block as it is stored and listed."""

    expires_at: UnixSeconds | None = None
    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = None
    created_at: UnixSeconds
    platform: PlatformId | None = Field(None, description="The platform that asked for it; absent: the operator.")

    def is_live(self, now: float) -> bool:
        """Whether it still keeps the person out."""
        return self.expires_at is None or now < self.expires_at


class BlockedSpaces(WireModel):
    """The digests of the spaces in which somebody is blocked.

    Attributes:
        digests: Each with the moment it was first added, in Unix milliseconds, and one more for every block since: it
            tells both for how long others can know it and whether a block was added meanwhile.
    """

    digests: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)

    @classmethod
    def from_wire(cls, members: dict[str, Any]) -> Self:
        """Reads the members of the item: each is a digest, so that one can be added without knowing the others."""
        return super().from_wire({"digests": members})

    def may_have_blocks(self, space: str) -> bool:
        """Whether there is anything to look up; never false where there is."""
        return bool(self.digests) and space_digest(space) in self.digests


def block_key(space: str, person: str) -> Key:
    """The primary key of a block's item."""
    return {"pk": space_partition(space), "sk": f"{BLOCK_PREFIX}{person}"}


def space_partition(space: str) -> str:
    """The partition that holds what there is to know about a space."""
    return f"SPACE#{space}"


def space_digest(space: str) -> str:
    """A short name for a space: one item has to hold those of all spaces with blocks."""
    return base64.b64encode(hashlib.sha256(space.encode()).digest()[:_DIGEST_BYTES]).decode()
