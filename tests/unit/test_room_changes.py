"""What becomes of a room when somebody comes or goes: which writes belong together, and what they rest on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clock import NOW
from vocespace.room_changes import REJOIN_GRACE, RoomChanges
from vocespace.space_records import INSIDE, Room
from vocespace.table import Table

AT = NOW * 1000
DESK = Room(made="fresh", lease_id="lease", lease_until=NOW + 9, agent="ann", waiting_since=NOW)


def changes(room: Room | None = None, **members: object) -> RoomChanges:
    """The changes of a room."""
    return RoomChanges(Table("t"), "s", "r", None if room is None else room.model_copy(update=members))


def values(writes: Any) -> dict[str, Any]:  # noqa: ANN401 - DynamoDB's own
    """What the room's own write says, by its placeholders."""
    said: dict[str, Any] = {
        name: next(iter(value.values())) for name, value in writes[0]["Update"]["ExpressionAttributeValues"].items()
    }
    return said


def entries(writes: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - DynamoDB's own
    """What else is written: the verb and the sort key."""
    rest = [next(iter(each.items())) for each in writes[1:]]
    return sorted((verb, (write.get("Item") or write.get("Key"))["sk"]["S"]) for verb, write in rest)


def test_a_room_that_nobody_knew_is_a_named_one() -> None:
    """It is there from the first person on who is seen in it, unless somebody else has made it meanwhile."""
    writes = changes().coming("ada", "sid", lease_id=None, at=AT)

    assert values(writes)[":made"] == "named"
    assert writes[0]["Update"]["ConditionExpression"] == "attribute_not_exists(pk)"
    assert entries(writes) == [("Put", "s/r")]


@pytest.mark.parametrize(
    "members",
    [
        {"lease_id": "other"},
        {"lease_until": NOW + 10},
        {"waiting_since": None},
        {"customer_lease": "c"},
        {"customer_until": INSIDE},
    ],
)
def test_a_write_rests_on_all_that_was_read(members: dict[str, object]) -> None:
    """Whatever else decides over the room makes the condition another one."""
    first, second = (changes(DESK, **each).coming("ada", "sid", lease_id=None, at=AT)[0] for each in ({}, members))

    said = [
        (each["Update"]["ConditionExpression"], each["Update"]["ExpressionAttributeValues"]) for each in (first, second)
    ]
    assert said[0] != said[1]


@pytest.mark.parametrize(("known", "at", "kept"), [(None, AT, AT), (AT - 1, AT, AT), (AT + 1, AT, AT + 1)])
def test_what_comes_late_does_not_turn_the_clock_back(known: int | None, at: int, kept: int) -> None:
    """Neither when somebody comes nor when they go."""
    room = changes(DESK, occ=frozenset({"sid"}), occ_at=known)

    assert values(room.coming("ada", "new", lease_id=None, at=at))[":occAt"] == str(kept)
    assert values(room.going("ada", "sid", others={}, at=at))[":occAt"] == str(kept)


@pytest.mark.parametrize(
    ("members", "until"),
    [
        ({"lease_until": NOW - 9}, NOW + REJOIN_GRACE),
        ({"lease_until": NOW + 900}, NOW + 900),
        ({"held_until": NOW + 3600}, NOW + 3600),
        ({"held_until": NOW - 1, "lease_until": 0}, NOW + REJOIN_GRACE),
    ],
)
def test_an_empty_room_is_kept_for_the_longest_reason(members: dict[str, object], until: int) -> None:
    """The moment for coming back, somebody who is expected, or a meeting; then it may be cleaned up."""
    writes = changes(DESK, occ=frozenset({"sid"}), **members).going("ada", "sid", others={}, at=AT)

    assert values(writes)[":leaseUntil"] == str(until)
    assert values(writes)[":ttl"] == str(until + 86_400)
    assert entries(writes) == [("Delete", "s/r")]


@pytest.mark.parametrize(("lease_id", "used"), [("lease", True), ("other", False), (None, False)])
def test_a_lease_is_used_up_by_whom_it_was_kept_for(lease_id: str | None, used: bool) -> None:
    """And by nobody else."""
    said = values(changes(DESK).coming("ada", "sid", lease_id=lease_id, at=AT))

    assert said.get(":leaseUntil") == (str(NOW) if used else None)


def test_who_leaves_a_room_that_others_are_in_changes_no_lease() -> None:
    """It rests on nobody's having come or gone meanwhile."""
    writes = changes(DESK, occ=frozenset({"sid", "other"})).going("ada", "sid", others={}, at=AT)

    assert ":leaseUntil" not in values(writes)
    assert sorted(values(writes)[":seen"]) == ["other", "sid"]
    assert entries(writes) == []
