"""Platforms and API keys as the table keeps them (design section 7), with a short memory of both hits and misses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cachetools import TTLCache
from pydantic import ValidationError

from vocespace.clock import Clock
from vocespace.errors import StoreUnavailableError
from vocespace.platforms import ApiKey, Platform
from vocespace.wire import WireModel

MEMORY_SECONDS = 60
"""For how long a removed platform or key can still be taken for a living one, in each instance."""

MEMORY_ENTRIES = 1024

ReadItem = Callable[[dict[str, str]], dict[str, Any] | None]
Record = TypeVar("Record", bound=WireModel)


class Registry:
    """Reads platforms and API keys.

    Args:
        read_item: Reads one item by its primary key; raises StoreUnavailableError.
        clock: The time.
    """

    def __init__(self, read_item: ReadItem, clock: Clock) -> None:
        self._read_item = read_item
        self._clock = clock
        self._last = clock.time()
        # By the wall clock: a sandbox that is frozen between two requests can stop the monotonic one.
        self._memory: TTLCache[str, WireModel | None] = TTLCache(MEMORY_ENTRIES, MEMORY_SECONDS, timer=clock.time)

    def platform(self, platform: str) -> Platform | None:
        """The platform of this name, unless there is none or it is disabled."""
        found = self._record(Platform, platform_key(platform))
        return None if found is None or found.disabled else found

    def api_key(self, key_id: str) -> ApiKey | None:
        """The API key of this id, live or not."""
        return self._record(ApiKey, api_key_key(key_id))

    def _record(self, kind: type[Record], key: dict[str, str]) -> Record | None:
        now = self._clock.time()
        if now < self._last:
            # The clock was set back, and would let everything live on for as long again.
            self._memory.clear()
        self._last = now
        try:
            # Not asked whether it is in there first: it could go out of date between the two.
            remembered = self._memory[key["pk"]]
        except KeyError:
            item = self._read_item(key)
            remembered = None if item is None else _from_item(kind, item)
            self._memory[key["pk"]] = remembered
        return remembered if isinstance(remembered, kind) else None


def platform_key(platform: str) -> dict[str, str]:
    """The primary key of a platform's item."""
    return {"pk": f"PLATFORM#{platform}", "sk": "PLATFORM"}


def api_key_key(key_id: str) -> dict[str, str]:
    """The primary key of an API key's item."""
    return {"pk": f"KEY#{key_id}", "sk": "KEY"}


def platform_item(platform: Platform) -> dict[str, Any]:
    """A platform as it is stored."""
    return platform_key(platform.platform) | platform.to_wire()


def api_key_item(api_key: ApiKey) -> dict[str, Any]:
    """An API key as it is stored."""
    return api_key_key(api_key.key_id) | api_key.to_wire()


def _from_item(kind: type[Record], item: dict[str, Any]) -> Record:
    try:
        return kind.from_wire({name: value for name, value in item.items() if name not in {"pk", "sk"}})
    except ValidationError:
        raise StoreUnavailableError("item_malformed") from None
