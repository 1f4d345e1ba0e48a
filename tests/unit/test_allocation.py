"""Where in a space people go, by what they ask for and as what they come."""

from __future__ import annotations

import pytest

from tests.support.clock import FakeClock
from tests.support.house import TABLE, House, MeddledTable
from vocespace.desks import CUSTOMER_GRACE
from vocespace.identities import Identity
from vocespace.space_records import Strategy


@pytest.mark.parametrize("room", [None, "$space", "stage"])
@pytest.mark.parametrize("strategy", Strategy)
def test_a_choice_that_is_made_is_left_alone(house: House, room: str | None, strategy: Strategy) -> None:
    """Only `$empty` is for us to find."""
    house.set_up(strategy)

    admission = house.settle("ada", room)

    assert (admission.person.room, admission.wanted_room) == (room, room)


def test_what_was_asked_for_is_kept(house: House) -> None:
    """Nothing but the room changes about a person."""
    admission = house.settle("ada")

    assert admission.wanted_room == "$empty"
    assert admission.person.room not in {None, "$empty"}
    assert (admission.person.id, admission.identity, admission.platform) == ("ada", Identity.PARTICIPANT, "demo")


def test_whose_space_it_is(house: House, table: MeddledTable, clock: FakeClock) -> None:
    """The person's who came first, by the word of the same platform."""
    asked = [("ada", "demo"), ("ada", "demo"), ("bob", "demo"), ("ada", "acme"), ("ada", None)]

    assert [house.settle(who, None, platform=whose).made_space for who, whose in asked] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert House(table, clock).settle("ada", None).made_space is True


def test_a_guest_of_nobodys_made_it_in_one_answer_only(house: House) -> None:
    """Anybody could come under the same id."""
    made = [house.settle("guest_1", None, identity=Identity.GUEST, platform=None).made_space for _ in range(2)]

    assert made == [True, False]


@pytest.mark.parametrize("second", ["guest_1", "guest_2"])
def test_two_guests_at_once_do_not_both_make_it(
    house: House, table: MeddledTable, clock: FakeClock, second: str
) -> None:
    """Under two ids or one."""
    other, made = House(MeddledTable(TABLE), clock), []
    table.meanwhile = [
        lambda: made.append(other.settle(second, None, identity=Identity.GUEST, platform=None).made_space)
    ]

    made.append(house.settle("guest_1", None, identity=Identity.GUEST, platform=None).made_space)

    assert made == [True, False]


@pytest.mark.parametrize(("strategy", "stays"), [(Strategy.CREATE, True), (Strategy.POOL, False)])
def test_who_goes_to_the_main_room_leaves_an_empty_room_to_others(
    house: House, strategy: Strategy, stays: bool
) -> None:
    """Where others could use it: it is worth a write only there."""
    house.set_up(strategy, ["a"])
    room = house.ask("ada")
    house.settle("ada", "$space")
    house.came("ada")

    assert house.inside() == {room if stays else "$space": {"ada"}}


def test_only_customers_and_agents_have_to_do_with_desks(house: House) -> None:
    """In a space of the pool, an agent's desk is one of the pool, and guests of support get rooms like everybody."""
    house.set_up(Strategy.POOL, ["a", "b"])

    assert house.agent("ann") == "a"
    assert house.ask("gus") == "b"
    assert house.customer("c1") == "a"
    assert house.settle("mia", "stage", identity=Identity.CUSTOMER).person.room == "stage"


def test_a_customers_token_opens_no_longer_than_the_desk_is_kept(house: House) -> None:
    """Or they could come when it is somebody else's. A room of one's own is kept longer than any token lasts."""
    agent = house.settle("ann", identity=Identity.ASSISTANT)
    customer = house.settle("c1", identity=Identity.CUSTOMER)

    assert customer.person.room == agent.person.room
    assert (agent.join_within, customer.join_within) == (None, CUSTOMER_GRACE)
    assert house.settle("ada").join_within is None
    assert house.settle("c1", "stage", identity=Identity.CUSTOMER).join_within is None


def test_a_meeting_does_not_bring_agents_together(house: House) -> None:
    """Each has a desk."""
    agents = [house.settle(each, identity=Identity.ASSISTANT, meeting="m").person.room for each in ("ann", "ben")]

    assert agents[0] != agents[1]
    assert len(house.waiting()) == 2
