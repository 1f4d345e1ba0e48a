"""The redirect page in a browser: from a click on the platform's page to VoceSpace's page, here a stand-in for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.support import livekit_oracle as oracle
from tests.support.browser import Visit, chromium, fresh_visit
from tests.support.example_runs import DOCUMENTED, DOCUMENTED_BASE_URL, ROOT
from tests.support.page_backend import page_backend
from tests.support.upstream import Answer, Upstream
from tests.support.vocespace_faces import always

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser

SPACE_PAGE = "/client/my-workspace"
REDEEM = "/api/connection-details"
PICTURES = ROOT / ".local" / "screenshots"
DOCUMENTED_TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """A browser with an empty page and no memory."""
    with fresh_visit(browser) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def platform_page(running: Mapping[str, str]) -> Iterator[str]:
    """The address of the example's page, served by the example's backend."""
    with page_backend(running["BASE_URL"], running["API_KEY"]) as address:
        yield address


def click_through(visit: Visit, platform_page: str, button: str) -> None:
    """Open the platform's page, click, and wait until the person has arrived."""
    visit.page.goto(platform_page)
    visit.page.click(f"#{button}")
    visit.page.wait_for_url(f"**{SPACE_PAGE}?*")


def signed_token(running: Mapping[str, str], **person: str) -> str:
    """A token that a platform's backend gets for somebody."""
    answer = requests.post(
        f"{running['BASE_URL']}/api/redirect-url",
        json={"id": "user_1", "space": "my-workspace", "ttlSeconds": 60} | person,
        headers={"Authorization": f"Bearer {running['API_KEY']}"},
        timeout=10,
    )
    assert answer.status_code == 201
    token: str = answer.json()["token"]
    return token


def arrived(visit: Visit) -> dict[str, Any]:
    """What the address of VoceSpace's page carries: auth, details, data."""
    query = parse_qs(urlsplit(visit.page.url).query, strict_parsing=True)
    assert set(query) == {"auth", "details", "data"}
    return {
        "auth": query["auth"][0],
        "details": json.loads(query["details"][0]),
        "data": json.loads(query["data"][0]),
    }


def test_documented_redirect_takes_a_guest_to_the_page(
    visit: Visit, platform_page: str, running: Mapping[str, str]
) -> None:
    """One click on the documented redirect, which names no auth type, ends in the space as a guest."""
    click_through(visit, platform_page, "as-guest")
    visit.keep_picture(PICTURES / "redirect-as-guest.png")

    carried = arrived(visit)
    assert carried["data"]["identity"] == "guest"
    assert (carried["data"]["id"], carried["data"]["space"]) == ("user_12345", "my-workspace")
    claims = oracle.verified(carried["details"], running)
    assert oracle.granted(claims) == oracle.expected_grants("guest")
    assert claims.attributes is not None
    assert claims.attributes["identity"] == "guest"


def test_redirect_url_takes_a_participant_to_the_page(
    visit: Visit, platform_page: str, running: Mapping[str, str]
) -> None:
    """The link that came with the token names the auth type, so the person arrives as what the token says."""
    click_through(visit, platform_page, "as-participant")
    visit.keep_picture(PICTURES / "redirect-as-participant.png")

    carried = arrived(visit)
    assert carried["auth"] == "demo"
    assert carried["data"]["identity"] == "participant"
    assert carried["data"]["preJoin"] is False
    claims = oracle.verified(carried["details"], running)
    assert (claims.identity, claims.name) == ("user_12345", "Zhang San")
    assert claims.attributes == {"identity": "participant", "auth": "demo"}


def test_page_shows_what_arrived(visit: Visit, platform_page: str, running: Mapping[str, str]) -> None:
    """The stand-in for VoceSpace's page shows auth, details and data as they arrived."""
    click_through(visit, platform_page, "as-participant")

    carried = arrived(visit)
    assert visit.text_of("auth") == carried["auth"]
    assert json.loads(visit.text_of("data")) == carried["data"]
    shown = json.loads(visit.text_of("details"))
    for name in ("serverUrl", "roomName", "participantName"):
        assert shown[name] == carried["details"][name]
    assert shown["serverUrl"] == running["LIVEKIT_URL"]


def test_way_in_is_one_redirect_that_nobody_keeps(visit: Visit, platform_page: str) -> None:
    """The token is redeemed by one 302 that no cache may keep."""
    click_through(visit, platform_page, "as-participant")

    redeemed = visit.request_of(REDEEM).response()
    assert redeemed is not None
    assert redeemed.status == 302
    assert redeemed.headers["cache-control"] == "no-store"
    assert redeemed.headers["referrer-policy"] == "no-referrer"
    landed = visit.request_of(SPACE_PAGE)
    assert landed.redirected_from == visit.request_of(REDEEM)


def test_nothing_leaves_this_machine(visit: Visit, platform_page: str) -> None:
    """From the click to the space, the browser asks nothing of any other machine."""
    click_through(visit, platform_page, "as-participant")

    assert {urlsplit(request.url).path for request in visit.requests} >= {"/", "/token", REDEEM, SPACE_PAGE}
    assert visit.hosts() == {"127.0.0.1"}


@pytest.mark.parametrize("button", ["as-guest", "as-participant"])
def test_nobody_is_told_where_the_person_came_from(visit: Visit, platform_page: str, button: str) -> None:
    """Neither the token's redemption nor VoceSpace's page sees a Referer, so no address with a token spreads."""
    click_through(visit, platform_page, button)

    for path in (REDEEM, SPACE_PAGE):
        assert "referer" not in visit.request_of(path).all_headers()
    assert visit.page.evaluate("document.referrer") == ""


def test_snippet_of_the_documentation_redirects_with_only_the_base_url_changed(
    visit: Visit, running: Mapping[str, str]
) -> None:
    """The documentation's own redirect, to the letter, ends in the space as a guest; its Referer goes no further."""
    token = signed_token(running, username="李 雷", identity="owner")
    snippet = (DOCUMENTED / "redirect.txt").read_text()
    script = snippet.replace(DOCUMENTED_BASE_URL, running["BASE_URL"]).replace(DOCUMENTED_TOKEN, token)
    page = Answer(200, f"<!doctype html><script>{script}</script>".encode(), {"Content-Type": "text/html"})

    with Upstream(always(page)) as platform:
        visit.page.goto(platform.url, wait_until="commit")
        visit.page.wait_for_url(f"**{SPACE_PAGE}?*")

        # This page asks for no privacy, so the browser names it to us; our answer keeps the browser from naming us on.
        assert visit.request_of(REDEEM).all_headers()["referer"] == f"{platform.url}/"
    carried = arrived(visit)
    assert (carried["data"]["identity"], carried["data"]["username"]) == ("guest", "李 雷")
    assert "referer" not in visit.request_of(SPACE_PAGE).all_headers()


def test_token_that_does_not_hold_leads_nowhere(visit: Visit, running: Mapping[str, str]) -> None:
    """A link whose token was tampered with ends at a 401 that shows nothing of it."""
    token = signed_token(running, username="Mallory", identity="guest")[:-4] + "AAAA"
    answer = visit.page.goto(f"{running['BASE_URL']}{REDEEM}?auth=demo&token={token}")

    assert answer is not None
    assert answer.status == 401
    assert token not in visit.page.content()
    assert visit.hosts() == {"127.0.0.1"}


def test_page_says_that_it_did_not_work(visit: Visit, running: Mapping[str, str]) -> None:
    """Where the backend's API key is refused, the person stays on the page and is told so; the key is nowhere."""
    wrong = "vsk_abcdefghijkm_" + "0" * 64
    with page_backend(running["BASE_URL"], wrong) as address:
        visit.page.goto(address)
        visit.page.click("#as-participant")
        visit.page.locator("#problem:not(:empty)").wait_for()

        assert visit.text_of("problem") == "That did not work. The backend answered 502."
        assert visit.page.url == address
        assert wrong not in visit.page.content()
