"""A table in memory: what the registry reads, and how often."""

from __future__ import annotations

from typing import Any

from tests.support.clock import NOW, FakeClock
from tests.support.world import ACME, DEMO
from vocespace.platforms import ApiKey, Platform
from vocespace.registry import Registry, api_key_item, platform_item


class Items:
    """Items by their partition key, and the keys that were read."""

    def __init__(self, *platforms: Platform) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.reads: list[str] = []
        for platform in platforms or (DEMO, ACME):
            self.put(platform_item(platform))

    def put(self, item: dict[str, Any]) -> None:
        """Writes an item."""
        self.items[item["pk"]] = item

    def add_key(self, platform: str = "demo", **changes: object) -> str:
        """Writes an API key and returns its text."""
        stored, text = ApiKey.generate(platform, now=NOW)
        self.put(api_key_item(stored.model_copy(update=changes)))
        return text

    def read(self, key: dict[str, str]) -> dict[str, Any] | None:
        """Reads one, as `aws.read_item` would."""
        self.reads.append(key["pk"])
        item = self.items.get(key["pk"])
        return item if item is not None and item["sk"] == key["sk"] else None

    def registry(self, clock: FakeClock) -> Registry:
        """A registry of these items."""
        return Registry(self.read, clock)
