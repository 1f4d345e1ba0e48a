"""Occupancy: who is in which room, whatever LiveKit tells twice, late, in another order or never."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.support.clock import NOW, FakeClock
from tests.support.house import SPACE, House, MeddledTable
from vocespace.errors import NoEmptyRoomError, StoreUnavailableError
from vocespace.leases import NO_SHOW_GRACE
from vocespace.occupancy import READ_AT_ONCE
from vocespace.room_changes import REJOIN_GRACE
from vocespace.space_records import Strategy, connection_key, whereabouts_key
from vocespace.table import CONFLICT, ConditionFailedError

MS = 1000


def test_people_are_where_they_were_let_in(house: House) -> None:
    """In the room that they got, that they named, or in the main one where we know of none."""
    room = house.ask("ada")
    house.settle("bob", "kitchen")
    for person in ("ada", "bob", "cid"):
        house.came(person)

    assert house.inside() == {room: {"ada"}, "kitchen": {"bob"}, "$space": {"cid"}}
    for person in ("ada", "bob", "cid"):
        house.went(person)
    assert house.inside() == {}


def test_a_livekit_room_may_be_the_room(table: MeddledTable, clock: FakeClock) -> None:
    """Then its name says where people are, and what they were let in to does not count."""
    house = House(table, clock, mapping="room")
    house.settle("ada", "kitchen")
    house.came("ada", room_name=f"{SPACE}/cellar", session="RM_cellar")
    house.came("bob", room_name=SPACE)
    house.came("cid", room_name=f"{SPACE}/attic", session="RM_attic")
    assert house.inside() == {"cellar": {"ada"}, "$space": {"bob"}, "attic": {"cid"}}

    house.occupancy.ended(f"{SPACE}/cellar", "RM_cellar", NOW * MS)
    house.occupancy.ended(f"{SPACE}/attic", "RM_cellar", NOW * MS)
    house.occupancy.ended(f"{SPACE}/nowhere", "RM_attic", NOW * MS)
    house.went("bob", room_name=SPACE)

    assert house.inside() == {"attic": {"cid"}}


@pytest.mark.parametrize("told", sorted(set(permutations(["came", "came", "went", "went"]))))
def test_twice_and_in_any_order_comes_to_the_same(house: House, told: tuple[str, ...]) -> None:
    """Whoever has come and gone is gone."""
    house.settle("ada", "kitchen")
    house.settle("bob", "kitchen")
    house.came("bob")

    for what in told:
        getattr(house, what)("ada")

    assert house.inside() == {"kitchen": {"bob"}}


@pytest.mark.parametrize("told", list(permutations([("came", "old"), ("went", "old"), ("came", "new")])))
def test_who_reconnects_stays(house: House, told: tuple[tuple[str, str], ...]) -> None:
    """In whichever order the end of the old connection and the new one are told."""
    house.settle("ada", "kitchen")

    for what, sid in told:
        getattr(house, what)("ada", sid)

    assert house.inside() == {"kitchen": {"new"}}
    house.went("ada", "new")
    assert house.inside() == {}


def test_a_livekit_room_that_ends_takes_everybody_along(house: House, clock: FakeClock) -> None:
    """Out of every room of the space; what is told of them afterwards changes nothing."""
    room = house.ask("ada")
    house.settle("bob", "kitchen")
    house.came("ada")
    house.came("bob")

    for _ in range(2):
        house.occupancy.ended(SPACE, "RM_1", (NOW + 1) * MS)
    house.came("ada")
    house.went("bob")

    assert house.inside() == {}
    assert house.room(room).lease_until == NOW + 1 + REJOIN_GRACE
    clock.advance(REJOIN_GRACE + 2)
    assert house.ask("ada") != room


def test_the_end_of_an_older_livekit_room_is_not_that_of_a_newer_one(house: House) -> None:
    """Told late, and after somebody's late coming to the older one."""
    house.settle("ada", "kitchen")
    house.settle("bob", "kitchen")
    house.came("ada", session="RM_2")
    house.came("bob", session="RM_1")

    house.occupancy.ended(SPACE, "RM_1", NOW * MS)

    assert house.inside() == {"kitchen": {"ada"}}
    house.occupancy.ended(SPACE, "RM_2", NOW * MS)
    assert house.inside() == {}


def test_who_is_told_of_after_the_end_is_left_to_reconciliation(house: House) -> None:
    """Nothing else tells a first coming that is late from one that is not."""
    house.occupancy.ended(SPACE, "RM_1", NOW * MS)
    house.came("ada")
    assert house.inside() == {"$space": {"ada"}}

    house.occupancy.went(house.presence("ada", "ada"), if_unchanged_since=NOW * MS + 1)
    assert house.inside() == {}


def test_who_left_long_ago_takes_the_room_from_nobody(house: House, clock: FakeClock) -> None:
    """Its end is told when the room, which LiveKit has closed meanwhile, is somebody else's."""
    house.set_up(Strategy.POOL, ["a"])
    house.ask("ada")
    house.came("ada")
    late = house.presence("ada", "ada")
    house.occupancy.ended(SPACE, "RM_1", NOW * MS)
    clock.advance(REJOIN_GRACE + 1)
    house.ask("bob")
    house.occupancy.went(late)

    clock.advance(NO_SHOW_GRACE)
    with pytest.raises(NoEmptyRoomError):
        house.ask("cid")


def test_a_fresh_event_wins_over_what_was_asked_before_it(house: House, clock: FakeClock) -> None:
    """Where the room has changed since, nothing is mended; also if something older was told in between."""
    house.settle("ada", "kitchen")
    house.settle("bob", "kitchen")
    house.settle("cid", "kitchen")
    older = house.presence("cid", "cid")
    clock.advance(10)
    house.came("ada")
    house.came("bob")
    house.occupancy.came(older)
    asked = (NOW + 10) * MS

    house.occupancy.went(house.presence("ada", "ada"), if_unchanged_since=asked)
    assert house.inside() == {"kitchen": {"ada", "bob", "cid"}}

    house.occupancy.went(house.presence("ada", "ada"), if_unchanged_since=asked + 1)
    assert house.inside() == {"kitchen": {"bob", "cid"}}


def test_what_happens_in_between_is_not_lost(house: House, other: House, table: MeddledTable) -> None:
    """One comes as another goes: the room is neither empty nor full of ghosts."""
    for person in ("ada", "bob", "cid"):
        house.settle(person, "kitchen")
    house.came("ada")
    table.meanwhile = [lambda: other.came("bob")]
    house.went("ada")
    assert house.inside() == {"kitchen": {"bob"}}

    table.meanwhile = [lambda: other.went("bob")]
    house.came("cid")
    assert house.inside() == {"kitchen": {"cid"}}


def test_the_same_thing_told_twice_at_once_is_one_thing(house: House, other: House, table: MeddledTable) -> None:
    """Coming and going."""
    house.settle("ada", "kitchen")
    table.meanwhile = [lambda: other.came("ada")]
    house.came("ada")
    assert house.inside() == {"kitchen": {"ada"}}

    table.meanwhile = [lambda: other.went("ada")]
    house.went("ada")
    assert house.inside() == {}


def test_a_room_that_changes_hands_meanwhile_is_looked_at_again(
    house: House, other: House, table: MeddledTable, clock: FakeClock
) -> None:
    """A late coming does not use up the lease of somebody else."""
    house.set_up(Strategy.POOL, ["a"])
    house.ask("ada")
    clock.advance(NO_SHOW_GRACE + 1)
    table.meanwhile = [lambda: other.ask("bob")]
    house.came("ada")
    house.went("ada")

    clock.advance(NO_SHOW_GRACE)
    with pytest.raises(NoEmptyRoomError):
        house.ask("cid")


def test_who_is_never_the_first_to_write_is_told_again_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the queue."""

    def lost(*_: object) -> None:
        raise ConditionFailedError

    monkeypatch.setattr(house.table, "write_together", lost)

    with pytest.raises(StoreUnavailableError) as refused:
        house.came("ada")
    assert refused.value.reason == CONFLICT


def test_a_desk_may_have_more_people_than_dynamodb_reads_at_once(house: House) -> None:
    """An agent leaves a crowd: whether they are still there by another connection is looked up page by page."""
    desk = house.agent("ann")
    house.settle("guest", desk)
    crowd = {f"sid-{number:03d}" for number in range(READ_AT_ONCE + 1)}
    for sid in crowd:
        house.came("guest", sid)
    house.came("ann", "z-old")
    house.came("ann", "z-new")

    house.went("ann", "z-old")
    assert house.room(desk).agent_sid == "z-new"
    house.went("ann", "z-new")
    assert house.room(desk).agent_sid is None
    assert house.inside() == {desk: crowd}


def test_what_is_over_is_cleaned_up(house: House, clock: FakeClock) -> None:
    """A day later, also where the LiveKit room has ended with everybody; who is inside stays."""
    house.came("ada")
    house.came("bob", "first")
    house.came("bob", "second")
    assert [_ttl(house, each) for each in ("ada", "first")] == [None, None]
    clock.advance(1)
    house.went("bob", "first")
    assert _ttl(house, "first") == NOW + 1 + 86_400
    assert "ttl" not in _whereabouts(house, "bob")

    house.occupancy.ended(SPACE, "RM_1", (NOW + 1) * MS)

    assert [_ttl(house, each) for each in ("ada", "second")] == [NOW + 1 + 86_400] * 2
    assert _whereabouts(house, "bob")["ttl"] == NOW + 1 + 86_400


def _ttl(house: House, sid: str) -> object:
    (item,) = house.table.read([connection_key(SPACE, sid)])
    assert item is not None
    return item.get("ttl")


def _whereabouts(house: House, person: str) -> dict[str, object]:
    (item,) = house.table.read([whereabouts_key(SPACE, person)])
    assert item is not None
    return item


@pytest.mark.parametrize("given_away", [False, True])
def test_who_comes_back_too_late_is_in_somebody_elses_room(house: House, clock: FakeClock, *, given_away: bool) -> None:
    """A participant token opens longer than an emptied room is kept, and the room may be another one's by then."""
    house.set_up(Strategy.POOL, ["a"])
    assert house.ask("ada") == "a"
    house.came("ada", "1")
    assert not house.occupancy.is_displaced(house.presence("ada", "1"))
    house.went("ada", "1")
    clock.advance(REJOIN_GRACE + 1)
    if given_away:
        assert house.ask("bob") == "a"
    house.came("ada", "2")

    assert house.occupancy.is_displaced(house.presence("ada", "2")) is given_away
    house.settle("ada", "kitchen")
    assert not house.occupancy.is_displaced(house.presence("ada", "2"))


def test_who_comes_back_to_a_room_that_was_given_away_and_is_over_disturbs_nobody(
    house: House, clock: FakeClock
) -> None:
    """It is as empty as it was."""
    house.set_up(Strategy.POOL, ["a"])
    house.ask("ada")
    clock.advance(NO_SHOW_GRACE + 1)
    house.ask("bob")
    clock.advance(NO_SHOW_GRACE + 1)
    house.came("ada")

    assert not house.occupancy.is_displaced(house.presence("ada", "ada"))


def test_a_customer_who_comes_too_late_is_at_another_ones_desk(house: House, clock: FakeClock) -> None:
    """The next one was sent there meanwhile."""
    desk = house.agent("ann")
    house.came("ann")
    assert house.customer("c1") == desk
    house.came("c1", "1")
    assert not house.occupancy.is_displaced(house.presence("c1", "1"))
    house.went("c1", "1")
    clock.advance(REJOIN_GRACE + 1)
    assert house.customer("c2") == desk
    house.came("c2")
    house.came("c1", "2")

    assert house.occupancy.is_displaced(house.presence("c1", "2"))
    assert not house.occupancy.is_displaced(house.presence("c2", "c2"))
    assert not house.occupancy.is_displaced(house.presence("ann", "ann"))
