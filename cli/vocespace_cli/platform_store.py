"""Platforms and API keys in the table: each change is one transaction, refused if somebody else was faster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vocespace.api_keys import ApiKey
from vocespace.attributes import Item, Key
from vocespace.platforms import Platform
from vocespace.registry import (
    KEY_ENTRY,
    PLATFORMS,
    Reference,
    api_key_items,
    api_key_key,
    platform_items,
    platform_key,
)
from vocespace.table import Table, record_of
from vocespace.writes import EXISTS, NEW, Change, Condition

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

MAX_WRITES = 100
"""What DynamoDB takes in one transaction, and what it hands out in one read."""


class PlatformStore:
    """Reads and writes platforms. A write raises `ConditionFailedError` where what it builds on is not so any more."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def platform(self, platform: str) -> Platform | None:
        """The platform of this name, disabled or not."""
        (item,) = self._table.read([platform_key(platform)])
        return None if item is None else record_of(Platform, item)

    def platforms(self) -> list[Platform]:
        """All platforms, by their ids."""
        keys = [platform_key(entry["sk"]) for entry in self._table.query(PLATFORMS)]
        return [record_of(Platform, item) for item in self._read(keys)]

    def key(self, key_id: str) -> ApiKey | None:
        """The API key of this id, live or not."""
        (item,) = self._table.read([api_key_key(key_id)])
        return None if item is None else record_of(ApiKey, item)

    def keys(self, platform: str) -> list[ApiKey]:
        """All keys of a platform, live or not, oldest first."""
        entries = self._table.query(platform_key(platform)["pk"], KEY_ENTRY)
        items = self._read([api_key_key(entry["sk"].removeprefix(KEY_ENTRY)) for entry in entries])
        return sorted((record_of(ApiKey, item) for item in items), key=lambda key: (key.created_at, key.key_id))

    def owners(self, keys: Sequence[Key]) -> list[str | None]:
        """Whose the issuers and roles with these primary keys are, each None where it is nobody's."""
        items = self._table.read(list(keys)) if keys else []
        return [None if item is None else record_of(Reference, item).platform for item in items]

    def add(self, platform: Platform, key: ApiKey) -> None:
        """Writes a new platform and its first key."""
        record, entry, *references = platform_items(platform)
        self._table.write_together(
            self._table.put(record, NEW),
            self._table.put(entry),
            *(self._table.put(item, _own(platform)) for item in references),
            *(self._table.put(item, NEW) for item in api_key_items(key)),
        )

    def replace(self, before: Platform, after: Platform) -> None:
        """Writes a platform in the place of what it was."""
        record, entry, *references = platform_items(after)
        kept = [_key_of(item) for item in references]
        left = [_key_of(item) for item in platform_items(before)[2:]]
        self._table.write_together(
            self._table.put(record, _unchanged(before)),
            self._table.put(entry),
            *(self._table.put(item, _own(after)) for item in references),
            *(self._table.remove(key) for key in left if key not in kept),
        )

    def remove(self, platform: Platform, keys: Sequence[ApiKey]) -> None:
        """Removes a platform together with these of its keys."""
        record, *others = platform_items(platform)
        self._table.write_together(
            self._table.remove(_key_of(record), _unchanged(platform)),
            *(self._table.remove(_key_of(item)) for item in others),
            *self._key_deletes(keys),
        )

    def forget_keys(self, keys: Sequence[ApiKey]) -> None:
        """Removes what is kept of keys that can do nothing any more."""
        deletes = self._key_deletes(keys)
        for start in range(0, len(deletes), MAX_WRITES):
            self._table.write_together(*deletes[start : start + MAX_WRITES])

    def add_key(self, key: ApiKey) -> None:
        """Writes another key of a platform that exists."""
        # It counts as a change of the platform: whoever removes that at this moment must not overlook the key.
        one_more = Change("ADD #revision :one", {"#revision": "revision"}, {":one": 1})
        self._table.write_together(
            self._table.change(platform_key(key.platform), one_more, EXISTS),
            *(self._table.put(item, NEW) for item in api_key_items(key)),
        )

    def revoke_key(self, key: ApiKey) -> None:
        """Ends a key for good; it is still listed."""
        self._table.update(api_key_key(key.key_id), Change.of({"disabled": True}), EXISTS)

    def _read(self, keys: list[Key]) -> list[Item]:
        starts = range(0, len(keys), MAX_WRITES)
        pages = [self._table.read(keys[start : start + MAX_WRITES]) for start in starts]
        return [item for page in pages for item in page if item is not None]

    def _key_deletes(self, keys: Sequence[ApiKey]) -> list[TransactWriteItemTypeDef]:
        return [self._table.remove(_key_of(item)) for key in keys for item in api_key_items(key)]


def _key_of(item: Item) -> Key:
    return {"pk": item["pk"], "sk": item["sk"]}


def _own(platform: Platform) -> Condition:
    return Condition(
        f"{NEW.expression} OR #platform = :platform", {"#platform": "platform"}, {":platform": platform.platform}
    )


def _unchanged(platform: Platform) -> Condition:
    # What was written before there were revisions has none.
    absent = " OR attribute_not_exists(#revision)" if platform.revision == 0 else ""
    return Condition(
        f"{EXISTS.expression} AND (#revision = :revision{absent})",
        {"#revision": "revision"},
        {":revision": platform.revision},
    )
