"""The registry: what the table says of platforms and keys, remembered for a minute and no longer."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW, FakeClock
from tests.support.world import ACME, DEMO
from tests.unit.items import Items
from vocespace.api_keys import ApiKey
from vocespace.attributes import Item, Key
from vocespace.errors import StoreUnavailableError
from vocespace.identities import Identity
from vocespace.platforms import Platform, Policy
from vocespace.registry import (
    MEMORY_ENTRIES,
    MEMORY_SECONDS,
    Registry,
    api_key_items,
    api_key_key,
    platform_items,
    platform_key,
)

NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
LISTS = st.lists(st.text("abc*-", min_size=1, max_size=9), min_size=1, max_size=4)
POLICIES = st.fixed_dictionaries(
    {
        "authTypes": st.lists(st.sampled_from(["c_s", "demo", "x.y"]), min_size=1, max_size=3),
        "identities": st.lists(st.sampled_from([each.value for each in Identity]), min_size=1, max_size=6),
        "spaces": LISTS,
        "rooms": LISTS,
        "maxTtlSeconds": st.integers(1, 10**6),
    }
).map(Policy.from_wire)


@given(platform=NAMES, policy=POLICIES, created_at=st.integers(0, 2**40))
def test_a_platform_comes_back_as_it_was_stored(platform: str, policy: Policy, created_at: int) -> None:
    """Every field of it and of its policy, under the documented key."""
    stored = Platform(platform=platform, policy=policy, created_at=created_at)
    item, entry = platform_items(stored)

    assert (item["pk"], item["sk"]) == (f"PLATFORM#{platform}", "PLATFORM")
    assert Items(stored).registry(FakeClock()).platform(platform) == stored
    assert set(item) == {"pk", "sk", "platform", "policy", "createdAt", "disabled", "issuers", "roles", "revision"}
    assert entry == {"pk": "PLATFORMS", "sk": platform}
    assert set(item["policy"]) == {"authTypes", "identities", "spaces", "rooms", "maxTtlSeconds"}


@given(platform=NAMES, expires_at=st.none() | st.integers(1, 2**40), disabled=st.booleans())
def test_a_key_comes_back_as_it_was_stored(platform: str, expires_at: int | None, disabled: bool) -> None:
    """Every field, live or not, and its end only where it has one."""
    stored, _ = ApiKey.generate(platform, now=NOW, expires_at=expires_at)
    stored = stored.model_copy(update={"disabled": disabled})
    items = Items()
    item, entry = api_key_items(stored)
    items.put(item, entry)

    assert items.registry(FakeClock()).api_key(stored.key_id) == stored
    assert set(item) - {"expiresAt"} == {
        "pk", "sk", "keyId", "platform", "secretSha256", "createdAt", "disabled"
    }  # fmt: skip
    assert ("expiresAt" in item) == (expires_at is not None)
    assert entry == {"pk": f"PLATFORM#{platform}", "sk": f"KEY#{stored.key_id}"}
    assert api_key_key(stored.key_id) == {"pk": f"KEY#{stored.key_id}", "sk": "KEY"}


def test_what_was_read_is_remembered_for_a_minute() -> None:
    """Found or not, a platform or a key is asked for once."""
    items, clock = Items(), FakeClock()
    registry = items.registry(clock)

    for _ in range(3):
        assert registry.platform("demo") == DEMO
        assert registry.platform("nobody") is None
        assert registry.api_key("nokey") is None
        clock.advance(MEMORY_SECONDS / 3 - 1)
    assert items.reads == ["PLATFORM#demo", "PLATFORM#nobody", "KEY#nokey"]


def test_a_removed_platform_is_known_for_a_minute_and_no_longer() -> None:
    """As is a change of its policy: the promise is sixty seconds in every instance."""
    items, clock = Items(), FakeClock()
    registry = items.registry(clock)
    assert registry.platform("demo") == DEMO
    assert registry.platform("acme") == ACME
    del items.items["PLATFORM#demo", "PLATFORM"]
    items.put(*platform_items(ACME.model_copy(update={"policy": DEMO.policy})))

    clock.advance(59.9)
    assert registry.platform("demo") == DEMO
    assert registry.platform("acme") == ACME
    clock.advance(0.1)
    assert registry.platform("demo") is None
    assert registry.platform("acme") == ACME.model_copy(update={"policy": DEMO.policy})


def test_a_new_platform_is_found_after_a_minute() -> None:
    """A miss is forgotten like a hit."""
    items, clock = Items(), FakeClock()
    registry = items.registry(clock)
    assert registry.platform("new") is None
    items.put(*platform_items(DEMO.model_copy(update={"platform": "new"})))

    clock.advance(59.9)
    assert registry.platform("new") is None
    clock.advance(0.1)
    assert registry.platform("new") is not None


def test_a_sandbox_that_was_frozen_has_not_stopped_the_minute() -> None:
    """The wall clock counts, also where the monotonic one stood still."""
    items, clock = Items(), FakeClock()
    registry = items.registry(clock)
    assert registry.platform("demo") == DEMO
    del items.items["PLATFORM#demo", "PLATFORM"]

    clock.wall += 60

    assert registry.platform("demo") is None


def test_a_clock_that_was_set_back_does_not_prolong_the_minute() -> None:
    """What was remembered at a time that has not come yet is forgotten."""
    items, clock = Items(), FakeClock()
    registry = items.registry(clock)
    assert registry.platform("demo") == DEMO
    del items.items["PLATFORM#demo", "PLATFORM"]

    clock.wall -= 3600

    assert registry.platform("demo") is None


class TickingClock(FakeClock):
    """A clock that goes on while it is being read."""

    def time(self) -> float:
        """Half a minute later at each look."""
        self.advance(30)
        return super().time()


def test_a_memory_that_runs_out_during_the_look_up_is_read_anew() -> None:
    """Time passes between any two looks at the clock, and none of them ends in an exception."""
    registry = Items().registry(TickingClock())

    assert [registry.platform("demo") for _ in range(20)] == [DEMO] * 20


def test_a_disabled_platform_is_none_but_a_disabled_key_is_told_of() -> None:
    """Whoever checks a key says why in the log; a disabled platform exists for nobody."""
    items = Items(DEMO.model_copy(update={"disabled": True}))
    text = items.add_key("demo", disabled=True)
    registry = items.registry(FakeClock())

    assert registry.platform("demo") is None
    key = registry.api_key(text[4:16])
    assert key is not None
    assert key.disabled


def test_unknown_ids_do_not_fill_the_memory() -> None:
    """However many are made up, no more are remembered than there is room for, and a busy platform stays known."""
    items, clock = Items(), FakeClock()
    registry = items.registry(clock)
    tracemalloc.start()
    for number in range(MEMORY_ENTRIES):
        registry.api_key(f"first-{number}")
    before, _ = tracemalloc.get_traced_memory()
    items.reads.clear()
    for number in range(5 * MEMORY_ENTRIES):
        registry.platform("demo")
        registry.api_key(f"invented-{number}")
        items.reads[:] = [each for each in items.reads if each == "PLATFORM#demo"]
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert items.reads == ["PLATFORM#demo"]
    assert after - before < 100_000


MALFORMED: list[dict[str, Any]] = [
    {"policy": None},
    {"policy": {}},
    {"policy": DEMO.policy.to_wire() | {"identities": ["root"]}},
    {"createdAt": "yesterday"},
    {"disabled": "true"},
    {"unknown": 1},
]


@pytest.mark.parametrize("change", MALFORMED)
def test_a_malformed_item_lets_nobody_in_and_is_not_remembered(change: dict[str, Any]) -> None:
    """It is the operator's fault, not the caller's: 503, and mended at once when the item is."""
    items = Items()
    items.put(platform_items(DEMO)[0] | change)
    registry = items.registry(FakeClock())

    for _ in range(2):
        with pytest.raises(StoreUnavailableError) as refused:
            registry.platform("demo")
        assert refused.value.reason == "item_malformed"
    items.put(*platform_items(DEMO))
    assert registry.platform("demo") == DEMO


def test_an_outage_is_not_remembered_either() -> None:
    """What is remembered is served through it; what is not is a 503, until the table is back."""
    items, clock = Items(), FakeClock()
    broken = [False]

    def read(keys: list[Key]) -> list[Item | None]:
        if broken[0]:
            raise StoreUnavailableError("InternalServerError")
        return items.read(keys)

    registry = Registry(read, clock)
    assert registry.platform("demo") == DEMO
    broken[0] = True

    assert registry.platform("demo") == DEMO
    with pytest.raises(StoreUnavailableError):
        registry.platform("acme")
    broken[0] = False
    assert registry.platform("acme") == ACME


def test_a_platform_is_no_key_and_a_key_no_platform() -> None:
    """Whatever an id looks like, it is looked for among its own kind."""
    assert platform_key("KEY#abc") == {"pk": "PLATFORM#KEY#abc", "sk": "PLATFORM"}
    assert Items().registry(FakeClock()).api_key("demo") is None
