"""What an operator takes away is gone everywhere within a minute, whatever instances remember."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.support.events import with_body
from tests.support.world import DEMO, TABLE, World
from vocespace.container import container
from vocespace.registry import MEMORY_SECONDS
from vocespace.table import Table
from vocespace_cli.platform_store import PlatformStore

INSTANCES = 3
ROUTES = [("redirect_url", "post_ttl"), ("connection_details", "post_platform"), ("connection_details", "get_json")]


def remove(store: PlatformStore) -> None:
    """Removes the platform and all its keys."""
    store.remove(DEMO, store.keys("demo"))


def disable(store: PlatformStore) -> None:
    """Disables it."""
    store.replace(DEMO, DEMO.model_copy(update={"disabled": True, "revision": 1}))


def revoke(store: PlatformStore) -> None:
    """Revokes its only key."""
    (key,) = store.keys("demo")
    store.revoke_key(key)


@pytest.mark.parametrize(
    ("act", "refused"), [(remove, [401, 401, 401]), (disable, [401, 401, 401]), (revoke, [401, 401, 200])]
)
def test_it_is_gone_in_every_instance_within_a_minute(
    world: World, monkeypatch: pytest.MonkeyPatch, act: Callable[[PlatformStore], None], refused: list[int]
) -> None:
    """Also in the one that has looked last, a moment before; a link lives on only while its platform does."""
    instances = []
    for _ in range(INSTANCES):
        container.cache_clear()
        instances.append(container())
        assert answers(world) == [201, 200, 200]
        world.clock.advance(1)
    act(PlatformStore(Table(TABLE)))

    world.clock.advance(MEMORY_SECONDS - INSTANCES)
    first = statuses_in(world, monkeypatch, instances)
    world.clock.advance(INSTANCES)
    then = statuses_in(world, monkeypatch, instances)

    assert first[-1] == [201, 200, 200]
    assert then == [refused] * INSTANCES


def answers(world: World) -> list[int]:
    """What the platform's requests and its link lead to."""
    events = {case: world.event(*case) for case in ROUTES}
    for case in ROUTES[:2]:
        events[case] = with_body(events[case], identity="participant", auth="demo")
    return [world.call(function, events[function, case]).status for function, case in ROUTES]


def statuses_in(world: World, monkeypatch: pytest.MonkeyPatch, instances: Sequence[object]) -> list[list[int]]:
    """The same in each instance."""
    statuses = []
    for instance in instances:
        for function in ("redirect_url", "connection_details"):
            monkeypatch.setattr(f"functions.{function}.app.container", lambda instance=instance: instance)
        statuses.append(answers(world))
    return statuses
