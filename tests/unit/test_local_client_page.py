"""The page that stands in for VoceSpace's web client."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import quote, urlencode

import pytest

from local.client_page import page_for
from local.messages import Answer, Request

DETAILS = {
    "serverUrl": "wss://lk.example",
    "roomName": "a",
    "participantName": "Zhang San",
    "participantToken": "ey.j.s",
}
DATA = {"id": "u1", "username": "Zhang San", "space": "a", "room": "r1", "identity": "participant", "preJoin": True}
LINK = {"auth": "demo", "details": json.dumps(DETAILS), "data": json.dumps(DATA)}


def _visit(query: dict[str, str], space: str = "a", method: str = "GET") -> Answer:
    return page_for(Request(method, f"/client/{space}", urlencode(query, quote_via=quote), {}))


def _element(answer: Answer, name: str) -> str:
    found = re.search(rf'id="{name}">(.*?)</', answer.body.decode(), re.DOTALL)
    assert found is not None, f"no element {name}"
    return unescape(found[1])


def test_page_says_who_arrived_where() -> None:
    """Space, room and role are on the page, and all three parts of the link."""
    answer = _visit(LINK)

    assert answer.status == 200
    assert [_element(answer, each) for each in ("space", "room", "identity", "auth")] == [
        "a",
        "r1",
        "participant",
        "demo",
    ]
    assert json.loads(_element(answer, "data")) == DATA
    assert json.loads(_element(answer, "details")) == DETAILS | {"participantToken": "(6 characters, not shown)"}
    assert "Zhang San is in a" in answer.body.decode()


@pytest.mark.parametrize(
    ("part", "value"),
    [
        *[("auth", value) for value in (None, "")],
        *[(part, value) for part in ("details", "data") for value in (None, "", "nonsense", "[]", "[" * 100_000)],
    ],
)
def test_link_without_a_part_lets_nobody_in(part: str, value: str | None) -> None:
    """Like the real client, the page takes a link only with auth, details and data."""
    link = {name: text for name, text in (LINK | {part: value}).items() if text is not None}

    answer = _visit(link)

    assert answer.status == 400
    assert f"without a readable {part}" in answer.body.decode()


def test_nothing_of_the_link_becomes_markup() -> None:
    """Whatever a link holds is text on the page."""
    evil = "<script>alert(1)</script>\"'&$title\ud800"
    page = _visit(
        {"auth": "<b>", "details": json.dumps({"roomName": evil}), "data": json.dumps({"username": evil})}, evil[:-1]
    )

    text = page.body.decode()

    assert page.status == 200
    assert "<script" not in text
    assert "<b>" not in text
    assert "$title" in text


def test_page_can_load_and_send_nothing() -> None:
    """No third party learns of the visit: no script, no image, no referrer, no copy in a cache."""
    headers = dict(_visit(LINK).headers)

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_only_reading_is_possible() -> None:
    """The page takes GET and HEAD."""
    assert _visit(LINK, method="POST").status == 405
    assert _visit(LINK, method="HEAD").status == 200
