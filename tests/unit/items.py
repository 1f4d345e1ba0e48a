"""A table in memory: what the registry reads, and how often."""

from __future__ import annotations

from tests.support.clock import NOW, FakeClock
from tests.support.world import ACME, DEMO
from vocespace.api_keys import ApiKey
from vocespace.attributes import Item, Key
from vocespace.callers import Callers, Users
from vocespace.errors import UnauthorizedError
from vocespace.platforms import Platform
from vocespace.quotas import Quotas
from vocespace.registry import Registry, api_key_items, platform_items
from vocespace.settings import Settings
from vocespace.table import Table
from vocespace.users import SignedInUser


class Items:
    """Items by their primary keys, and of every call that read some the first partition key."""

    def __init__(self, *platforms: Platform) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.reads: list[str] = []
        for platform in platforms or (DEMO, ACME):
            self.put(*platform_items(platform))

    def put(self, *items: Item) -> None:
        """Writes items."""
        self.items |= {(item["pk"], item["sk"]): item for item in items}

    def add_key(self, platform: str = "demo", **changes: object) -> str:
        """Writes an API key and returns its text."""
        stored, text = ApiKey.generate(platform, now=NOW)
        self.put(*api_key_items(stored.model_copy(update=changes)))
        return text

    def read(self, keys: list[Key]) -> list[Item | None]:
        """Reads some, as `Table.read` would."""
        self.reads.append(keys[0]["pk"])
        return [self.items.get((key["pk"], key["sk"])) for key in keys]

    def registry(self, clock: FakeClock) -> Registry:
        """A registry of these items."""
        return Registry(self.read, clock)

    def callers(self, clock: FakeClock, *, iam_access: bool = False, users: Users | None = None) -> Callers:
        """Who may call by these items; their platforms have no quota."""
        return callers_of(self.registry(clock), clock, iam_access=iam_access, users=users)


class NoUsers:
    """Nobody is signed in."""

    def user_of(self, token: str) -> tuple[Platform, SignedInUser]:
        """Refuses."""
        raise UnauthorizedError("user_unknown" if token else "user_form")


def callers_of(
    registry: Registry, clock: FakeClock, *, iam_access: bool = False, users: Users | None = None
) -> Callers:
    """Callers by a registry."""
    quotas = Quotas(Table("no platform here has a quota"), clock)
    settings = Settings(table_name="table", signing_secret_id="signing", user_access=True, iam_access=iam_access)
    return Callers(registry, lambda: users or NoUsers(), quotas, settings, clock)
