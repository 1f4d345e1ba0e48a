"""Rooms as people meet them: `livekit-client` in browsers, a real LiveKit server, and its webhooks to `make run`."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.support.browser import MEDIA, chromium, fresh_visit
from tests.support.livekit_doors import Visitor, call
from tests.support.livekit_page import CLIENT, installed_example
from tests.support.livekit_portal import User, portal_page
from tests.support.livekit_room_service import who_is_in
from tests.support.livekit_rooms import EMPTY, House, until
from tests.support.livekit_server import running_livekit
from tests.support.upstream import Upstream
from tools.livekit import HOST, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.conftest import StartService

MAPPINGS = ("space", "room")
NOBODY = f"http://{HOST}:9/hooks/livekit"
"""Where nobody listens."""

REJOIN_GRACE = 60
PARTICIPANT_REMOVED = 4
"""Of LiveKit's reasons for an end."""

Enter = Callable[[dict[str, Any]], User]


@contextmanager
def _house(start_service: StartService, folder: Path, mapping: str, *, webhooks: str = "") -> Iterator[House]:
    port = free_port(socket.SOCK_STREAM)
    url = webhooks or f"http://{HOST}:{port}/hooks/livekit"
    with (
        running_livekit(url) as livekit,
        start_service(folder, PORT=str(port), RoomMapping=mapping, **livekit.variables) as values,
    ):
        yield House(folder, values, livekit)


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with chromium(*MEDIA) as browser:
        yield browser


@pytest.fixture(name="page", scope="module")
def _page() -> Iterator[str]:
    with Upstream(portal_page((installed_example() / CLIENT).read_bytes())) as origin:
        yield origin.url


@pytest.fixture(name="house", scope="module", params=MAPPINGS)
def _house_fixture(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, start_service: StartService
) -> Iterator[House]:
    with _house(start_service, tmp_path_factory.mktemp("rooms"), request.param) as house:
        yield house


@pytest.fixture(name="enter")
def _enter(browser: Browser, page: str) -> Iterator[Enter]:
    """Joins with connection details, in a browser of somebody's own."""
    with ExitStack() as people:

        def enter(details: dict[str, Any]) -> User:
            user = User(people.enter_context(fresh_visit(browser)))
            user.visit.page.goto(page)
            user.enter(details)
            user.sees(lambda seen: seen["room"] == details["roomName"])
            return user

        yield enter


def _seeker(name: str, space: str, identity: str = "participant", auth: str = "demo") -> Visitor:
    """Somebody who wants an empty room."""
    return Visitor(id=name, space=space, identity=identity, auth=auth, room=EMPTY, name=name.title())


def _close_browser(user: User) -> None:
    user.visit.page.context.close()


def test_two_people_land_apart(house: House, enter: Enter) -> None:
    """Each in an empty room of their own, to which they come back for as long as they are there."""
    ada, bob = _seeker("ada", "apart"), _seeker("bob", "apart")
    of_ada, of_bob = house.ask(ada).json(), house.ask(bob).json()
    assert of_ada["room"] != of_bob["room"]

    seen = [enter(details).sees(lambda seen: seen["people"][0]["identity"]) for details in (of_ada, of_bob)]

    assert [each["people"][0]["attributes"]["room"] for each in seen] == [of_ada["room"], of_bob["room"]]
    until(lambda: house.people("apart") == {of_ada["room"]: 1, of_bob["room"]: 1}, "one in each room")
    assert house.ask(ada).json()["room"] == of_ada["room"]


def test_one_meeting_lands_together(house: House, enter: Enter) -> None:
    """Whoever is of no meeting, or of another one, does not."""
    first, second = (house.ask(_seeker(name, "together"), meeting="m-1").json() for name in ("ada", "bob"))
    others = [
        house.ask(_seeker("eve", "together")).json()["room"],
        house.ask(_seeker("kim", "together"), meeting="m-2").json()["room"],
    ]
    assert first["room"] == second["room"]
    assert len({first["room"], *others}) == 3

    ada, bob = enter(first), enter(second)

    for user in (ada, bob):
        user.sees(lambda seen: {each["identity"] for each in seen["people"]} == {"ada", "bob"})
    until(lambda: house.people("together") == {first["room"]: 2}, "two in one room")


def test_a_customer_meets_the_agent_who_waits(house: House, enter: Enter) -> None:
    """Without one they are told to come again; with one they are two, and the next customer waits."""
    early = house.ask(_seeker("carl", "desk", "customer", "c_s"))
    assert (early.status_code, early.json()["code"], early.json()["waiting"]) == (409, "no_agent_available", 1)
    assert int(early.headers["Retry-After"]) > 0
    desk = house.ask(_seeker("ann", "desk", "assistant", "c_s")).json()
    ann = enter(desk)
    until(lambda: house.people("desk") == {desk["room"]: 1}, "the agent is in")
    assert house.rooms("desk")[desk["room"]]["agentWaits"] is True

    served = house.ask(_seeker("carl", "desk", "customer", "c_s")).json()
    assert served["room"] == desk["room"]
    carl = enter(served)

    for user in (ann, carl):
        user.sees(lambda seen: {each["identity"] for each in seen["people"]} == {"ann", "carl"})
    until(lambda: house.people("desk") == {desk["room"]: 2}, "agent and customer in one room")
    assert house.rooms("desk")[desk["room"]]["agentWaits"] is False
    late = house.ask(_seeker("cleo", "desk", "customer", "c_s"))
    assert (late.status_code, late.json()["code"]) == (409, "no_agent_available")


def test_a_closed_browser_empties_the_room(house: House, enter: Enter) -> None:
    """Of a pool of one room: it is kept for a minute for whoever was inside, and then anybody's."""
    house.tells("set", "pool", "--strategy", "pool", "--room", "only")
    details = house.ask(_seeker("ada", "pool")).json()
    assert details["room"] == "only"
    ada = enter(details)
    until(lambda: house.people("pool") == {"only": 1}, "one inside")
    full = house.ask(_seeker("bob", "pool"))
    assert (full.status_code, full.json()["code"]) == (409, "no_empty_room")
    assert int(full.headers["Retry-After"]) > 0

    _close_browser(ada)

    until(lambda: house.people("pool") == {}, "nobody inside")
    assert house.rooms("pool")["only"]["state"] == "leased"
    [only] = house.tells("list", "pool")["rooms"]
    assert (only["name"], only["heldBy"], only["occupancy"]) == ("only", "person", 0)
    assert only["keptUntil"] <= time.time() + REJOIN_GRACE + 1
    assert house.ask(_seeker("ada", "pool")).json()["room"] == "only"


def test_whoever_is_blocked_too_late_is_put_out_again(house: House, enter: Enter) -> None:
    """A ticket outlives the block; the worker ends what it opens, and lets others be."""
    mallory, ada = _seeker("mallory", "guarded"), _seeker("ada", "guarded")
    ticket, of_ada = (house.ask(who, meeting="m").json() for who in (mallory, ada))
    witness = enter(of_ada)
    answer = call(house.service, "POST", "/api/blocks", json={"space": "guarded", "id": "mallory"})
    assert answer.status_code == 201

    try:
        put_out = enter(ticket)
    except PlaywrightError as error:
        # So soon that their client had no media yet: it is not told why, only that it never got in.
        if "could not establish pc connection" not in error.message:
            raise
    else:
        put_out.sees(lambda seen: seen["ending"] == PARTICIPANT_REMOVED)
    until(lambda: who_is_in(house.livekit, of_ada["roomName"]) == ["ada"], "only Ada is in")
    until(lambda: house.people("guarded") == {of_ada["room"]: 1}, "only Ada is known to be in")
    assert witness.does("look")["ending"] is None


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_lost_webhooks_are_mended(mapping: str, enter: Enter, tmp_path: Path, start_service: StartService) -> None:
    """Whoever came or went without the service being told is found by the reconciliation."""
    with _house(start_service, tmp_path, mapping, webhooks=NOBODY) as house:
        details = house.ask(_seeker("ada", "deaf")).json()
        room = details["room"]
        ada = enter(details)
        assert who_is_in(house.livekit, details["roomName"]) == ["ada"]
        assert house.people("deaf") == {}

        assert house.tells("reconcile") == {"came": 1, "went": 0}
        assert house.people("deaf") == {room: 1}

        _close_browser(ada)
        until(lambda: not who_is_in(house.livekit, details["roomName"]), "Ada is gone")
        assert house.people("deaf") == {room: 1}
        assert house.tells("reconcile") == {"came": 0, "went": 1}
        assert house.people("deaf") == {}
        assert house.tells("reconcile") == {"came": 0, "went": 0}
