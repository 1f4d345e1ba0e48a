"""The LiveKit example as its README says: two people in one space, by a real media server, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal, Protocol

import jwt
import pytest
import requests
from playwright.sync_api import expect

from tests.support.browser import MEDIA, Visit, chromium, fresh_visit
from tests.support.example_runs import ROOT
from tests.support.livekit_page import CLIENT, livekit_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser

    from tests.e2e.conftest import StartService
    from tests.support.livekit_server import LiveKitServer

SCREENSHOTS = ROOT / ".local" / "screenshots"
IMAGES = ROOT / "docs" / "images"
KEEP = "KEEP_PICTURES"
"""With this variable set, the picture in the README is taken anew."""

PATIENCE = 20_000
PLAYS = "videos => videos.length > 0 && videos.every(each => each.currentTime > 0 && each.videoWidth > 0)"
NO_DEVICE = """
navigator.mediaDevices.getUserMedia =
  () => Promise.reject(new DOMException("Requested device not found", "NotFoundError"));
"""


class Join(Protocol):
    """Opens the page in a browser of somebody's own, and joins."""

    def __call__(self, name: str, space: str, *, camera: bool = True, script: str = "") -> Visit:
        """The page, as soon as the form is sent."""
        ...


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with chromium(*MEDIA) as browser:
        yield browser


@pytest.fixture(name="service", scope="module")
def _service(
    livekit: LiveKitServer, tmp_path_factory: pytest.TempPathFactory, start_service: StartService
) -> Iterator[Mapping[str, str]]:
    with start_service(tmp_path_factory.mktemp("service"), **livekit.variables) as values:
        yield values


@pytest.fixture(name="address", scope="module")
def _address(service: Mapping[str, str]) -> Iterator[str]:
    with livekit_page(service["BASE_URL"], service["API_KEY"]) as address:
        yield address


@pytest.fixture(name="join")
def _join(browser: Browser, address: str) -> Iterator[Join]:
    with ExitStack() as people:

        def join(name: str, space: str, *, camera: bool = True, script: str = "") -> Visit:
            visit = people.enter_context(fresh_visit(browser))
            visit.page.add_init_script(script)
            visit.page.goto(address)
            visit.page.get_by_label("Space").fill(space)
            visit.page.get_by_label("Camera").set_checked(camera)
            visit.page.get_by_label("Your name").fill(name)
            visit.page.keyboard.press("Enter")
            return visit

        yield join


def sees(visit: Visit, *names: str) -> None:
    """Waits until the page shows these people and nobody else, in whatever order."""
    tiles = visit.page.get_by_role("listitem")
    for name in names:
        expect(tiles.filter(has=visit.page.get_by_text(name, exact=True))).to_have_count(1, timeout=PATIENCE)
    expect(tiles).to_have_count(len(names), timeout=PATIENCE)


def plays(visit: Visit, count: int) -> None:
    """Waits until so many videos are there, and all of them really move."""
    expect(visit.page.locator("video")).to_have_count(count, timeout=PATIENCE)
    visit.page.wait_for_function(f"() => ({PLAYS})([...document.querySelectorAll('video')])", timeout=PATIENCE)


def is_told(visit: Visit, problem: str) -> None:
    """Waits until the page says what is wrong."""
    expect(visit.page.get_by_role("alert")).to_have_text(problem, timeout=PATIENCE)


def answered(visit: Visit) -> dict[str, Any]:
    """What the page was told by the backend."""
    response = visit.request_of("/livekit-token").response()
    assert response is not None
    told: dict[str, Any] = response.json()
    return told


def identity_of(visit: Visit) -> str:
    """Who somebody is for LiveKit."""
    claims = jwt.decode(answered(visit)["participant_token"], options={"verify_signature": False})
    identity: str = claims["sub"]
    return identity


def test_two_people_see_each_other(join: Join) -> None:
    """By name, and by a video that plays, each on the page of the other."""
    ada, grace = join("Ada Lovelace", "my-workspace"), join("Grace Hopper", "my-workspace")

    for visit in (ada, grace):
        sees(visit, "Ada Lovelace", "Grace Hopper")
        plays(visit, 2)
        is_told(visit, "")
    grace.page.set_viewport_size({"width": 960, "height": 600})
    for folder in [SCREENSHOTS, IMAGES] if KEEP in os.environ else [SCREENSHOTS]:
        grace.keep_picture(folder / "livekit-two-people.png")


@pytest.mark.parametrize(
    ("camera", "script", "problem"),
    [
        (False, NO_DEVICE, ""),
        (True, NO_DEVICE, "You are in without a camera: Requested device not found"),
    ],
    ids=["left out", "missing"],
)
def test_nobody_needs_a_camera(camera: bool, script: str, problem: str, join: Join) -> None:
    """Whoever has none, or leaves it out, sees and is seen by name."""
    space = f"without-{camera}"
    ada, grace = join("Ada", space, camera=camera, script=script), join("Grace", space)

    for visit in (ada, grace):
        sees(visit, "Ada", "Grace")
        plays(visit, 1)
    is_told(ada, problem)


def test_who_leaves_is_gone_and_may_come_back(join: Join) -> None:
    """From their own page and from those of the others; as the same person."""
    ada, grace = join("Ada", "revolving"), join("Grace", "revolving")
    sees(grace, "Ada", "Grace")
    before = identity_of(ada)

    ada.page.get_by_role("button", name="Leave").click()
    sees(ada)
    is_told(ada, "")
    sees(grace, "Grace")

    ada.requests.clear()
    ada.page.get_by_role("button", name="Join").click()
    sees(grace, "Ada", "Grace")
    assert identity_of(ada) == before


def test_who_is_blocked_is_put_out_and_told_so(join: Join, service: Mapping[str, str]) -> None:
    """The block ends the call on the page, and the next attempt says why it fails."""
    mallory = join("Mallory", "guarded")
    sees(mallory, "Mallory")
    block = {"space": "guarded", "id": identity_of(mallory), "kick": True}
    key = {"Authorization": f"Bearer {service['API_KEY']}"}
    answer = requests.post(f"{service['BASE_URL']}/api/blocks", json=block, headers=key, timeout=30)
    assert (answer.status_code, answer.json()["kick"]) == (201, "removed")

    is_told(mallory, "Disconnected.")
    sees(mallory)
    mallory.page.get_by_role("button", name="Join").click()
    is_told(mallory, "You could not join: This person is blocked in this space.")


@pytest.mark.parametrize("space", ["no/such/space", "what?"])
def test_a_space_that_cannot_be_is_refused_clearly(space: str, join: Join) -> None:
    """And the form is there for another try."""
    visit = join("Ada", space)

    expect(visit.page.get_by_role("alert")).to_contain_text("room_name may hold letters, digits", timeout=PATIENCE)
    expect(visit.page.get_by_role("button", name="Join")).to_be_enabled()
    sees(visit)


def test_a_name_is_text(join: Join) -> None:
    """Whatever somebody calls themselves, it is shown and not run, to others too."""
    name = "<img src=x onerror=document.title='evil'>"
    mallory, ada = join(name, "markup", camera=False), join("Ada", "markup", camera=False)

    for visit in (mallory, ada):
        sees(visit, name, "Ada")
        assert visit.page.locator("img").count() == 0
        assert visit.page.title() == "Join a space"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_a_phone(scheme: Literal["light", "dark"], join: Join) -> None:
    """Nothing is cut off on a narrow screen, and the scheme that the person likes is followed."""
    visit = join("Ada", f"phone-{scheme}")
    visit.page.set_viewport_size({"width": 320, "height": 640})
    visit.page.emulate_media(color_scheme=scheme)
    plays(visit, 1)
    visit.keep_picture(SCREENSHOTS / f"livekit-phone-{scheme}.png")

    assert visit.page.evaluate("document.documentElement.scrollWidth") == 320
    grounds = {"light": "rgb(244, 245, 249)", "dark": "rgb(18, 19, 26)"}
    assert visit.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == grounds[scheme]


def test_page_asks_nobody_else_and_holds_no_key(join: Join, service: Mapping[str, str]) -> None:
    """All it loads and all it talks to is on this machine, and the API key is in none of it."""
    visit = join("Ada", "alone")
    plays(visit, 1)

    assert visit.hosts() == {"127.0.0.1"}
    assert visit.sockets
    said = [visit.page.content(), str(answered(visit)), *(str(each.all_headers()) for each in visit.requests)]
    assert not [text for text in said if service["API_KEY"] in text]


def test_backend_decides_who_somebody_is(address: str) -> None:
    """A browser cannot say who it is, as what it comes, or what the room is like; without a session it is nobody."""
    wish = {
        "room_name": "my-workspace",
        "participant_name": "Mallory",
        "participant_identity": "ada",
        "participant_attributes": {"identity": "owner"},
        "participant_metadata": "x",
        "room_config": {"max_participants": 1},
    }
    with requests.Session() as session:
        assert session.post(f"{address}livekit-token", json=wish, timeout=10).status_code == 403
        session.get(address, timeout=10)
        answer = session.post(f"{address}livekit-token", json=wish, timeout=10)

    assert answer.status_code == 201
    claims = jwt.decode(answer.json()["participant_token"], options={"verify_signature": False})
    assert claims["sub"].startswith("user_")
    assert claims["attributes"]["identity"] == "participant"
    assert (claims.get("metadata"), claims.get("roomConfig")) == (None, None)


@pytest.mark.parametrize(
    "path",
    ["backend.py", "package.json", "../../../etc/passwd", f"{CLIENT}/../../package.json", f"{CLIENT}.map", "%2e"],
)
def test_backend_serves_two_files(path: str, address: str) -> None:
    """And no other one, however it is asked for."""
    request = requests.Request("GET", address).prepare()
    request.url = address + path
    with requests.Session() as session:
        assert session.send(request, timeout=10).status_code == 404
