"""The page behind a join link, as text: what it shows, and that nothing which people are called becomes markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW
from vocespace.identities import Identity
from vocespace.invitations import Invitation, LinkState
from vocespace.join_answers import policy_of
from vocespace.join_faces import Face, face_of
from vocespace.join_links import Invited, JoinLink, LinkedVisit
from vocespace.join_page import View, own_sources, page_of
from vocespace.join_texts import TEXTS
from vocespace.token_result import Visit

CODE = "q1dKf0zX3Yv8mB2nH5sT7A"
NAUGHTY: list[str] = [
    text
    for text in json.loads((Path(__file__).parents[1] / "vectors" / "blns.json").read_text(encoding="utf-8"))
    if text.strip()
]
VOID = {"meta", "link", "input", "br"}


def invitation(**changes: Any) -> Invitation:  # noqa: ANN401 - members of Invitation
    """To a meeting that begins in half an hour, with changes."""
    link = JoinLink(
        id=f"lnk_{'0' * 24}",
        platform="demo",
        created_at=NOW,
        invited=Invited(meeting=f"mtg_{'0' * 24}", attendee="0" * 32),
    )
    whole = Invitation(
        link=link,
        visit=Visit(id="user_1", username="Ada", space="my-workspace", room="stage", identity=Identity.PARTICIPANT),
        auth="demo",
        meeting=f"mtg_{'0' * 24}",
        opens_at=NOW + 1500,
        starts_at=NOW + 1800,
        ends_at=NOW + 5400,
        closes_at=NOW + 7200,
        title="Weekly review",
        time_zone="Europe/Berlin",
        organizer="Grace",
    )
    return replace(whole, **changes)


def unbound(**changes: Any) -> Invitation:  # noqa: ANN401 - members of Invitation
    """To whatever a platform has made a link for, without a beginning."""
    visit = LinkedVisit(id="user_1", username="Ada", space="my-workspace", auth="demo")
    link = JoinLink(id=f"lnk_{'0' * 24}", platform="demo", created_at=NOW, visit=visit, expires_at=NOW + 3600)
    return invitation(
        link=link, title=None, organizer=None, time_zone=None, starts_at=None, ends_at=None, opens_at=0, **changes
    )


def view(face: Face, language: str = "en", **changes: Any) -> View:  # noqa: ANN401 - members of View
    """What is shown in a state."""
    return replace(View(face, TEXTS[language], NOW, CODE, invitation()), **changes)


class Reader(HTMLParser):
    """Reads a page as a browser would, as far as it matters: elements with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It ends, and no other does."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """What a person reads."""
        if not {"style", "script"} & set(self._open):
            self.text += data

    def all_of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        """The page without any text or value."""
        return [(tag, sorted(attributes)) for tag, attributes in self.elements]


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("face", Face)
def test_every_look_is_a_whole_page(face: Face, language: str) -> None:
    """With a heading, in its language, in its state; and it names nobody else's address."""
    page = page_of(view(face, language))
    read = Reader(page)

    assert read.all_of("html") == [{"lang": language}]
    assert len(read.all_of("h1")) == len(read.all_of("main")) == 1
    assert read.all_of("main")[0]["data-state"] == face.state
    assert TEXTS[language].faces[face].heading in read.text
    assert "$" not in read.text
    assert re.findall(r"(?:https?:)?//[^/ ]", re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)) == []
    assert not any(name.startswith("on") or name == "style" for _, attributes in read.elements for name in attributes)


def test_somebody_early_reads_who_when_and_where() -> None:
    """Before it opens: everything about the meeting, and an entry for the calendar; a button only for the script."""
    read = Reader(page_of(view(Face.EARLY)))

    for text in ("Weekly review", "Ada", "my-workspace", "stage", "Grace", "Europe/Berlin (UTC+1)"):
        assert text in read.text
    assert read.all_of("main")[0] == {"data-state": "early", "data-wait": "1500000", "data-spread": "2000"}
    assert {"href": f"{CODE}/calendar.ics"} in read.all_of("a")
    assert read.all_of("form") == [{"method": "post", "hidden": None}]
    assert len(read.all_of("noscript")) == 1


def test_the_wait_is_counted_from_the_servers_present() -> None:
    """To the millisecond: the visitor's clock is not asked."""
    read = Reader(page_of(view(Face.EARLY, now=NOW + 1499.25)))

    assert read.all_of("main")[0]["data-wait"] == "750"


def test_somebody_who_may_come_in_has_one_button() -> None:
    """And nothing to wait for."""
    read = Reader(page_of(view(Face.OPEN)))

    assert read.all_of("form") == [{"method": "post"}]
    assert len(read.all_of("button")) == 1
    assert read.all_of("a") == read.all_of("label") == []
    assert "Ada" in read.text


@pytest.mark.parametrize("face", [Face.EARLY, Face.OPEN])
def test_a_meeting_that_has_moved_says_from_when(face: Face) -> None:
    """Both times are there, the old one apart."""
    read = Reader(page_of(view(face, invitation=invitation(moved_from=NOW - 86_400))))

    assert {"class": "notice"} in read.all_of("p")
    assert {"datetime": "2026-11-17T11:06:40Z"} in read.all_of("time")
    assert {"datetime": "2026-11-18T11:36:40Z"} in read.all_of("time")


@pytest.mark.parametrize("face", [Face.CANCELLED, Face.OVER])
def test_what_is_off_or_over_says_what_it_was(face: Face) -> None:
    """The meeting, but no way in, and not as whom."""
    read = Reader(page_of(view(face)))

    assert "Weekly review" in read.text
    assert "Ada" not in read.text
    assert read.all_of("form") == read.all_of("a") == []


@pytest.mark.parametrize("face", [Face.WITHDRAWN, Face.EXPIRED, Face.USED_UP, Face.BLOCKED, Face.UNKNOWN, Face.REFUSED])
def test_whoever_gets_nothing_learns_nothing(face: Face) -> None:
    """A link that opens nothing any more tells nothing of anybody."""
    read = Reader(page_of(view(face)))

    for text in ("Weekly review", "Ada", "my-workspace", "Grace"):
        assert text not in read.text
    assert read.all_of("form") == read.all_of("a") == read.all_of("dl") == []


@pytest.mark.parametrize("face", [Face.NO_ROOM, Face.NO_AGENT, Face.CROWDED])
@pytest.mark.parametrize(("retry_after", "wait"), [(5, "10000"), (37, "37000"), (600, "600000")])
def test_what_is_busy_is_tried_again(face: Face, retry_after: int, wait: str) -> None:
    """By the script, after a while; by a button without it."""
    read = Reader(page_of(view(face, retry_after=retry_after, waiting=3)))

    assert read.all_of("main")[0]["data-wait"] == wait
    assert read.all_of("form") == [{"method": "post"}]
    assert len(read.all_of("label")) == 1
    assert ("3" in read.text) is (face is Face.NO_AGENT)


def test_nobody_waits_for_a_day() -> None:
    """Where it takes long, only the button is there."""
    read = Reader(page_of(view(Face.CROWDED, retry_after=86_400)))

    assert len(read.all_of("button")) == 1
    assert read.all_of("label") == []


@pytest.mark.parametrize("face", [Face.AWAY, Face.FAILED])
def test_trouble_leads_back_to_where_it_came_from(face: Face) -> None:
    """Whoever only looked looks again; whoever wanted to come in may try again."""
    looked, tried = (Reader(page_of(view(face, invitation=None, has_tried=each))) for each in (False, True))

    assert looked.all_of("a") == [{"href": "?"}]
    assert looked.all_of("form") == []
    assert tried.all_of("form") == [{"method": "post"}]


def test_a_link_without_a_beginning_says_until_when() -> None:
    """And has no entry for a calendar."""
    read = Reader(page_of(view(Face.OPEN, invitation=unbound())))

    assert "until Wednesday, 18 November 2026, 13:06 UTC" in " ".join(read.text.split())
    assert read.all_of("a") == []


@pytest.mark.parametrize("room", [None, "$empty", "$space"])
def test_words_between_machines_are_not_shown(room: str | None) -> None:
    """A room is named only where it has a name."""
    visit = invitation().visit.model_copy(update={"room": room})

    read = Reader(page_of(view(Face.OPEN, invitation=invitation(visit=visit))))

    assert "my-workspace" in read.text
    assert "$" not in read.text
    assert "·" not in read.text


@pytest.mark.parametrize(
    ("state", "of_meeting", "of_visit"),
    [
        (LinkState.EARLY, Face.EARLY, Face.EARLY),
        (LinkState.OPEN, Face.OPEN, Face.OPEN),
        (LinkState.CANCELLED, Face.CANCELLED, Face.WITHDRAWN),
        (LinkState.OVER, Face.OVER, Face.EXPIRED),
        (LinkState.USED_UP, Face.USED_UP, Face.USED_UP),
    ],
)
def test_a_state_has_a_look(state: LinkState, of_meeting: Face, of_visit: Face) -> None:
    """A meeting is cancelled and over; a link alone is withdrawn and expires."""
    assert face_of(invitation(), state) is of_meeting
    assert face_of(unbound(), state) is of_visit


def called(text: str) -> Invitation:
    """An invitation in which everything is called that, whatever the models would say."""
    visit = invitation().visit.model_copy(update={"username": text, "space": text, "room": f"_{text}"})
    return invitation(visit=visit, title=text, organizer=text)


@pytest.mark.parametrize("face", [Face.EARLY, Face.OPEN, Face.CANCELLED])
def test_naughty_names_are_only_text(face: Face) -> None:
    """Of the big list of naughty strings, none changes the shape of the page, and each is read as it is."""
    shape = Reader(page_of(view(face))).shape
    for text in NAUGHTY:
        read = Reader(page_of(view(face, invitation=called(text))))
        assert read.shape == shape
        assert text.replace("\r\n", "\n") in read.text.replace("\r\n", "\n")


@given(st.text(min_size=1).filter(str.strip), st.sampled_from([Face.EARLY, Face.OPEN, Face.CANCELLED]))
def test_no_name_is_markup(text: str, face: Face) -> None:
    """Nor is anything else that a text can be."""
    assert Reader(page_of(view(face, invitation=called(text)))).shape == Reader(page_of(view(face))).shape


@given(st.text())
def test_no_code_is_markup(code: str) -> None:
    """It stands in an attribute."""
    read = Reader(page_of(view(Face.EARLY, code=code)))

    assert {"href": f"{code}/calendar.ics"} in read.all_of("a")


def test_the_policy_knows_the_script_and_the_style_of_the_page() -> None:
    """By their digests, which are those of what stands in it; so any other one is not run."""
    page = page_of(view(Face.EARLY))

    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in own_sources()


@pytest.mark.parametrize(
    ("bases", "targets"),
    [
        (("", ""), "'self'"),
        (("https://vocespace.example", ""), "'self' https://vocespace.example"),
        (("https://a.example:8443/client", "https://b.example/x"), "'self' https://a.example:8443 https://b.example"),
        (("https://a.example/x", "https://a.example/y"), "'self' https://a.example"),
    ],
)
def test_the_policy_lets_people_go_where_they_are_sent(bases: tuple[str, str], targets: str) -> None:
    """Browsers ask it about the redirect behind a form, too."""
    policy = policy_of(*bases)

    assert f"form-action {targets}; " in policy
    for directive in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "img-src data:"):
        assert directive in policy
    assert "unsafe" not in policy
