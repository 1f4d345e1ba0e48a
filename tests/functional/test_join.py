"""`/join/{code}`, driven through its handler: what people see, what it changes, and how they come in."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import jwt
import pytest

from tests.support.aws_calls import CALLS
from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.join_door import Door, pressed, state_of
from tests.support.links import web_client_link
from tests.support.lobby import END, HOUR, SPACE
from tests.support.world import DEMO, LIVEKIT_SECRET, WEB_CLIENT, World
from vocespace import container
from vocespace.blocks import Block
from vocespace.meetings import Status
from vocespace.space_records import Space, Strategy, room_key, space_key

UNKNOWN = "A" * 22


@pytest.fixture(name="door")
def _door(world: World) -> Door:
    return Door(world)


def participant(answer: dict[str, Any]) -> dict[str, Any]:
    """The claims of the participant token that somebody was sent on with."""
    *_, details, _ = web_client_link(answer["headers"]["Location"])
    claims: dict[str, Any] = jwt.decode(
        details["participantToken"], LIVEKIT_SECRET, ["HS256"], options={"verify_exp": False, "verify_nbf": False}
    )
    return claims


def test_each_state_of_a_meeting_has_its_page(door: Door) -> None:
    """From too early, over open, to over; at one and the same address."""
    code, its, _ = door.booked(title="Weekly review", organizer="Grace Hopper")
    seen = []
    for moment in (NOW, its.opens_at - 1, its.opens_at, its.closes_at - 1, its.closes_at, its.closes_at + 30 * 86_400):
        door.world.clock.wall = moment
        answer = door.see(code)
        seen.append((answer.status, state_of(answer)))
        assert "Weekly review" in answer.text

    assert seen == [(200, "early")] * 2 + [(200, "open")] * 2 + [(410, "over")] * 2


def test_a_meeting_that_moves_takes_its_link_along(door: Door) -> None:
    """The page says so, and the link opens when the meeting now is."""
    code, its, _ = door.booked()
    later = its.starts_at + 86_400
    moved = its.model_copy(
        update={"starts_at": later, "ends_at": later + HOUR, "moved_from": its.starts_at, "version": 2}
    )
    door.put(moved)

    door.world.clock.wall = its.starts_at
    answer = door.see(code)
    assert (answer.status, state_of(answer)) == (200, "early")
    assert 'class="notice"' in answer.text
    assert "2026-11-18T12:06:40Z" in answer.text
    assert "2026-11-19T12:06:40Z" in answer.text
    assert pressed(door.press(code)) == (200, "early")

    door.world.clock.wall = later
    assert state_of(door.see(code)) == "open"
    assert door.press(code)["statusCode"] == 303


def test_what_is_off_says_so(door: Door) -> None:
    """A meeting that is cancelled, and a link that was withdrawn: gone, but not without a word."""
    code, its, _ = door.booked()
    door.put(its.model_copy(update={"status": Status.CANCELLED, "version": 2}))
    withdrawn = door.link(revokedAt=NOW)

    for each in (code, withdrawn):
        answer = door.see(each)
        assert (answer.status, state_of(answer)) == (410, "cancelled")
        assert pressed(door.press(each)) == (410, "cancelled")
    assert "you are no longer expected" in door.see(code).text
    assert "you are no longer expected" not in door.see(withdrawn).text


@pytest.mark.parametrize("case", ["get_page", "get_calendar"])
@pytest.mark.parametrize("code", [UNKNOWN, "nobodys-code", "A" * 21 + "B", "A" * 23, "A" * 5000, "a b", "<b>", "é"])
def test_what_is_no_link_is_unknown(door: Door, code: str, case: str) -> None:
    """Whether it could be one or not, and without a word of what was sent."""
    answer = door.see(code, case)

    assert (answer.status, state_of(answer)) == (404, "unknown")
    assert code not in answer.text
    assert pressed(door.press(code)) == (404, "unknown")


def test_what_cannot_be_a_link_is_not_looked_up(door: Door) -> None:
    """A malformed code costs no read."""
    before = len(CALLS)
    for case in ("get_malformed", "get_page", "head_page", "get_calendar"):
        door.see("nobodys-code", case)
    door.press("nobodys-code")

    assert CALLS[before:] == []


def test_a_mail_scanner_uses_nothing_up(door: Door) -> None:
    """GET, HEAD and stranger things, a thousand times: the table is as it was, and nobody got a cookie."""
    codes = [door.link(maxUses=1, room="$empty"), door.booked()[0], UNKNOWN]
    door.world.clock.advance(HOUR)
    before, calls = door.contents(), len(CALLS)

    for turn in range(1000):
        case = ("get_page", "head_page", "get_calendar", "get_page_again", "get_page_chinese")[turn % 5]
        answer = door.world.invoke("join", door.event(case, codes[turn % 3]))
        leads_back = answer["headers"].get("Location") == f"../{codes[0]}" and case == "get_calendar"
        assert answer["statusCode"] in ({303} if leads_back else {200, 404})
        assert not answer.get("cookies")
    for method in ("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get", "Post "):
        event = door.event("get_page", codes[0])
        event["requestContext"]["http"] |= {"method": method}
        assert door.world.invoke("join", event)["statusCode"] in {200, 404}

    assert door.contents() == before
    assert {call.action for call in CALLS[calls:]} <= {"dynamodb:GetItem", "dynamodb:BatchGetItem"}
    assert door.press(codes[0])["statusCode"] == 303


def test_head_is_get_without_the_page(door: Door) -> None:
    """The same status and headers."""
    code = door.link()
    for each in (code, UNKNOWN, "nobodys-code"):
        seen, head = door.see(each), door.see(each, "head_page", headers=door.event("get_page", each)["headers"])
        assert (head.status, head.headers) == (seen.status, seen.headers)
        assert head.text == ""


def test_the_page_keeps_itself_to_itself(door: Door) -> None:
    """Whatever its state: kept by nobody, framed by nobody, told to nobody, and running nothing else."""
    code, _, _ = door.booked()
    gone = door.link(revokedAt=NOW)
    for answer in (door.see(code), door.see(gone), door.see(UNKNOWN)):
        headers = answer.headers
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Vary"] == "Accept-Language"
        assert headers["Content-Language"] == "en"
        policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
        assert policy.pop("script-src").startswith("'sha256-")
        assert policy.pop("style-src").startswith("'sha256-")
        assert policy == {
            "default-src": "'none'",
            "img-src": "data:",
            "base-uri": "'none'",
            "form-action": f"'self' {WEB_CLIENT}",
            "frame-ancestors": "'none'",
        }


def test_the_page_speaks_chinese(door: Door) -> None:
    """To whoever asks for it, also where there is nothing to be seen."""
    code, _, _ = door.booked()
    for each in (code, UNKNOWN):
        answer = door.see(each, "get_page_chinese")
        assert answer.headers["Content-Language"] == "zh"
        assert '<html lang="zh">' in answer.text


def test_times_are_in_the_zone_of_the_person(door: Door) -> None:
    """Where it is known; a program reads them in UTC."""
    code, _, _ = door.booked(people={"timeZone": "Asia/Shanghai"})

    text = door.see(code).text

    assert "20:06</time>" in text
    assert "Asia/Shanghai (UTC+8)" in text
    assert '<time datetime="2026-11-18T12:06:40Z">' in text


def test_a_press_of_the_button_goes_on_into_the_space(door: Door) -> None:
    """By a 303 that nobody keeps, with a participant token of five minutes, as whom the link is for."""
    code, its, _ = door.booked()
    door.world.clock.wall = its.starts_at

    answer = door.press(code)

    assert answer["statusCode"] == 303
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert answer["headers"]["Referrer-Policy"] == "no-referrer"
    assert not answer.get("cookies")
    origin, space, auth, _, data = web_client_link(answer["headers"]["Location"])
    assert (origin, space, auth) == (WEB_CLIENT, SPACE, "demo")
    assert data["username"] == "Grace"
    claims = participant(answer)
    assert claims["sub"] == "att_aaaaaaaa"
    assert its.starts_at < claims["exp"] <= its.starts_at + 300


def test_without_a_web_client_it_goes_on_to_the_api(door: Door) -> None:
    """The policy knows the way there too."""
    door.world.configure(VOCESPACE_URL="", PUBLIC_BASE_URL="https://meet.example/connect")
    code = door.link()

    answer = door.press(code)

    location = urlsplit(answer["headers"]["Location"])
    assert (location.netloc, location.path) == ("meet.example", "/connect/api/connection-details")
    assert "form-action 'self' https://meet.example;" in door.see(code).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "members",
    [
        {"body": "identity=owner&id=root&username=Root"},
        {"body": '{"identity": "owner"}', "isBase64Encoded": False},
        {"body": "aWRlbnRpdHk9b3duZXI=", "isBase64Encoded": True},
        {"body": "%%%", "isBase64Encoded": True},
        {"body": "x" * 100_000},
        {"rawQueryString": "identity=owner&auth=c_s", "queryStringParameters": {"identity": "owner", "auth": "c_s"}},
        {"cookies": ["identity=owner", "__Secure-visitor-=owner"]},
    ],
)
def test_nothing_that_is_sent_makes_more_of_a_guest(door: Door, members: dict[str, object]) -> None:
    """A link for a guest lets in a guest, whatever comes with it."""
    answer = door.press(door.link(), **members)

    claims = participant(answer)
    assert (claims["sub"], claims["attributes"]["identity"]) == ("ada", "guest")
    assert not claims["video"].get("roomAdmin")


def test_coming_again_is_no_further_use(door: Door) -> None:
    """Of a link for two: the browser is known by a cookie; a third one is told that the link is used up."""
    code = door.link(maxUses=2)

    first = door.press(code)
    (cookie,) = first["cookies"]
    pair, *attributes = cookie.split("; ")
    name, value = pair.split("=", 1)
    assert re.fullmatch(r"__Secure-visitor-[0-9a-f]{16}", name)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", value)
    assert code not in cookie
    assert sorted(attributes) == ["HttpOnly", "Max-Age=31622400", "SameSite=Lax", "Secure"]
    second = door.press(code)

    assert [participant(each)["sub"] for each in (first, second)] == ["ada", "ada_2"]
    assert pressed(door.press(code)) == (410, "used_up")
    assert (door.see(code).status, state_of(door.see(code))) == (410, "used_up")
    assert state_of(door.see(code, cookies=["other=1", pair])) == "open"
    again = door.press(code, cookies=[pair])
    assert participant(again)["sub"] == "ada"
    assert again["cookies"] == first["cookies"]


def test_a_cookie_is_for_one_link(door: Door) -> None:
    """Nobody can tell by it who has used several."""
    codes = door.link(maxUses=2), door.link(maxUses=2)

    names = {door.press(code)["cookies"][0].split("=")[0] for code in codes}

    assert len(names) == 2


@pytest.mark.parametrize("cookie", ["", "x", "../..", "A" * 4000, "A" * 22 + ";", "é"])
def test_any_cookie_may_come(door: Door, cookie: str) -> None:
    """What is none of ours says nothing."""
    code = door.link(maxUses=1)
    name = door.press(code)["cookies"][0].split("=")[0]

    assert pressed(door.press(code, cookies=[f"{name}={cookie}"])) == (410, "used_up")


def test_somebody_who_is_blocked_is_told_so(door: Door) -> None:
    """At the button; the page tells no one whom others have blocked."""
    code = door.link()
    container.container().blocks.add(Block(space=SPACE, id="ada", created_at=NOW, platform="demo"))

    assert state_of(door.see(code)) == "open"
    assert pressed(door.press(code)) == (403, "blocked")


def test_a_policy_that_has_changed_holds(door: Door) -> None:
    """A link is no promise: it is decided when it is clicked."""
    code = door.link()
    policy = DEMO.policy.model_copy(update={"spaces": ("elsewhere-*",)})
    door.world.put_platform(DEMO.model_copy(update={"policy": policy}))

    assert pressed(door.press(code)) == (403, "refused")


def test_where_all_rooms_are_taken_it_is_tried_again(door: Door) -> None:
    """After a while that the answer names; nothing was counted."""
    code = door.link(room="$empty", maxUses=1)
    made = Space(created_at=NOW, strategy=Strategy.POOL)
    door.table.write_together(door.table.put(space_key(SPACE) | made.to_wire()))

    answer = door.press(code)

    assert pressed(answer) == (409, "busy")
    assert answer["headers"]["Retry-After"] == "5"
    assert 'data-wait="10000"' in answer["body"]
    assert not answer.get("cookies")
    door.table.write_together(door.table.put(room_key(SPACE, "r1") | {"made": "pool"}))
    assert door.press(code)["statusCode"] == 303


def test_a_customer_waits_for_an_agent(door: Door) -> None:
    """And is told how many do."""
    code = door.link(identity="customer", auth="c_s", room="$empty")

    answer = door.press(code)

    assert pressed(answer) == (409, "busy")
    assert "you among them: 1" in answer["body"]


def test_a_table_that_is_away_is_our_trouble(door: Door) -> None:
    """A page says so, and nothing of the link."""
    code, _, _ = door.booked()
    fail("BatchGetItem", 500, "InternalServerError")

    seen, tried = door.see(code), door.press(code)

    assert (seen.status, state_of(seen)) == (503, "away")
    assert seen.headers["Retry-After"] == "5"
    assert 'href="?"' in seen.text
    assert pressed(tried) == (503, "away")
    assert '<form method="post">' in tried["body"]


def test_where_too_many_come_at_once_it_is_tried_again(door: Door) -> None:
    """Of those who are let in by one countdown some are too many for the moment: the page goes on trying for them."""
    code = door.link(maxUses=1)
    fail("TransactWriteItems", 400, "TransactionConflictException")

    answer = door.press(code)

    assert pressed(answer) == (429, "busy")
    assert "Too many people at once" in answer["body"]
    assert answer["headers"]["Retry-After"] == "5"
    assert "Keep trying" in answer["body"]


def test_what_nobody_expected_is_a_page_as_well(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a 500, and without a word of what it was."""
    code = door.link()

    def break_down(*_: object) -> None:
        raise RuntimeError("c4n4ry")

    monkeypatch.setattr(container.container().meetings.joining, "look", break_down)
    answer = door.see(code)

    assert (answer.status, state_of(answer)) == (500, "away")
    assert "c4n4ry" not in answer.text


def test_the_meeting_goes_into_a_calendar(door: Door) -> None:
    """With the link as it is known to the person, as something to be kept by nobody else."""
    code, _, _ = door.booked(title="Weekly review")

    answer = door.see(code, "get_calendar")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert answer.headers["Cache-Control"] == "no-store"
    unfolded = answer.text.replace("\r\n ", "")
    assert "METHOD:PUBLISH" in unfolded
    assert "DTSTART:20261118T120640Z" in unfolded
    assert f"https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/join/{code}" in unfolded


def test_what_has_no_time_is_not_for_a_calendar(door: Door) -> None:
    """Whoever asks for its entry is led to the page, which says what the link is good for; what is off says so."""
    code, its, _ = door.booked()
    door.put(its.model_copy(update={"status": Status.CANCELLED, "version": 2}))
    timeless = door.link()

    event = door.event("get_calendar", timeless)
    answer = door.world.invoke("join", event)

    assert answer["statusCode"] == 303
    assert urljoin(f"https://a.example{event['rawPath']}", answer["headers"]["Location"]) == (
        f"https://a.example/join/{timeless}"
    )
    assert door.see(code, "get_calendar").status == 410
    assert door.see(door.link(revokedAt=NOW), "get_calendar").status == 410


def test_codes_are_written_down_nowhere(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in the log nor in the audit record, in whatever state; nor is anybody's name."""
    codes = [
        door.link(username="Zhang San"),
        door.link(revokedAt=NOW),
        door.link(notBefore=END - 1, maxUses=1),
        UNKNOWN,
    ]
    for code in codes:
        door.see(code)
        door.press(code)
        door.see(code, "get_calendar")

    out = "".join(capsys.readouterr())
    assert '"reason":"link_cancelled"' in out.replace(" ", "")
    assert [code for code in codes if code in out] == []


def test_what_was_handed_out_is_written_down(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    """In whose name, and where to."""
    door.press(door.link())

    (line,) = [line for line in capsys.readouterr().out.splitlines() if '"issued"' in line]
    assert '"caller":"link"' in line.replace(" ", "")
    assert '"demo"' in line


def test_a_location_holds_what_the_client_needs_and_no_more(door: Door) -> None:
    """The web client's three parameters."""
    location = urlsplit(door.press(door.link())["headers"]["Location"])

    assert sorted(parse_qs(location.query)) == ["auth", "data", "details"]
