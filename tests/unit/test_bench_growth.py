"""The deployments that `make bench ARGS=growth` compares: larger, and yet the same to whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tools.bench import growth_measures
from tools.bench.errors import DynamoDBMissingError
from tools.bench.growth_measures import GrowthBench
from tools.bench.growth_scene import Deployment, growing
from vocespace.key_ring import KeyRing
from vocespace.table import Table

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(name="make")
def _make() -> Iterator[Callable[..., Deployment]]:
    with growing() as make:
        yield make


def test_what_is_filled_in_is_not_what_is_asked_for(make: Callable[..., Deployment]) -> None:
    """A key, a link and a room each time, in places of their own; a space has at most a hundred of the rooms."""
    deployment = make("filled")
    deployment.fill(101)
    table = Table(deployment.table)
    assert len(list(table.query("SPACE#space-0"))) == 100
    assert len(list(table.query("SPACE#space-1"))) == 1
    assert len(list(table.query(f"KEY#{100:012d}"))) == len(list(table.query(f"JOIN#{100:064x}"))) == 1


def test_ring_has_as_many_keys_and_the_last_one_signs(make: Callable[..., Deployment]) -> None:
    """Whoever looks for it has to pass all others; 400 of them fit into a secret."""
    ring = KeyRing.parse(make("ring", keys=400).ring)
    assert len(ring.keys) == 400
    assert ring.signing_key() is ring.keys[-1]


def test_figures_are_beside_the_smallest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the same run, and the smallest beside nothing."""
    for name, value in (("PLATFORMS", (1, 2)), ("KEYS", (1, 2)), ("BLOCKS", 1), ("BLOCK_REQUESTS", 2)):
        monkeypatch.setattr(growth_measures, name, value)
    told: list[str] = []
    figures = {each.name: each for each in GrowthBench(1, told.append).warm()}
    assert figures["growth.platforms.1.issue"].peer is None
    assert figures["growth.platforms.2.issue"].peer == "1"
    assert figures["growth.keys.2.redeem_without_kid"].ratio is not None
    assert all(each.unit == "1/s" for each in figures.values())
    assert told[0] == "growth.platforms.issue, round 1 of 1"


def test_table_is_missed_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java nothing is measured of it, and the reason is one for a person."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DynamoDBMissingError, match=r"^DynamoDB Local needs Java"):
        list(GrowthBench(1, lambda _: None).table())
