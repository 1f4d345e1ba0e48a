"""Join links in the table: whole or not there, found by code and by id, revoked once, and kept for a friendly page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW, FakeClock
from tests.support.house import MeddledTable
from tests.support.lobby import END, HOUR, SECRET, Lobby, attendee, booked_link, meeting, visit_link
from tests.unit.forge import tokens_of
from vocespace.join_links import (
    JoinCodes,
    JoinLink,
    code_digest,
    join_url,
    link_key,
    link_reference_key,
    new_link_id,
)
from vocespace.link_store import KEPT_SECONDS, FoundLink
from vocespace.table import ConditionFailedError


@pytest.fixture(name="lobby")
def _lobby(table: MeddledTable, clock: FakeClock) -> Lobby:
    return Lobby(table, clock, tokens_of(clock=clock))


def ends_of_items(lobby: Lobby, code: str, link: JoinLink) -> list[int | None]:
    """When the link and its reference are cleaned up."""
    keys = [link_key(str(code_digest(code))), link_reference_key(link.id)]
    return [None if item is None else item.get("ttl") for item in lobby.table.read(keys)]


def test_a_link_is_found_by_code_and_by_id(lobby: Lobby) -> None:
    """As it was written."""
    link, code = lobby.link(notBefore=NOW + HOUR, maxUses=3, timeZone="Europe/Paris", avatar="https://a.example/b")

    found = lobby.links.by_code(code)

    assert found == FoundLink(link, str(code_digest(code)), None)
    assert lobby.links.by_id(link.id) == link
    assert lobby.links.by_id(new_link_id()) is None
    assert lobby.links.by_code(JoinCodes.parse(SECRET).code_of(new_link_id())) is None


def test_no_link_takes_anothers_place(lobby: Lobby) -> None:
    """Nothing of it is written, and the first stays as it is."""
    link, code = lobby.link()

    with pytest.raises(ConditionFailedError):
        lobby.links.create(link.model_copy(update={"expires_at": END + 1}))

    assert lobby.links.by_id(link.id) == link
    assert ends_of_items(lobby, code, link) == [END + KEPT_SECONDS] * 2


def test_links_of_bookings_are_cleaned_up_after_their_meeting(lobby: Lobby) -> None:
    """Never before it, however far it moves; and not at all where nobody says when."""
    plain, booked = booked_link(), booked_link()
    code = lobby.links.create(plain)
    assert ends_of_items(lobby, code, plain) == [None] * 2

    lobby.table.write_together(*lobby.links.writes(booked, closes_at=END))
    code = JoinCodes.parse(SECRET).code_of(booked.id)
    assert ends_of_items(lobby, code, booked) == [END + KEPT_SECONDS] * 2
    lobby.table.write_together(*lobby.links.keeping(booked.id, closes_at=END + HOUR))
    assert ends_of_items(lobby, code, booked) == [END + HOUR + KEPT_SECONDS] * 2
    assert lobby.links.by_id(booked.id) == booked


def test_only_links_that_are_there_are_kept(lobby: Lobby) -> None:
    """Nothing of one is left behind that was cleaned up."""
    with pytest.raises(ConditionFailedError):
        lobby.table.write_together(*lobby.links.keeping(new_link_id(), closes_at=END))


def test_a_link_is_revoked_since_when_it_was_first(lobby: Lobby, clock: FakeClock) -> None:
    """However often."""
    link, code = lobby.link()
    for _ in range(2):
        lobby.links.revoke(link)
        clock.advance(HOUR)

    found = lobby.links.by_code(code)
    assert found is not None
    assert found.link == link.model_copy(update={"revoked_at": NOW})


def test_what_is_cleaned_up_is_not_revoked_into_being(lobby: Lobby) -> None:
    """Neither the link nor its reference."""
    never, link = visit_link(), lobby.link()[0]
    lobby.links.revoke(never)
    code = JoinCodes.parse(SECRET).code_of(link.id)
    lobby.table.delete(link_key(str(code_digest(code))))
    lobby.links.revoke(link)

    assert lobby.links.by_id(never.id) is None
    assert lobby.links.by_id(link.id) is None
    assert lobby.links.by_code(code) is None


def test_what_is_behind_a_link_is_looked_up(lobby: Lobby) -> None:
    """The visit that it carries, or the meeting as it is now; None where that is gone."""
    visit, booked, lost = visit_link(), booked_link(), booked_link("f" * 32)
    lobby.book(meeting(title="Review"), attendee(booked))

    invitations = [lobby.links.invitation(each) for each in (visit, booked, lost)]

    assert [each and (each.visit.username, each.title) for each in invitations] == [
        ("Ada", None),
        ("Grace", "Review"),
        None,
    ]


def test_a_place_is_cleaned_up_with_its_link(lobby: Lobby, table: MeddledTable) -> None:
    """And not before it: nobody is counted twice."""
    _, code = lobby.link(maxUses=2)
    lobby.enter(code)
    digest = str(code_digest(code))

    items = list(table.query(link_key(digest)["pk"], "USE#"))

    assert [(each["place"], each["ttl"]) for each in items] == [(1, END + KEPT_SECONDS)]


@given(st.text("0123456789abcdef", min_size=24, max_size=24))
def test_codes_are_codes(number: str) -> None:
    """22 characters that fit a path, the same for the same link and secret, and others for others."""
    link_id = f"lnk_{number}"
    code = JoinCodes.parse(SECRET).code_of(link_id)

    assert code_digest(code) is not None
    assert code == JoinCodes.parse(SECRET).code_of(link_id)
    assert code != JoinCodes.parse(SECRET + "!").code_of(link_id)
    assert code != JoinCodes.parse(SECRET).code_of(f"{link_id}0")
    assert join_url("https://a.example", code) == f"https://a.example/join/{code}"
    assert number not in code


@given(st.text(max_size=30))
def test_what_is_no_code_has_no_digest(text: str) -> None:
    """No other text is looked up; two spellings of one code would be two codes."""
    is_code = len(text) == 22 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()
    assert (code_digest(text) is not None) == (is_code and text[-1] in "AQgw")


@pytest.mark.parametrize("secret", ["", "short", "x" * 31])
def test_a_short_secret_makes_no_codes(secret: str) -> None:
    """Whoever guesses it has every link; the error does not quote it."""
    with pytest.raises(ValueError, match=r"^the secret for join links is too short$"):
        JoinCodes.parse(secret)
