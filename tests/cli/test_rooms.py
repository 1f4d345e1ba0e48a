"""`vocespace rooms`: the operator looks at a space, decides what an empty room is there, and has LiveKit asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import Cli, contents
from tests.support.clock import NOW, FakeClock
from tests.support.house import SPACE, House
from tests.support.upstream import Answer as Reply
from tests.support.upstream import Received, Upstream, answer_json
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, TABLE, World
from vocespace.desks import QUEUE_SECONDS
from vocespace.errors import NoAgentAvailableError
from vocespace.leases import KEPT_SECONDS, NO_SHOW_GRACE
from vocespace.space_records import Strategy
from vocespace.table import Table


@pytest.fixture(name="house")
def _house(world: World, clock: FakeClock) -> House:
    assert world.clock is clock
    return House(Table(TABLE), clock)


def listed(cli: Cli) -> dict[str, Any]:
    """The space, for a script."""
    members: dict[str, Any] = cli("rooms", "list", SPACE, "--json").json
    return members


def rooms(cli: Cli) -> dict[str, Any]:
    """Its rooms, by name."""
    return {each.pop("name"): each for each in listed(cli)["rooms"]}


def test_a_space_is_shown_as_a_person_would_want_to_see_it(cli: Cli, house: House) -> None:
    """Who holds a room is told by its kind, how many are inside and wait as numbers, and nobody by name."""
    house.set_up(Strategy.POOL, ["blue", "green", "red"])
    mine, ours = house.ask("c4n4ry"), house.ask("c4n4ry-2", meeting="weekly")
    desk = house.agent("c4n4ry-agent")
    house.came("c4n4ry")

    shown = rooms(cli)

    until = NOW + NO_SHOW_GRACE
    pool = {"made": "pool", "occupancy": 0}
    assert shown == {
        mine: pool | {"state": "occupied", "occupancy": 1, "heldBy": "person"},
        ours: pool | {"state": "leased", "heldBy": "meeting", "keptUntil": until},
        desk: pool | {"state": "leased", "heldBy": "agent", "keptUntil": until, "agentWaits": True},
    }
    whole = listed(cli)
    assert {name: whole[name] for name in whole if name != "rooms"} == {
        "space": SPACE,
        "strategy": "pool",
        "createdAt": NOW,
        "agentsWaiting": 1,
        "customersWaiting": 0,
    }
    text = cli("rooms", "list", SPACE).out
    assert "agent, who waits" in text
    assert "2026-11-18 11:21:40 UTC" in text
    assert "c4n4ry" not in text + str(whole)


def test_customers_who_wait_are_counted(cli: Cli, house: House) -> None:
    """Each once, and only for as long as they ask again."""
    house.set_up()
    for customer in ("one", "two", "one"):
        with pytest.raises(NoAgentAvailableError):
            house.customer(customer)

    assert listed(cli)["customersWaiting"] == 2
    house.clock.advance(QUEUE_SECONDS + 1)
    assert listed(cli)["customersWaiting"] == 0


def test_looking_changes_nothing(cli: Cli, house: House) -> None:
    """Not even what is over is cleaned up."""
    house.set_up()
    house.agent("agent")
    house.clock.advance(NO_SHOW_GRACE + 1)
    before = contents()

    assert listed(cli)["rooms"] == []
    assert "no rooms" in cli("rooms", "list", SPACE).out
    assert contents() == before


def test_an_unknown_space_is_not_ok(cli: Cli) -> None:
    """A script can tell it from an empty one."""
    unknown = cli("rooms", "list", SPACE, "--json")

    assert unknown.code == 1
    assert unknown.error["message"] == "There is no such space."


def test_a_pool_is_given_to_a_space_and_taken_away(cli: Cli, house: House) -> None:
    """Also to one in which nobody has been; what is not said stays."""
    made = cli("rooms", "set", SPACE, "--strategy", "pool", "--room", "blue", "--room", "green", "--json")
    assert made.json["strategy"] == "pool"
    free = {"made": "pool", "state": "free", "occupancy": 0}
    assert rooms(cli) == {"blue": free, "green": free}
    assert "60 seconds" in made.err

    cli("rooms", "set", SPACE, "--room", "red", "--remove-room", "blue")
    assert sorted(rooms(cli)) == ["green", "red"]
    assert {house.ask("one"), house.ask("two")} == {"green", "red"}
    assert cli("rooms", "set", SPACE, "--strategy", "agent", "--json").json["strategy"] == "agent"


def test_who_has_a_room_keeps_it_when_it_leaves_the_pool(cli: Cli, house: House) -> None:
    """And when they have gone, so has the room; nobody else is sent there."""
    house.set_up(Strategy.POOL, ["blue", "green"])
    house.ask("one")
    house.came("one")
    house.ask("two")

    cli("rooms", "set", SPACE, "--remove-room", "blue", "--remove-room", "green")

    assert {name: (each["made"], each["state"]) for name, each in rooms(cli).items()} == {
        "blue": ("fresh", "occupied"),
        "green": ("fresh", "leased"),
    }
    assert (house.ask("one"), house.ask("two")) == ("blue", "green")
    house.went("one")
    house.clock.advance(NO_SHOW_GRACE + 1)
    assert rooms(cli) == {}
    ends = [item["ttl"] for item in Table(TABLE).query(f"SPACE#{SPACE}", "ROOM#")]
    assert len(ends) == 2
    assert all(end <= house.clock.time() + KEPT_SECONDS for end in ends)


def test_a_room_that_somebody_takes_meanwhile_is_left_alone(cli: Cli, house: House) -> None:
    """The operator is told to try again."""
    house.set_up(Strategy.POOL, ["blue"])
    remove = Table.remove

    def remove_late(table: Table, *given: Any) -> Any:  # noqa: ANN401 - passed on as it came
        house.ask("one")
        return remove(table, *given)

    with pytest.MonkeyPatch.context() as meddling:
        meddling.setattr(Table, "remove", remove_late)
        refused = cli("rooms", "set", SPACE, "--remove-room", "blue")

    assert refused.code == 1
    assert "Run this again" in refused.err
    assert house.ask("one") == "blue"


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ([], 2, "--strategy"),
        (["--strategy", "best"], 2, "strategy"),
        (["--room", "a/b"], 2, "--room"),
        (["--remove-room", "$space"], 2, "--remove-room"),
        (["--room", "red", "--remove-room", "red"], 2, "--remove-room"),
        (["--strategy", "pool", "--remove-room", "red"], 1, "--remove-room"),
    ],
)
def test_what_cannot_be_meant_is_named(cli: Cli, arguments: list[str], code: int, word: str) -> None:
    """And nothing is written."""
    before = contents()

    refused = cli("rooms", "set", SPACE, *arguments, "--json")

    assert refused.code == code
    assert word in refused.err
    assert contents() == before


def test_livekit_is_asked_and_what_was_lost_is_counted(cli: Cli, house: House, world: World) -> None:
    """Somebody left and somebody came without our knowing."""
    house.came("gone")

    def livekit(request: Received, _: Upstream) -> Reply:
        if request.path.endswith("ListRooms"):
            return answer_json(200, {"rooms": [{"sid": "RM_1", "name": SPACE}]})
        return answer_json(200, {"participants": [{"sid": "PA_2", "identity": "user_2", "state": "ACTIVE"}]})

    with Upstream(livekit) as server:
        url = server.url.replace("http", "ws")
        world.put_secret("livekit", {"url": url, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
        first, second = cli("rooms", "reconcile", "--json"), cli("rooms", "reconcile")

    assert first.json == {"came": 1, "went": 1}
    assert second.out.count("0") == 2
    assert house.inside() == {"$space": {"PA_2"}}


def test_livekit_that_is_away_changes_nothing(cli: Cli, house: House, world: World) -> None:
    """And the command fails, other than the schedule."""
    house.came("there")
    world.put_secret("livekit", {"url": "ws://127.0.0.1:9", "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
    before = contents()

    assert cli("rooms", "reconcile", "--json").code == 3
    assert contents() == before


def test_behind_a_vocespace_server_nobody_can_be_asked(cli: Cli) -> None:
    """It has the LiveKit key, and its own idea of rooms."""
    cli.variables["CONNECTION_PROVIDER"] = "vocespace"

    assert cli("rooms", "reconcile", "--json").code == 1
