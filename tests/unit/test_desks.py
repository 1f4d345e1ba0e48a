"""Desks: agents and customers find each other, both in the order in which they came, and one to one."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.clock import NOW, FakeClock
from tests.support.house import SPACE, House, MeddledTable
from vocespace import aws
from vocespace.desks import CUSTOMER_GRACE, QUEUE_SECONDS
from vocespace.errors import NoAgentAvailableError
from vocespace.identities import Identity
from vocespace.leases import NO_SHOW_GRACE
from vocespace.problem import problem_for
from vocespace.room_changes import REJOIN_GRACE
from vocespace.space_records import Strategy


def refused(house: House, customer: str) -> int:
    """How many customers wait, by the answer to one who has to."""
    with pytest.raises(NoAgentAvailableError) as error:
        house.customer(customer)
    return error.value.waiting


def arrived(house: House, agent: str) -> str:
    """The desk of an agent who is there."""
    desk = house.agent(agent)
    house.came(agent)
    return desk


def test_a_customer_gets_who_has_waited_longest(house: House, clock: FakeClock) -> None:
    """Whether LiveKit has seen them or not, and each one customer."""
    first = house.agent("ann")
    clock.advance(1)
    second = arrived(house, "ben")
    clock.advance(1)

    assert [house.customer("c1"), house.customer("c2")] == [first, second]
    assert refused(house, "c3") == 1


def test_an_agent_has_a_desk_of_their_own(house: House) -> None:
    """The same when they ask again, and no meeting shares one."""
    desks = [house.agent("ann"), house.agent("ann"), house.agent("ben")]

    assert desks[0] == desks[1] != desks[2]
    assert sorted(room for _, room in house.waiting()) == sorted({desks[0], desks[2]})


def test_who_has_to_wait_is_told_how_many_do_and_when_to_ask_again(house: House, clock: FakeClock) -> None:
    """By the 409, which counts those who still ask."""
    assert [refused(house, each) for each in ("c1", "c2", "c1")] == [1, 2, 2]

    with pytest.raises(NoAgentAvailableError) as error:
        house.customer("c3")
    problem, headers = problem_for(error.value, "request")
    assert (problem.status, problem.code, problem.waiting) == (409, "no_agent_available", 3)
    assert 0 < int(headers["Retry-After"]) < QUEUE_SECONDS

    clock.advance(QUEUE_SECONDS + 1)
    assert refused(house, "c2") == 1


def test_the_customer_who_has_waited_longest_is_next(house: House, clock: FakeClock) -> None:
    """Also where another one happens to ask first; who asks no more is passed over."""
    for customer in ("c1", "c2", "c3"):
        refused(house, customer)
        clock.advance(1)
    desk = arrived(house, "ann")

    assert refused(house, "c2") == 3
    assert refused(house, "c3") == 3
    assert house.customer("c1") == desk
    clock.advance(QUEUE_SECONDS - 1)
    refused(house, "c3")
    clock.advance(2)
    assert arrived(house, "ben") == house.customer("c3")


def test_as_many_are_next_as_agents_wait(house: House, clock: FakeClock) -> None:
    """The second in the line takes the second agent and does not wait for the first one's answer."""
    for customer in ("c1", "c2", "c3"):
        refused(house, customer)
    clock.advance(1)
    first = house.agent("ann")
    clock.advance(1)
    second = house.agent("ben")

    assert refused(house, "c3") == 3
    assert house.customer("c2") == second
    assert house.customer("c1") == first


def test_an_agent_who_does_not_show_up_waits_no_longer(house: House, clock: FakeClock) -> None:
    """Nothing is left of them, and they get another desk when they come after all."""
    desk = house.agent("ann")
    clock.advance(NO_SHOW_GRACE + 1)

    refused(house, "c1")
    assert house.waiting() == []
    assert house.room(desk).waiting_since is None

    again = house.agent("ann")
    assert again != desk
    assert house.customer("c1") == again


def test_an_agent_who_is_swept_away_as_they_come_waits_again(
    house: House, other: House, table: MeddledTable, clock: FakeClock
) -> None:
    """Whoever is first: they stay in the line as long as they are there."""
    desk = house.agent("ann")
    clock.advance(NO_SHOW_GRACE + 1)
    table.meanwhile = [lambda: None, lambda: other.came("ann")]
    refused(house, "c1")

    assert [room for _, room in house.waiting()] == [desk]
    assert house.customer("c1") == desk


def test_a_customer_who_does_not_show_up_gives_the_agent_back(house: House, clock: FakeClock) -> None:
    """After a while, and until then nobody else is sent there."""
    desk = arrived(house, "ann")
    assert house.customer("c1") == desk

    clock.advance(CUSTOMER_GRACE)
    refused(house, "c2")
    clock.advance(1)
    assert house.customer("c2") == desk
    assert refused(house, "c1") == 1


def test_a_customer_who_asks_again_is_waited_for_again(house: House, clock: FakeClock) -> None:
    """In the same room, for as long as after the first answer."""
    desk = arrived(house, "ann")
    house.customer("c1")
    clock.advance(CUSTOMER_GRACE)

    assert house.customer("c1") == desk
    assert house.customer("c1") == desk
    clock.advance(CUSTOMER_GRACE)
    refused(house, "c2")
    assert len(house.waiting()) == 1


def test_an_agent_who_has_gone_is_not_waited_for_on_and_on(house: House, clock: FakeClock) -> None:
    """A customer who was sent to them and has not come is soon sent to another one."""
    arrived(house, "ann")
    house.customer("c1")
    house.went("ann")
    clock.advance(CUSTOMER_GRACE)
    house.customer("c1")
    clock.advance(1)

    assert arrived(house, "ben") == house.customer("c1")


def test_while_a_customer_is_inside_nobody_else_is_sent(house: House, clock: FakeClock) -> None:
    """However long; who reconnects gets their own room back."""
    desk = arrived(house, "ann")
    house.customer("c1")
    house.came("c1")
    clock.advance(10 * NO_SHOW_GRACE)

    assert house.waiting() == []
    refused(house, "c2")
    assert house.customer("c1") == desk
    house.came("c1", "c1-again")
    house.went("c1")
    assert house.waiting() == []


def test_a_customer_who_leaves_may_come_back_and_then_the_next_one_is(house: House, clock: FakeClock) -> None:
    """The agent waits again from the end of the grace."""
    desk = arrived(house, "ann")
    house.customer("c1")
    house.came("c1")
    house.went("c1")
    clock.advance(REJOIN_GRACE)
    refused(house, "c2")
    assert house.customer("c1") == desk

    house.came("c1", "again")
    house.went("c1", "again")
    clock.advance(REJOIN_GRACE + 1)
    assert house.customer("c2") == desk


def test_a_customer_who_comes_late_is_still_the_agents(house: House, clock: FakeClock) -> None:
    """As long as nobody else was sent there: no second one is, and they may reconnect."""
    desk = arrived(house, "ann")
    house.customer("c1")
    clock.advance(CUSTOMER_GRACE + 1)
    house.came("c1")

    assert house.waiting() == []
    refused(house, "c2")
    assert house.customer("c1") == desk


def test_an_agent_who_leaves_gets_no_customers(house: House, clock: FakeClock) -> None:
    """And is the last in the line when they come back."""
    desk = arrived(house, "ann")
    clock.advance(1)
    second = arrived(house, "ben")
    clock.advance(1)
    house.went("ann")
    assert [room for _, room in house.waiting()] == [second]
    house.came("ann", "again")
    clock.advance(1)

    assert [house.customer("c1"), house.customer("c2")] == [second, desk]


def test_an_agent_who_comes_back_still_waits_for_the_customer_who_was_sent(house: House, clock: FakeClock) -> None:
    """Nobody else is sent as long as that one may come."""
    desk = arrived(house, "ann")
    house.customer("c1")
    house.went("ann")
    house.came("ann", "again")
    clock.advance(CUSTOMER_GRACE)
    refused(house, "c2")

    clock.advance(1)
    assert house.customer("c2") == desk


def test_an_agent_who_reconnects_goes_on_waiting(house: House, clock: FakeClock) -> None:
    """The old connection ends after the new one has begun, and both orders of being told are the same."""
    desk = arrived(house, "ann")
    house.came("ann", "new")
    refused(house, "c1")
    house.went("ann")
    assert house.customer("c1") == desk

    clock.advance(CUSTOMER_GRACE + 1)
    house.went("ann", "newest")
    house.came("ann", "newest")
    assert house.customer("c1") == desk


def test_an_agent_who_goes_to_another_room_has_left_the_desk(house: House) -> None:
    """Although they are somewhere."""
    arrived(house, "ann")
    house.settle("ann", "kitchen", identity=Identity.ASSISTANT)
    house.came("ann", "elsewhere")
    house.went("ann")

    assert house.waiting() == []
    refused(house, "c1")


def test_a_third_person_keeps_customers_out(house: House, clock: FakeClock) -> None:
    """As long as they are there; an agent who has not come yet is not replaced by whoever is in the room."""
    desk = arrived(house, "ann")
    house.settle("boss", desk, identity=Identity.ASSISTANT)
    house.came("boss")
    refused(house, "c1")
    house.went("ann")
    refused(house, "c1")
    house.came("ann", "again")
    house.went("boss")
    clock.advance(1)
    assert house.customer("c1") == desk

    expected = house.agent("ben")
    house.settle("boss", expected, identity=Identity.ASSISTANT)
    house.came("boss", "boss-again")
    refused(house, "c2")


def test_who_is_left_behind_with_a_customer_is_no_agent(house: House, clock: FakeClock) -> None:
    """The agent has gone, a third person stays, and the customer goes: nobody waits there."""
    desk = arrived(house, "ann")
    house.customer("c1")
    house.came("c1")
    house.settle("boss", desk, identity=Identity.ASSISTANT)
    house.came("boss")
    house.went("ann")
    house.went("c1")
    clock.advance(REJOIN_GRACE + 1)

    assert house.waiting() == []
    refused(house, "c2")


def test_two_customers_at_once_get_two_agents(
    house: House, other: House, table: MeddledTable, clock: FakeClock
) -> None:
    """Both would have the first one."""
    desks = [arrived(house, "ann")]
    clock.advance(1)
    desks.append(arrived(house, "ben"))
    found: list[str] = []
    table.meanwhile = [lambda: found.append(other.customer("c2"))]

    assert [house.customer("c1"), *found] == [desks[1], desks[0]]


def test_the_last_agent_goes_to_one_of_two_customers(house: House, other: House, table: MeddledTable) -> None:
    """The other one waits, as the only one."""
    desk = arrived(house, "ann")
    found: list[str] = []
    table.meanwhile = [lambda: found.append(other.customer("c2"))]

    assert refused(house, "c1") == 1
    assert found == [desk]


def test_an_agent_who_leaves_as_a_customer_is_sent_is_not_taken(
    house: House, other: House, table: MeddledTable, clock: FakeClock
) -> None:
    """Nor one to whom somebody else has come."""
    arrived(house, "ann")
    table.meanwhile = [lambda: None, lambda: other.went("ann")]
    refused(house, "c1")

    clock.advance(1)
    desk = arrived(house, "ben")
    house.settle("boss", desk, identity=Identity.ASSISTANT)
    table.meanwhile = [lambda: None, lambda: other.came("boss")]
    refused(house, "c1")


def test_the_same_customer_twice_at_once_is_one_customer(
    house: House, other: House, table: MeddledTable, clock: FakeClock
) -> None:
    """One agent, and one place in the line."""
    first = arrived(house, "ann")
    clock.advance(1)
    arrived(house, "ben")
    table.meanwhile = [lambda: None, lambda: other.customer("c1")]
    assert house.customer("c1") == first
    assert len(house.waiting()) == 2

    house.customer("c2")
    table.meanwhile = [lambda: refused(other, "c3")]
    assert refused(house, "c3") == 1


def test_customers_who_tidy_up_at_once_do_no_harm(
    house: House, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    """What one of them cannot remove, another one does."""
    refused(house, "c1")
    house.agent("ann")
    clock.advance(NO_SHOW_GRACE + 1)
    write = aws.dynamodb().transact_write_items

    def contested(**arguments: Any) -> object:  # noqa: ANN401 - botocore's own
        if any("Delete" in each for each in arguments["TransactItems"]):
            response = {
                "Error": {"Code": "TransactionCanceledException", "Message": ""},
                "CancellationReasons": [{"Code": "TransactionConflict"}],
            }
            raise ClientError(response, "TransactWriteItems")  # type: ignore[arg-type]
        return write(**arguments)

    monkeypatch.setattr(aws.dynamodb(), "transact_write_items", contested)

    assert refused(house, "c2") == 1


@pytest.mark.parametrize("platform", ["demo", None])
def test_a_space_of_agents_serves_everybody(house: House, platform: str | None) -> None:
    """With the strategy `agent`, managers have desks and all others are customers, whatever the auth type."""
    house.set_up(Strategy.AGENT)
    desk = house.settle("ann", identity=Identity.MANAGER).person.room

    served = house.settle("gus", identity=Identity.GUEST, platform=platform)

    assert served.person.room == desk
    with pytest.raises(NoAgentAvailableError):
        house.settle("pat", identity=Identity.PARTICIPANT)


def test_a_guest_of_customer_support_gets_an_empty_room(house: House) -> None:
    """Only customers ask for an agent."""
    desk = arrived(house, "ann")

    assert house.ask("gus") != desk
    assert house.waiting() == [(NOW, desk)]
    assert house.occupancy.occupied() == [(SPACE, desk)]
