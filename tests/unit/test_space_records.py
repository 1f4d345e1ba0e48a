"""What a room says about itself: free, held by whom, and whether its agent waits."""

from __future__ import annotations

import pytest

from tests.support.clock import NOW
from vocespace.space_records import INSIDE, Room, Space, Strategy, queue_key, room_key, waiting_key

POOL = Room(made="pool")
INSIDE_ALONE = frozenset({"agent"})


def with_(**members: object) -> Room:
    """A room of the pool."""
    return POOL.model_copy(update=members)


@pytest.mark.parametrize(
    ("room", "free"),
    [
        (POOL, True),
        (with_(lease_until=NOW), False),
        (with_(lease_until=NOW - 1), True),
        (with_(occ=frozenset({"a"})), False),
    ],
)
def test_a_room_is_free_where_nobody_holds_it(room: Room, free: bool) -> None:
    """And nobody is inside."""
    assert room.is_free(NOW) == free


@pytest.mark.parametrize(
    ("room", "held"),
    [
        (with_(lease_id="mine", lease_until=NOW), True),
        (with_(lease_id="mine", lease_until=NOW - 1), False),
        (with_(lease_id="mine", occ=frozenset({"a"})), True),
        (with_(lease_id="other", lease_until=NOW), False),
        (with_(lease_id="other", lease_until=NOW, customer_lease="mine", customer_until=NOW), True),
        (with_(lease_id="other", occ=frozenset({"a"}), customer_lease="mine", customer_until=NOW - 1), False),
        (with_(lease_id="other", customer_lease="mine", customer_until=INSIDE), True),
    ],
)
def test_a_lease_is_the_holders_or_the_customers(room: Room, held: bool) -> None:
    """Each lasts for a time of its own."""
    assert room.is_held("mine", NOW) == held


@pytest.mark.parametrize(
    ("members", "waits"),
    [
        ({"waiting_since": NOW, "lease_until": NOW}, True),
        ({"waiting_since": NOW, "lease_until": NOW - 1}, False),
        ({"waiting_since": NOW + 1, "lease_until": NOW}, False),
        ({"waiting_since": None, "lease_until": NOW}, False),
        ({"waiting_since": NOW, "occ": INSIDE_ALONE, "agent_sid": "agent"}, True),
        ({"waiting_since": NOW, "occ": INSIDE_ALONE | {"other"}, "agent_sid": "agent"}, False),
        ({"waiting_since": NOW, "occ": frozenset({"other"}), "lease_until": NOW}, False),
    ],
)
def test_an_agent_waits_alone(members: dict[str, object], waits: bool) -> None:
    """There, or not seen yet and still expected."""
    assert with_(**members).awaits_customer(NOW) == waits


def test_entries_are_in_the_order_of_time() -> None:
    """However many digits their times have."""
    times = [0, 9, NOW, NOW + 1, INSIDE, NOW * 1000]

    for key in (waiting_key, queue_key):
        entries = [key("s", since, "x")["sk"] for since in times]
        assert entries == sorted(entries)


def test_what_is_stored_is_read_again() -> None:
    """A strategy by its name, and a set as it is."""
    space = Space(created_at=NOW, created_by="ada", strategy=Strategy.AGENT)

    assert Space.from_wire(space.to_wire()) == space
    assert Room.from_wire({"made": "fresh", "occ": INSIDE_ALONE}) == Room(made="fresh", occ=INSIDE_ALONE)
    assert room_key("s", "$space") == {"pk": "SPACE#s", "sk": "ROOM#$space"}
