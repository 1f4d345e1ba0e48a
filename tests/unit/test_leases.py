"""Leases: an empty room for each who asks, none for two, and nothing left behind."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.support.clock import NOW, FakeClock
from tests.support.house import SPACE, House, MeddledTable
from vocespace import aws
from vocespace.admission import PARTICIPANT_SECONDS
from vocespace.errors import NoEmptyRoomError, StoreUnavailableError
from vocespace.leases import NO_SHOW_GRACE
from vocespace.room_changes import REJOIN_GRACE
from vocespace.space_records import Strategy, lease_key, meeting_holder, room_key
from vocespace.table import MAX_CONFLICTS
from vocespace.wishes import Wish


@pytest.fixture(name="pool")
def _pool(house: House) -> list[str]:
    rooms = ["a", "b"]
    house.set_up(Strategy.POOL, rooms)
    return rooms


def test_an_empty_room_is_one_of_ones_own(house: House) -> None:
    """A new one for everybody, and the same for the same person."""
    rooms = [house.ask(each) for each in ("ada", "bob", "ada")]

    assert rooms[0] == rooms[2] != rooms[1]
    assert all(room.startswith("room-") for room in rooms)
    assert house.room(rooms[0]).lease_until == NOW + NO_SHOW_GRACE


def test_everybody_of_a_meeting_is_in_one_room(house: House) -> None:
    """Two platforms may call two meetings the same, and a meeting is none of its people."""
    rooms = [house.ask("ada", meeting="m"), house.ask("bob", meeting="m"), house.ask("ada")]
    rooms += [house.ask("cid", meeting="m", platform="acme"), house.ask("m")]

    assert rooms[0] == rooms[1]
    assert len(set(rooms)) == 4


def test_a_pool_has_what_it_has(house: House, pool: list[str]) -> None:
    """Whoever is one too many is told so; rooms that are somebody's by name are not in it."""
    house.settle("zoe", "named")

    assert [house.ask("ada"), house.ask("bob"), house.ask("ada")] == ["a", "b", "a"]
    with pytest.raises(NoEmptyRoomError) as refused:
        house.ask("cid")
    assert refused.value.reason == "no_empty_room"
    assert len(pool) == 2


def test_who_does_not_show_up_loses_the_room(house: House, clock: FakeClock, pool: list[str]) -> None:
    """By the clock alone, and not a second early."""
    assert [house.ask("ada"), house.ask("bob")] == pool

    clock.advance(NO_SHOW_GRACE)
    with pytest.raises(NoEmptyRoomError):
        house.ask("cid")
    clock.advance(1)
    assert [house.ask("cid"), house.ask("dan")] == pool
    with pytest.raises(NoEmptyRoomError):
        house.ask("ada")


def test_a_room_is_kept_while_somebody_is_inside_and_a_moment_longer(house: House, clock: FakeClock) -> None:
    """However long; then who left may still come back, and after that it is free."""
    house.set_up(Strategy.POOL, ["a"])
    house.ask("ada")
    house.came("ada")
    clock.advance(10 * NO_SHOW_GRACE)
    assert house.ask("ada") == "a"
    house.came("ada", "again")
    house.went("ada")
    with pytest.raises(NoEmptyRoomError):
        house.ask("bob")
    house.went("ada", "again")

    clock.advance(REJOIN_GRACE)
    with pytest.raises(NoEmptyRoomError):
        house.ask("bob")
    clock.advance(1)
    assert house.ask("bob") == "a"


@pytest.mark.parametrize("was_inside", [False, True])
def test_a_lease_outlasts_the_token_that_is_minted_for_it(house: House, clock: FakeClock, was_inside: bool) -> None:
    """Also when the same person asks again just before its end: the token opens the door to nobody else's room."""
    house.set_up(Strategy.POOL, ["a"])
    house.ask("ada")
    if was_inside:
        house.came("ada")
        house.went("ada")
    clock.advance((REJOIN_GRACE if was_inside else NO_SHOW_GRACE) - 1)
    assert house.ask("ada") == "a"

    clock.advance(PARTICIPANT_SECONDS)

    with pytest.raises(NoEmptyRoomError):
        house.ask("bob")
    clock.advance(NO_SHOW_GRACE)
    assert house.ask("bob") == "a"


def test_a_meeting_waits_for_those_who_have_not_come(house: House, clock: FakeClock) -> None:
    """One who looks in and leaves does not take the room from who is still on the way."""
    house.set_up(Strategy.POOL, ["a"])
    house.ask("ada", meeting="m")
    house.ask("bob", meeting="m")
    house.came("ada")
    house.went("ada")

    clock.advance(PARTICIPANT_SECONDS)
    with pytest.raises(NoEmptyRoomError):
        house.ask("eve")
    house.came("bob")

    assert house.inside() == {"a": {"bob"}}


def test_who_only_passes_through_takes_the_room_from_nobody(house: House, clock: FakeClock) -> None:
    """Ada comes back on an old token when the room is bob's already, who has not come yet."""
    house.set_up(Strategy.POOL, ["a"])
    house.ask("ada")
    house.came("ada")
    house.went("ada")
    clock.advance(REJOIN_GRACE + 1)
    house.ask("bob")
    house.came("ada", "again")
    house.went("ada", "again")

    clock.advance(NO_SHOW_GRACE)

    with pytest.raises(NoEmptyRoomError):
        house.ask("cid")
    assert house.ask("bob") == "a"


@pytest.mark.parametrize("strategy", [Strategy.CREATE, Strategy.POOL])
def test_the_same_person_twice_at_once_gets_one_room(
    house: House, other: House, table: MeddledTable, strategy: Strategy
) -> None:
    """The one who was a moment later takes what the other one found, and leaves nothing behind."""
    house.set_up(strategy, ["a", "b"])
    found: list[str] = []
    table.meanwhile = [lambda: found.append(other.ask("ada"))]

    assert [house.ask("ada")] == found
    held = [name for name, room in house.occupancy.rooms_of(SPACE) if room.lease_id is not None]
    assert held == found


def test_a_meeting_that_comes_at_once_gets_one_room(house: House, other: House, table: MeddledTable) -> None:
    """Whoever of it is first."""
    house.set_up(Strategy.POOL, ["a", "b"])
    found: list[str] = []
    table.meanwhile = [lambda: found.append(other.ask("bob", meeting="m"))]

    assert [house.ask("ada", meeting="m")] == found == ["a"]
    house.came("ada")
    house.came("bob")
    assert house.inside() == {"a": {"ada", "bob"}}


def test_two_who_read_the_same_candidates_get_two_rooms(house: House, other: House, table: MeddledTable) -> None:
    """Both would have the first one."""
    house.set_up(Strategy.POOL, ["a", "b"])
    table.meanwhile = [lambda: other.ask("bob")]

    assert house.ask("ada") == "b"
    assert other.ask("bob") == "a"


def test_a_room_that_is_entered_meanwhile_is_not_empty(house: House, other: House, table: MeddledTable) -> None:
    """Somebody who asked for it by name is inside before the write."""
    house.set_up(Strategy.POOL, ["a", "b"])
    house.settle("eve", "a")
    table.meanwhile = [lambda: other.came("eve")]

    assert house.ask("ada") == "b"


def test_the_last_room_goes_to_one_of_two(house: House, other: House, table: MeddledTable) -> None:
    """The other one is told that there is none, and holds nothing."""
    house.set_up(Strategy.POOL, ["a"])
    table.meanwhile = [lambda: other.ask("bob")]

    with pytest.raises(NoEmptyRoomError):
        house.ask("ada")
    assert house.table.read([lease_key(SPACE, "PERSON#ada")]) == [None]


def test_a_lease_that_ends_while_it_is_being_kept_is_not_kept(
    house: House, other: House, table: MeddledTable, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was somebody else's by the time of the write."""
    house.set_up(Strategy.POOL, ["a", "b"])
    house.ask("ada")
    clock.advance(NO_SHOW_GRACE)
    update = table.update

    def late(*arguments: object, **named: object) -> object:
        monkeypatch.setattr(table, "update", update)
        clock.advance(1)
        assert other.ask("bob") == "a"
        return update(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(table, "update", late)

    assert house.ask("ada") == "b"


@pytest.mark.parametrize(("conflicts", "found"), [(1, "a"), (MAX_CONFLICTS, "b"), (1000, None)])
def test_rooms_that_others_are_writing_are_left_to_them(
    house: House, monkeypatch: pytest.MonkeyPatch, conflicts: int, found: str | None
) -> None:
    """The next one is tried, and all of them a few times; then there is none."""
    house.set_up(Strategy.POOL, ["a", "b"])
    house.spaces.entered(SPACE, person="ada", platform=None)
    left, write = [conflicts], aws.dynamodb().transact_write_items

    def contested(**arguments: object) -> object:
        if left[0]:
            left[0] -= 1
            response = {
                "Error": {"Code": "TransactionCanceledException", "Message": ""},
                "CancellationReasons": [{"Code": "TransactionConflict"}],
            }
            raise ClientError(response, "TransactWriteItems")  # type: ignore[arg-type]
        return write(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(aws.dynamodb(), "transact_write_items", contested)

    if found is None:
        with pytest.raises(NoEmptyRoomError):
            house.ask("ada")
    else:
        assert house.ask("ada") == found


def test_a_table_that_is_away_is_no_full_pool(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows then."""
    house.set_up(Strategy.POOL, ["a"])

    def away(*_: object) -> None:
        raise StoreUnavailableError("InternalServerError")

    monkeypatch.setattr(house.table, "write_together", away)

    with pytest.raises(StoreUnavailableError):
        house.ask("ada")


@pytest.mark.parametrize("was_inside", [False, True])
def test_what_is_given_up_is_free_when_its_last_token_is_over(house: House, clock: FakeClock, was_inside: bool) -> None:
    """Whoever is inside stays; and giving up twice is as good as once."""
    house.set_up(Strategy.POOL, ["a"])
    held_until = NOW + 10 * NO_SHOW_GRACE
    holder = meeting_holder("demo", "m")
    wish = Wish(SPACE, "ada", holder, expected_at=NOW + NO_SHOW_GRACE, held_until=held_until)
    assert house.leases.room_for(wish, Strategy.POOL) == "a"
    if was_inside:
        house.came("ada")

    for _ in range(2):
        assert house.leases.release(SPACE, holder)

    assert (house.room("a").lease_until, house.room("a").held_until) == (NOW + PARTICIPANT_SECONDS, None)
    assert house.room("a").occ == ({"ada"} if was_inside else set())
    clock.advance(PARTICIPANT_SECONDS)
    if was_inside:
        house.went("ada")
        clock.advance(REJOIN_GRACE)
    with pytest.raises(NoEmptyRoomError):
        house.ask("bob")
    clock.advance(1)
    assert house.ask("bob") == "a"
    assert house.leases.release(SPACE, holder)
    assert house.room("a").lease_until == int(clock.time()) + NO_SHOW_GRACE


def test_who_has_nothing_has_nothing_to_give_up(house: House) -> None:
    """Nor ever had."""
    assert not house.leases.release(SPACE, meeting_holder("demo", "m"))


@pytest.mark.parametrize("faster", [1, 1000])
def test_what_changes_while_it_is_given_up_is_looked_at_anew(
    house: House, other: House, clock: FakeClock, faster: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes and goes at that moment; the last of them may have a room for longer than was read."""
    house.set_up(Strategy.POOL, ["a"])
    house.ask("ada", meeting="m")
    update, left = house.table.update, [faster]

    def late(*arguments: object, **named: object) -> object:
        if left[0]:
            left[0] -= 1
            other.came("ada", f"{left[0]}")
            clock.advance(NO_SHOW_GRACE)
            other.went("ada", f"{left[0]}")
        return update(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(house.table, "update", late)

    if faster == 1:
        assert house.leases.release(SPACE, meeting_holder("demo", "m"))
        assert house.room("a").lease_until == int(clock.time()) + REJOIN_GRACE
    else:
        with pytest.raises(StoreUnavailableError, match="TransactionConflict"):
            house.leases.release(SPACE, meeting_holder("demo", "m"))


def test_what_is_over_is_cleaned_up_and_what_is_used_is_not(house: House, clock: FakeClock) -> None:
    """A room that was made for somebody goes a day after its end; one of a pool, or with somebody inside, never."""
    room = house.ask("ada")
    assert _ttl(house, room) == NOW + NO_SHOW_GRACE + 86_400
    house.came("ada")
    assert _ttl(house, room) is None
    clock.advance(NO_SHOW_GRACE)
    house.ask("ada")
    assert _ttl(house, room) is None
    house.went("ada")
    assert _ttl(house, room) == NOW + 2 * NO_SHOW_GRACE + 86_400

    house.set_up(Strategy.POOL, ["a"])
    clock.advance(61)
    assert House(house.table, clock).ask("bob") == "a"
    assert _ttl(house, "a") is None


def _ttl(house: House, room: str) -> object:
    (item,) = house.table.read([room_key(SPACE, room)])
    assert item is not None
    return item.get("ttl")
