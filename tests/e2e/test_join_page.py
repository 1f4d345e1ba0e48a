"""The page behind a join link in a browser: every state of it, for everybody, and the way into the space."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.support.axe import violations_on
from tests.support.browser import Visit, chromium
from tests.support.example_runs import ROOT
from tests.support.join_door import Door
from tests.support.join_server import served, web_client
from tests.support.lobby import HOUR, SPACE
from vocespace import container
from vocespace.blocks import Block
from vocespace.meetings import Status
from vocespace.space_records import Space, Strategy, room_key, space_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from local.request_log import Entry
    from tests.support.world import World

PICTURES = ROOT / ".local" / "screenshots"
PHONE = {"width": 320, "height": 640}
REMEMBER_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
WITHOUT_OFFSETS = """
const { DateTimeFormat } = Intl;
Intl.DateTimeFormat = function (locale, options) {
  if (options?.timeZoneName) throw new RangeError("timeZoneName");
  return new DateTimeFormat(locale, options);
};
"""
IN_A_MINUTE = HOUR - 10 * 60 - 60
"""How far to move the clock, so that the meeting's door opens a minute later."""


class House:
    """A door, served, and browsers before it."""

    def __init__(self, door: Door, browser: Browser, base: str, entries: list[Entry]) -> None:
        self.door = door
        self.world = door.world
        self.entries = entries
        self._browser = browser
        self._base = base

    def url(self, code: str) -> str:
        """The link."""
        return f"{self._base}/join/{code}"

    @contextmanager
    def visit(self, code: str, **context: Any) -> Iterator[Visit]:  # noqa: ANN401 - options of a browser context
        """Somebody opens a link."""
        with self._browser.new_context(**({"timezone_id": "Asia/Shanghai"} | context)) as fresh:
            visit = Visit(fresh.new_page())
            fresh.on("request", visit.remember)
            fresh.add_init_script(REMEMBER_VIOLATIONS)
            visit.page.goto(self.url(code))
            yield visit

    def presses(self) -> int:
        """How often somebody wanted to come in."""
        return sum(entry.method == "POST" for entry in self.entries)


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(name="house")
def _house(world: World, browser: Browser) -> Iterator[House]:
    with web_client() as client, served(world) as (base, entries):
        world.configure(VOCESPACE_URL=client)
        yield House(Door(world), browser, base, entries)


def early(house: House) -> str:
    """A link to a meeting that begins in an hour."""
    return house.door.booked(title="Weekly review", organizer="Grace Hopper", people={"timeZone": "Europe/Berlin"})[0]


def open_to_ada(house: House) -> str:
    """The same, when it has begun."""
    code, its, _ = house.door.booked(title="Weekly review", organizer="Grace Hopper")
    house.world.clock.wall = its.starts_at
    return code


def moved(house: House) -> str:
    """A meeting that is a day later than it was."""
    code, its, _ = house.door.booked(title="Weekly review")
    later = its.starts_at + 24 * HOUR
    house.door.put(
        its.model_copy(update={"starts_at": later, "ends_at": later + HOUR, "moved_from": its.starts_at, "version": 2})
    )
    return code


def cancelled(house: House) -> str:
    """A meeting that was called off."""
    code, its, _ = house.door.booked(title="Weekly review")
    house.door.put(its.model_copy(update={"status": Status.CANCELLED, "version": 2}))
    return code


def over(house: House) -> str:
    """A meeting of yesterday."""
    code, _, _ = house.door.booked(title="Weekly review")
    house.world.clock.advance(24 * HOUR)
    return code


def used_up(house: House) -> str:
    """A link for one, by which somebody has come."""
    code = house.door.link(maxUses=1)
    house.door.press(code)
    return code


def blocked(house: House) -> str:
    """A link of somebody who is blocked."""
    container.container().blocks.add(Block(space=SPACE, id="ada", created_at=1, platform="demo"))
    return house.door.link()


def unknown(_: House) -> str:
    """No link of ours."""
    return "A" * 22


def busy(house: House) -> str:
    """A link into a space whose rooms are all taken."""
    made = Space(created_at=1, strategy=Strategy.POOL)
    house.door.table.write_together(house.door.table.put(space_key(SPACE) | made.to_wire()))
    return house.door.link(room="$empty")


def refused(house: House) -> str:
    """A link into a space where the platform may let nobody in."""
    return house.door.link(auth="forgotten")


STATES: dict[str, tuple[Callable[[House], str], str, str]] = {
    "early": (early, "early", "You are early"),
    "open": (open_to_ada, "open", "You can come in"),
    "moved": (moved, "early", "You are early"),
    "cancelled": (cancelled, "cancelled", "Cancelled"),
    "over": (over, "over", "This meeting is over"),
    "used_up": (used_up, "used_up", "This link is used up"),
    "blocked": (blocked, "blocked", "You cannot come in"),
    "unknown": (unknown, "unknown", "We do not know this link"),
    "busy": (busy, "busy", "All rooms are taken"),
    "refused": (refused, "refused", "This link no longer lets you in"),
}
AFTER_A_PRESS = {"blocked", "busy", "refused"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light"},
    "chinese": {"locale": "zh-CN", "viewport": PHONE, "color_scheme": "dark"},
    "without script": {"java_script_enabled": False},
}


def press(visit: Visit) -> None:
    """Press the one button."""
    visit.page.get_by_role("button").click()


def state_of(visit: Visit) -> str | None:
    """What the page says it is in."""
    return visit.page.locator("main").get_attribute("data-state")


@pytest.mark.parametrize("name", STATES)
def test_each_state_is_for_everybody(house: House, name: str) -> None:
    """Light and dark, on a phone, in Chinese, without JavaScript: all of it is there, and axe-core has no objection."""
    make, state, heading = STATES[name]
    code = make(house)
    for look, options in LOOKS.items():
        with house.visit(code, **options) as visit:
            if name in AFTER_A_PRESS:
                press(visit)
                visit.page.wait_for_selector(f"main[data-state={state}]")
            visit.keep_picture(PICTURES / f"join-{name}-{look.replace(' ', '-')}.png")

            assert state_of(visit) == state
            assert (visit.page.locator("h1").inner_text() == heading) is (look != "chinese")
            assert visit.hosts() == {"127.0.0.1"}
            if look != "without script":
                assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                assert visit.page.evaluate("window.violations") == []
                assert violations_on(visit.page) == []


def test_the_page_asks_for_itself_alone(house: House) -> None:
    """One request: no picture, no font, no favicon."""
    code = early(house)
    with house.visit(code) as visit:
        visit.page.wait_for_selector(".countdown:visible")

        assert [request.url for request in visit.requests] == [house.url(code)]
        assert [entry.path for entry in house.entries] == ["/join/{code}"]


def test_only_the_pages_own_script_runs(house: House) -> None:
    """Whatever else gets into it."""
    with house.visit(early(house)) as visit:
        visit.page.evaluate(
            "document.head.appendChild(document.createElement('script')).textContent = 'window.evil = 1'"
        )

        assert visit.page.evaluate("window.evil") is None
        assert visit.page.evaluate("window.violations") == ["script-src-elem"]


@pytest.mark.parametrize("script", [True, False])
def test_a_press_of_the_button_leads_into_the_space(house: House, script: bool) -> None:
    """At another origin, with and without JavaScript, and nobody there is told where from."""
    with house.visit(open_to_ada(house), java_script_enabled=script) as visit:
        assert "Grace" in visit.page.locator("main").inner_text()
        press(visit)
        visit.page.wait_for_url(f"**/{SPACE}?*")

        assert visit.page.locator("h1").inner_text() == "The space"
        assert "referer" not in visit.request_of(f"/{SPACE}").all_headers()
    assert house.presses() == 1


def test_a_keyboard_is_enough(house: House) -> None:
    """Tab, and there is the button, which can be seen to be chosen; Enter, and there is the space."""
    with house.visit(open_to_ada(house)) as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.tagName") == "BUTTON"
        assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url(f"**/{SPACE}?*")


@pytest.mark.parametrize("make", [early, open_to_ada])
def test_everything_is_large_enough_for_a_finger(house: House, make: Callable[[House], str]) -> None:
    """44 pixels, whatever can be pressed."""
    with house.visit(make(house), viewport=PHONE) as visit:
        shown = [each for each in visit.page.locator("button, a, label").all() if each.is_visible()]
        boxes = [each.bounding_box() for each in shown]
        assert boxes
        assert all(box is not None and box["height"] >= 44 for box in boxes)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Asia/Shanghai", "Asia/Shanghai (UTC+8)"),
        ("America/St_Johns", "America/St_Johns (UTC-3:30)"),
        ("Europe/London", "Europe/London (UTC)"),
        ("UTC", "UTC"),
    ],
)
def test_times_are_the_visitors_own(house: House, zone: str, text: str) -> None:
    """With the zone's name; without JavaScript they are the person's, as far as that is known."""
    code = early(house)
    with house.visit(code, timezone_id=zone, locale="en-GB") as visit:
        shown = visit.page.locator("dl .when").inner_text()
        assert shown.replace("\u2212", "-").endswith(text)
        assert ("20:06" in shown) is (zone == "Asia/Shanghai")
    with house.visit(code, timezone_id=zone, java_script_enabled=False) as visit:
        assert visit.page.locator("dl .when").inner_text() == (
            "Wednesday, 18 November 2026, 13:06 \u2013 13:36 Europe/Berlin (UTC+1)"
        )


def test_a_browser_that_cannot_name_its_zone_counts_down_all_the_same(house: House) -> None:
    """An old one: times stay those of the server, whole and with their zone, and the way in is there."""
    code = early(house)
    with house.visit("A" * 22) as visit:
        visit.page.add_init_script(WITHOUT_OFFSETS)
        visit.page.goto(house.url(code))

        assert "50 minutes" in visit.page.locator(".countdown:visible").inner_text()
        assert visit.page.locator("dl .when").inner_text() == (
            "Wednesday, 18 November 2026, 13:06 \u2013 13:36 Europe/Berlin (UTC+1)"
        )


@pytest.mark.parametrize("wrong_by", [-3 * 86_400_000, 0, 3 * 86_400_000])
def test_the_door_opens_by_itself(house: House, wrong_by: int) -> None:
    """When it opens by the server's clock, whatever that of the visitor says; and not a moment before."""
    code = early(house)
    house.world.clock.advance(IN_A_MINUTE)
    with house.visit("A" * 22) as visit:
        visit.page.clock.install()
        visit.page.clock.set_system_time(visit.page.evaluate("Date.now()") + wrong_by)
        visit.page.goto(house.url(code))
        visit.page.wait_for_selector(".countdown:visible")
        assert re.fullmatch(r"Opens in (1 minute|5\d seconds)", visit.page.locator(".countdown").inner_text())

        house.world.clock.advance(59)
        visit.page.clock.run_for(57_000)
        assert house.presses() == 0
        assert "second" in visit.page.locator(".spoken").inner_text()
        house.world.clock.advance(2)
        visit.page.clock.run_for(6_000)
        visit.page.wait_for_url(f"**/{SPACE}?*")
    assert house.presses() == 1


def test_whoever_does_not_want_that_is_left_alone(house: House) -> None:
    """Without the tick, there is the button."""
    code = early(house)
    house.world.clock.advance(IN_A_MINUTE)
    with house.visit("A" * 22) as visit:
        visit.page.clock.install()
        visit.page.goto(house.url(code))
        visit.page.get_by_role("checkbox").uncheck()
        house.world.clock.advance(61)
        visit.page.clock.run_for(70_000)

        assert house.presses() == 0
        assert visit.page.locator(".countdown").inner_text() == "The door is open."
        press(visit)
        visit.page.wait_for_url(f"**/{SPACE}?*")


def test_nobody_is_taken_into_a_call_behind_their_back(house: House) -> None:
    """A page in the background says that it is open, and goes in when it is looked at."""
    code = early(house)
    house.world.clock.advance(IN_A_MINUTE)
    with house.visit("A" * 22) as visit:
        visit.page.clock.install()
        visit.page.goto(house.url(code))
        visit.page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.isAway})")
        visit.page.evaluate("window.isAway = true")
        house.world.clock.advance(61)
        visit.page.clock.run_for(70_000)
        assert visit.page.title() == "The door is open."
        assert house.presses() == 0

        visit.page.evaluate("window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))")
        visit.page.wait_for_url(f"**/{SPACE}?*")
    assert house.presses() == 1


def test_a_machine_that_has_slept_looks_again(house: House) -> None:
    """Its count stood still meanwhile; the server knows what time it is."""
    code = early(house)
    with house.visit("A" * 22) as visit:
        visit.page.clock.install()
        visit.page.goto(house.url(code))
        assert "50 minutes" in visit.page.locator(".countdown").inner_text()
        house.world.clock.advance(HOUR)
        visit.page.clock.set_system_time(visit.page.evaluate("Date.now()") + HOUR * 1000)
        visit.page.clock.run_for(40_000)
        visit.page.wait_for_selector("main[data-state=open]")
    assert house.presses() == 0


def test_a_meeting_that_moved_while_somebody_waited_says_so(house: House) -> None:
    """Whoever is taken to a closed door learns why, and waits on; to load the page again sends nothing twice."""
    code, its, _ = house.door.booked()
    house.world.clock.advance(IN_A_MINUTE)
    with house.visit("A" * 22) as visit:
        visit.page.clock.install()
        visit.page.goto(house.url(code))
        later = its.starts_at + HOUR
        house.door.put(
            its.model_copy(
                update={"starts_at": later, "ends_at": later + HOUR, "moved_from": its.starts_at, "version": 2}
            )
        )
        house.world.clock.advance(61)
        visit.page.clock.run_for(70_000)
        visit.page.wait_for_selector(".notice")
        assert state_of(visit) == "early"
        assert house.presses() == 1
        visit.page.reload()
        visit.page.wait_for_selector(".notice")
    assert house.presses() == 1


def test_a_room_that_becomes_free_is_taken(house: House) -> None:
    """The page of a full house tries again."""
    code = busy(house)
    with house.visit(code) as visit:
        visit.page.clock.install()
        press(visit)
        visit.page.wait_for_selector("main[data-state=busy]")
        house.door.table.write_together(house.door.table.put(room_key(SPACE, "r1") | {"made": "pool"}))
        visit.page.clock.run_for(20_000)
        visit.page.wait_for_url(f"**/{SPACE}?*")
    assert house.presses() == 2


def test_a_page_that_was_forgotten_gives_up(house: House) -> None:
    """After some hundred tries there is only the button; to open the link anew begins anew."""
    code = busy(house)
    with house.visit(code) as visit:
        visit.page.clock.install()
        visit.page.evaluate("sessionStorage.setItem('tries', 240)")
        press(visit)
        visit.page.wait_for_selector("main[data-state=busy]")
        visit.page.clock.run_for(20_000)
        assert not visit.page.locator(".countdown").is_visible()
        assert house.presses() == 1

        visit.page.goto(house.url(code))
        press(visit)
        visit.page.wait_for_selector(".countdown:visible")


def test_coming_again_is_known(house: House) -> None:
    """A link for one: the browser that has used it may come again, another may not."""
    code = house.door.link(maxUses=1)
    with house.visit(code) as visit:
        press(visit)
        visit.page.wait_for_url(f"**/{SPACE}?*")
        visit.page.goto(house.url(code))
        assert state_of(visit) == "open"
        press(visit)
        visit.page.wait_for_url(f"**/{SPACE}?*")
    with house.visit(code) as visit:
        assert state_of(visit) == "used_up"


def test_the_entry_for_the_calendar_can_be_had(house: House) -> None:
    """By the link on the page, without JavaScript as well."""
    code = early(house)
    for script in (True, False):
        with house.visit(code, java_script_enabled=script) as visit:
            with visit.page.expect_download() as waiting:
                visit.page.get_by_role("link", name="Add to calendar").click()
            assert urlsplit(waiting.value.url).path == f"/join/{code}/calendar.ics"
            assert waiting.value.path().read_text().startswith("BEGIN:VCALENDAR")


def test_the_page_reads_aloud_in_order(house: House) -> None:
    """Landmarks, one heading, names and values, and a countdown that is not read out each second."""
    with house.visit(early(house)) as visit:
        visit.page.wait_for_selector(".countdown:visible")
        assert visit.page.locator("main").aria_snapshot().startswith('- main:\n  - heading "You are early" [level=1]')
        assert visit.page.get_by_role("banner").count() == 1
        assert visit.page.get_by_role("timer").get_attribute("aria-live") is None
        assert visit.page.get_by_role("status").inner_text() == ""
        assert visit.page.get_by_role("checkbox", name="Let me in as soon as it opens").is_checked()
