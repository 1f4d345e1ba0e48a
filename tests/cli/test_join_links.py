"""`vocespace join-links`: the operator looks behind a link by its id, and ends it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli, contents
from tests.support.clock import NOW
from tests.support.join_door import Door, state_of
from tests.support.lobby import END, visit_link
from tests.support.world import World
from vocespace.join_links import new_link_id


@pytest.fixture(name="door")
def _door(world: World) -> Door:
    return Door(world)


def test_a_link_is_shown_without_what_opens_it(cli: Cli, door: Door) -> None:
    """Nor the name of whom it is for."""
    link = visit_link(username="Zhang San", room="stage", maxUses=3)
    code = door.links.create(link)

    shown, text = cli("join-links", "show", link.id, "--json"), cli("join-links", "show", link.id)

    assert shown.json == {
        "id": link.id,
        "state": "open",
        "visit": {"id": "ada", "space": "hall", "room": "stage", "identity": "guest", "auth": "demo"},
        "createdAt": NOW,
        "expiresAt": END,
        "maxUses": 3,
        "uses": 0,
    }
    assert "0 of 3" in text.out
    assert "hall, stage" in text.out
    assert code not in shown.out + text.out


def test_a_revoked_link_opens_nothing(cli: Cli, door: Door) -> None:
    """Whoever has it is told so; it stays revoked since the first time."""
    link = visit_link()
    code = door.links.create(link)
    assert state_of(door.see(code)) == "open"

    revoked = cli("join-links", "revoke", link.id, "--json")
    door.world.clock.advance(60)

    assert (revoked.json["state"], revoked.json["revokedAt"]) == ("cancelled", NOW)
    assert state_of(door.see(code)) == "cancelled"
    assert "2026-11-18 11:06:40 UTC" in cli("join-links", "revoke", link.id).out


def test_links_of_bookings_as_well(cli: Cli, door: Door) -> None:
    """They are of the meeting, and told by its times."""
    _, meeting, link = door.booked()

    shown = cli("join-links", "show", link.id, "--json").json

    assert (shown["state"], shown["opensAt"], shown["expiresAt"]) == ("early", meeting.opens_at, meeting.closes_at)
    assert "one person's" in cli("join-links", "show", link.id).out


@pytest.mark.parametrize(
    ("link", "code", "word"),
    [
        (new_link_id(), 1, "no such join link"),
        ("https://api.example/join/q1dKf0zX3Yv8mB2nH5sT7A", 2, "id"),
        ("lnk_1", 2, "id"),
    ],
)
def test_what_is_no_link_is_said(cli: Cli, link: str, code: int, word: str) -> None:
    """And not quoted."""
    before = contents()

    for command in ("show", "revoke"):
        refused = cli("join-links", command, link, "--json")
        assert refused.code == code
        assert word in refused.err
        assert "q1dKf0zX" not in refused.err
    assert contents() == before
