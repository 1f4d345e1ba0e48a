"""What the table knows about callers (design section 7), with a short memory of both hits and misses."""

from __future__ import annotations

from collections.abc import Callable

from cachetools import TTLCache

from vocespace.api_keys import ApiKey
from vocespace.attributes import Item, Key
from vocespace.blocks import BLOCKED_SPACES_KEY, BlockedSpaces
from vocespace.clock import Clock
from vocespace.platforms import Platform, PlatformId
from vocespace.table import Record, record_of
from vocespace.wire import WireModel

MEMORY_SECONDS = 60
"""For how long a removed platform or key can still be taken for a living one, in each instance."""

BLOCKS_MEMORY_SECONDS = 5
"""For how long a space can still be taken for one without blocks, in each instance."""

MEMORY_ENTRIES = 1024

PLATFORMS = "PLATFORMS"
"""The partition that lists all platforms, their ids as sort keys."""

KEY_ENTRY = "KEY#"
"""What the sort keys of a platform's API keys start with, in the platform's own partition."""

Memory = TTLCache[tuple[str, str], WireModel | None]
ReadItems = Callable[[list[Key]], list[Item | None]]


class Reference(WireModel):
    """Stands under the name of an issuer or a role, and says whose it is."""

    platform: PlatformId


class Registry:
    """Reads platforms, their credentials, and in which spaces anybody is blocked at all.

    Args:
        read_items: Reads items by their primary keys, in one call; raises StoreUnavailableError.
        clock: The time.
    """

    def __init__(self, read_items: ReadItems, clock: Clock) -> None:
        self._read_items = read_items
        self._clock = clock
        self._last = clock.time()
        # By the wall clock: a sandbox that is frozen between two requests can stop the monotonic one.
        self._memory: Memory = TTLCache(MEMORY_ENTRIES, MEMORY_SECONDS, timer=clock.time)
        self._blocks_memory: Memory = TTLCache(1, BLOCKS_MEMORY_SECONDS, timer=clock.time)

    def platform(self, platform: str) -> Platform | None:
        """The platform of this name, unless there is none or it is disabled."""
        # Whoever asks for a platform will ask about blocks next: one call fetches both.
        found = self._record(Platform, platform_key(platform), (BlockedSpaces, BLOCKED_SPACES_KEY))
        return None if found is None or found.disabled else found

    def api_key(self, key_id: str) -> ApiKey | None:
        """The API key of this id, live or not."""
        return self._record(ApiKey, api_key_key(key_id))

    def platform_of_issuer(self, issuer: str, audience: str) -> Platform | None:
        """The platform whose users this issuer signs in for this audience."""
        return self._referred_to(issuer_key(issuer, audience))

    def platform_of_role(self, role: str) -> Platform | None:
        """The platform in whose name an IAM role calls."""
        return self._referred_to(role_key(role))

    def blocked_spaces(self) -> BlockedSpaces:
        """In which spaces anybody is blocked, at most five seconds old."""
        return self._record(BlockedSpaces, BLOCKED_SPACES_KEY) or BlockedSpaces()

    def _referred_to(self, key: Key) -> Platform | None:
        reference = self._record(Reference, key)
        return None if reference is None else self.platform(reference.platform)

    def _record(self, kind: type[Record], key: Key, *beside: tuple[type[WireModel], Key]) -> Record | None:
        now = self._clock.time()
        if now < self._last:
            # The clock was set back, and would let everything live on for as long again.
            self._memory.clear()
            self._blocks_memory.clear()
        self._last = now
        try:
            # Not asked whether it is in there first: it could go out of date between the two.
            remembered = self._memory_for(key)[_place(key)]
        except KeyError:
            remembered = self._fetch((kind, key), *beside)
        return remembered if isinstance(remembered, kind) else None

    def _fetch(self, *wanted: tuple[type[WireModel], Key]) -> WireModel | None:
        items = self._read_items([key for _, key in wanted])
        records = [
            None if item is None else record_of(kind, item) for (kind, _), item in zip(wanted, items, strict=True)
        ]
        for (_, key), record in zip(wanted, records, strict=True):
            self._memory_for(key)[_place(key)] = record
        return records[0]

    def _memory_for(self, key: Key) -> Memory:
        return self._blocks_memory if key == BLOCKED_SPACES_KEY else self._memory


def platform_key(platform: str) -> Key:
    """The primary key of a platform's item."""
    return {"pk": f"PLATFORM#{platform}", "sk": "PLATFORM"}


def api_key_key(key_id: str) -> Key:
    """The primary key of an API key's item."""
    return {"pk": f"KEY#{key_id}", "sk": "KEY"}


def issuer_key(issuer: str, audience: str) -> Key:
    """The primary key of the item that says whose users an issuer signs in for an audience."""
    return {"pk": f"ISSUER#{issuer}", "sk": f"AUDIENCE#{audience}"}


def role_key(role: str) -> Key:
    """The primary key of the item that says in whose name a role calls."""
    return {"pk": f"ROLE#{role}", "sk": "ROLE"}


def platform_items(platform: Platform) -> list[Item]:
    """A platform as it is stored: itself, its entry in the list of all, and a reference for each issuer and role."""
    whose = Reference(platform=platform.platform).to_wire()
    references = [issuer_key(each.issuer, each.audience) for each in platform.issuers]
    references += [role_key(each) for each in platform.roles]
    return [
        platform_key(platform.platform) | platform.to_wire(),
        {"pk": PLATFORMS, "sk": platform.platform},
        *(key | whose for key in references),
    ]


def api_key_items(api_key: ApiKey) -> list[Item]:
    """An API key as it is stored: itself, and its entry among those of its platform."""
    return [
        api_key_key(api_key.key_id) | api_key.to_wire(),
        {"pk": platform_key(api_key.platform)["pk"], "sk": f"{KEY_ENTRY}{api_key.key_id}"},
    ]


def _place(key: Key) -> tuple[str, str]:
    return key["pk"], key["sk"]
