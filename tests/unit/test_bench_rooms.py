"""The space that `make bench` asks for rooms, and the meter that counts what that takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.house import SPACE
from tests.support.tables import moto_table
from tools.bench.errors import DynamoDBMissingError
from tools.bench.meter import Meter
from tools.bench.room_measures import RoomBench
from tools.bench.room_scene import CALLERS, Kind, RoomScene
from vocespace import aws
from vocespace.attributes import Item
from vocespace.blocks import space_partition
from vocespace.space_records import room_key
from vocespace.table import ConditionFailedError, Table
from vocespace.writes import NEW

ROOMS = 20


@pytest.fixture(name="table")
def _table() -> Iterator[Table]:
    with moto_table("bench") as table:
        yield table


@pytest.fixture(name="one_by_one")
def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two calls at the same moment are too much for moto."""
    monkeypatch.setattr("tools.bench.room_scene.at_once", lambda count, act: [act(number) for number in range(count)])


def _scene(table: Table, kind: Kind) -> RoomScene:
    return RoomScene(table, Meter(aws.dynamodb()), kind, ROOMS)


def _items(table: Table) -> list[Item]:
    return list(table.query(space_partition(SPACE)))


@pytest.mark.parametrize("kind", Kind)
def test_space_is_the_same_after_every_allocation(table: Table, kind: Kind) -> None:
    """Or the second one would be measured in another space than the first."""
    scene = _scene(table, kind)
    before = _items(table)

    scene.ask()
    changed = _items(table)
    scene.restore()

    assert changed != before
    assert _items(table) == before


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("kind", [Kind.POOL, Kind.CUSTOMER])
def test_nine_of_ten_are_taken(table: Table, kind: Kind) -> None:
    """Of many who ask, one is served for each that is left."""
    scene = _scene(table, kind)
    assert scene.served_at_once(first_fit=False) == scene.free == ROOMS // 10 < CALLERS


def test_meter_counts_items_and_not_transactions(table: Table) -> None:
    """A room, its lease and where the person is: two units each; read are the lease that is missing, and the rooms."""
    scene = _scene(table, Kind.POOL)
    scene.ask()
    used = scene.restore()
    assert (used.calls, used.transactions, used.write_units) == (3, 1, 6.0)
    assert 1.5 <= used.read_units <= 2.0
    assert len(used.written) == 3


def test_meter_counts_what_is_refused(table: Table) -> None:
    """DynamoDB takes its price for it all the same."""
    scene = _scene(table, Kind.POOL)
    with pytest.raises(ConditionFailedError):
        table.write_together(*(table.put(room_key(SPACE, name), NEW) for name in ("room-0009", "room-0019")))
    used = scene.restore()
    assert (used.transactions, used.write_units) == (1, 4.0)


def test_rooms_are_missed_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java nothing is measured, and the reason is one for a person."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DynamoDBMissingError, match=r"^DynamoDB Local needs Java"):
        list(RoomBench(1, lambda _: None).figures())
