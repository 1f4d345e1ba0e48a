"""Spaces: made by the first person who comes, once, and remembered for a while."""

from __future__ import annotations

from tests.support.clock import NOW, FakeClock
from tests.support.house import SPACE, TABLE, House, MeddledTable
from vocespace import aws
from vocespace.space_records import Space, Strategy, room_key, space_key
from vocespace.spaces import MEMORY_SECONDS


def calls() -> list[str]:
    """What is asked of the table from now on."""
    names: list[str] = []
    aws.dynamodb().meta.events.register("before-call", lambda model, **_: names.append(model.name))
    return names


def test_the_first_person_makes_the_space(house: House, table: MeddledTable, clock: FakeClock) -> None:
    """And nobody else, in any instance."""
    made = Space(created_at=NOW, created_by="ada", platform="demo")

    assert house.spaces.entered(SPACE, person="ada", platform="demo") == (made, True)
    assert house.spaces.entered(SPACE, person="ada", platform="demo") == (made, False)
    assert House(table, clock).spaces.entered(SPACE, person="bob", platform=None) == (made, False)


def test_of_two_at_once_one_makes_it(house: House, table: MeddledTable, clock: FakeClock) -> None:
    """The other one gets what was made."""
    other = House(MeddledTable(TABLE), clock)
    table.meanwhile = [lambda: other.spaces.entered(SPACE, person="bob", platform="acme")]

    space, is_new = house.spaces.entered(SPACE, person="ada", platform="demo")

    assert (space.created_by, space.platform, is_new) == ("bob", "acme", False)


def test_a_space_that_is_known_costs_no_call(house: House, table: MeddledTable, clock: FakeClock) -> None:
    """For a minute; after that what the operator has changed holds everywhere."""
    house.set_up()
    house.spaces.entered(SPACE, person="ada", platform=None)
    House(table, clock).set_up(Strategy.POOL)
    names = calls()

    clock.advance(MEMORY_SECONDS - 1)
    assert house.spaces.entered(SPACE, person="ada", platform=None)[0].strategy is Strategy.CREATE
    assert names == []
    clock.advance(1)
    assert house.spaces.entered(SPACE, person="ada", platform=None)[0].strategy is Strategy.POOL
    assert names == ["BatchGetItem"]


def test_a_named_room_is_made_where_it_is_missing(house: House, table: MeddledTable) -> None:
    """Once, and one that is there stays what it is."""
    house.set_up(Strategy.POOL, ["a"])
    names = calls()
    for room in ("stage", "a", "stage", "a"):
        house.spaces.named_room(SPACE, room)

    assert names == ["UpdateItem"] * 2
    items = table.read([room_key(SPACE, "stage"), room_key(SPACE, "a"), space_key(SPACE)])
    assert [None if item is None else item.get("made") for item in items] == ["named", "pool", None]
