"""Links by platforms: who may make which, from when to when, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.clock import NOW, FakeClock
from tests.support.house import MeddledTable
from tests.support.lobby import HOUR, ORIGIN, SPACE, Lobby, attendee, booked_link, meeting
from tests.support.world import ACME, DEMO
from tests.unit.forge import tokens_of
from vocespace.errors import (
    IdentityRefusedError,
    InvalidParametersError,
    NotFoundError,
    PolicyRefusedError,
    VoceSpaceError,
)
from vocespace.identities import Identity
from vocespace.invitations import LinkState
from vocespace.join_links import new_link_id
from vocespace.link_making import MAX_AHEAD
from vocespace.link_requests import LinkQuery, LinkRequest, MadeLink
from vocespace.platforms import Platform

DAY = 86_400
REQUEST: dict[str, object] = {"id": "ada", "username": "Ada", "space": SPACE}


@pytest.fixture(name="lobby")
def _lobby(table: MeddledTable, clock: FakeClock) -> Lobby:
    return Lobby(table, clock, tokens_of(clock=clock))


def make(lobby: Lobby, **members: object) -> MadeLink:
    """A link that demo asks for."""
    return make_as(lobby, DEMO, members)


def make_as(lobby: Lobby, platform: Platform, members: Mapping[str, object], auth: str | None = None) -> MadeLink:
    """A link that a platform asks for."""
    request = LinkRequest.from_wire({**REQUEST, **members})
    return lobby.making.make(request, auth=auth, platform=platform, origin=ORIGIN)


def faults(lobby: Lobby, **members: object) -> dict[str, str]:
    """What is wrong with a request, by its fields."""
    with pytest.raises(InvalidParametersError) as refused:
        make(lobby, **members)
    return {each.field: each.reason for each in refused.value.fields}


def test_the_url_opens_it_and_the_id_does_not(lobby: Lobby) -> None:
    """What is told beside the URL is no secret."""
    made = make(lobby)
    code = made.url.removeprefix(f"{ORIGIN}/join/")

    assert lobby.enter(code).location
    assert lobby.joining.look(made.id, None) is None
    shown = lobby.making.show(LinkQuery(id=made.id), DEMO)
    assert code not in str(shown.to_wire())
    assert shown.to_wire().items() <= made.to_wire().items()


def test_a_link_says_what_it_is(lobby: Lobby, clock: FakeClock) -> None:
    """For whom, where, as what and when, and how often it was used."""
    begins = NOW + 2 * HOUR
    made = make(
        lobby,
        identity="customer",
        meeting="m",
        timeZone="Asia/Shanghai",
        room="$space",
        notBefore=begins,
        expiresAt=begins + HOUR,
        earlyJoinMinutes=15,
        maxUses=3,
    )
    clock.wall = begins
    lobby.enter(made.url.rpartition("/")[2])

    assert lobby.making.show(LinkQuery(id=made.id), DEMO).to_wire() == {
        "id": made.id,
        "state": "open",
        "visit": REQUEST
        | {"room": "$space", "identity": "customer", "auth": "c_s", "meeting": "m", "timeZone": "Asia/Shanghai"},
        "createdAt": NOW,
        "opensAt": begins - 900,
        "notBefore": begins,
        "expiresAt": begins + HOUR,
        "maxUses": 3,
        "uses": 1,
    }
    assert made.state is LinkState.EARLY


def test_without_an_identity_somebody_is_a_guest(lobby: Lobby) -> None:
    """And for good: no later default raises them."""
    visit = make(lobby).visit

    assert (visit.identity, visit.auth) == (Identity.GUEST, "demo")


@pytest.mark.parametrize(
    ("members", "ends"),
    [
        ({}, NOW + 7 * DAY),
        ({"notBefore": NOW + 30 * DAY}, NOW + 31 * DAY),
        ({"notBefore": NOW - HOUR}, NOW - HOUR + DAY),
        ({"expiresAt": NOW + MAX_AHEAD}, NOW + MAX_AHEAD),
        ({"expiresAt": NOW + 1}, NOW + 1),
        ({"notBefore": NOW + 5, "expiresAt": NOW + 6}, NOW + 6),
    ],
)
def test_a_link_lasts_as_long_as_is_said_or_long_enough(lobby: Lobby, members: dict[str, object], ends: int) -> None:
    """No cap on tokens ends it: acme's are good for an hour, and a link is made for a meeting in a month."""
    made = make_as(lobby, ACME, {"space": "acme-1", "room": "stage"} | members)

    assert made.expires_at == ends


@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        ({"expiresAt": NOW}, {"expiresAt": "is in the past"}),
        ({"expiresAt": NOW + MAX_AHEAD + 1}, {"expiresAt": "is more than 366 days from now"}),
        ({"notBefore": NOW + MAX_AHEAD}, {"expiresAt": "is more than 366 days from now"}),
        ({"notBefore": NOW - DAY}, {"expiresAt": "is in the past"}),
        ({"notBefore": NOW + 9, "expiresAt": NOW + 9}, {"notBefore": "is not before expiresAt"}),
        ({"earlyJoinMinutes": 0}, {"earlyJoinMinutes": "needs notBefore"}),
        (
            {"notBefore": NOW, "expiresAt": NOW - 1},
            {"expiresAt": "is in the past", "notBefore": "is not before expiresAt"},
        ),
    ],
)
def test_times_have_to_fit(lobby: Lobby, members: dict[str, object], wrong: dict[str, str]) -> None:
    """Every fault is named."""
    assert faults(lobby, **members) == wrong


@pytest.mark.parametrize(
    ("auth", "members", "kind"),
    [
        ("c_s", {"identity": "owner"}, IdentityRefusedError),
        ("acme", {"identity": "owner"}, PolicyRefusedError),
        ("demo", {}, PolicyRefusedError),
        (None, {"space": "hall"}, PolicyRefusedError),
        (None, {"room": "backstage"}, PolicyRefusedError),
        (None, {"room": None}, PolicyRefusedError),
    ],
)
def test_a_platform_makes_what_its_policy_allows(
    lobby: Lobby, table: MeddledTable, auth: str | None, members: dict[str, object], kind: type[VoceSpaceError]
) -> None:
    """And nothing is written that it does not."""
    table.meanwhile = [lambda: pytest.fail("something was written")]

    with pytest.raises(kind):
        make_as(lobby, ACME, {"space": "acme-1", "room": "stage"} | members, auth)


def test_a_platform_has_its_own_links_only(lobby: Lobby) -> None:
    """Another's is not there, to be seen or revoked; the operator has all."""
    made = make(lobby)
    query = LinkQuery(id=made.id)

    for strange in (query, LinkQuery(id=new_link_id())):
        with pytest.raises(NotFoundError):
            lobby.making.show(strange, ACME)
        with pytest.raises(NotFoundError):
            lobby.making.revoke(strange, ACME)

    assert lobby.making.show(query, DEMO).state is LinkState.OPEN
    lobby.making.revoke(query, None)
    assert lobby.making.show(query, None).state is LinkState.CANCELLED


def test_revoking_twice_is_revoking(lobby: Lobby, clock: FakeClock) -> None:
    """And says since when."""
    query = LinkQuery(id=make(lobby).id)
    lobby.making.revoke(query, DEMO)
    clock.advance(HOUR)
    lobby.making.revoke(query, DEMO)

    shown = lobby.making.show(query, DEMO)
    assert (shown.state, shown.revoked_at) == (LinkState.CANCELLED, NOW)


def test_links_of_bookings_belong_to_the_routes_platform(lobby: Lobby) -> None:
    """It sees who comes when and where, and may revoke them; one whose meeting is gone is not there."""
    booked, lost = booked_link(), booked_link("f" * 32)
    for link in (booked, lost):
        lobby.links.create(link)
    lobby.book(meeting(), attendee(booked))
    query = LinkQuery(id=booked.id)

    shown = lobby.making.show(query, DEMO)

    assert (shown.state, shown.not_before) == (LinkState.EARLY, NOW + HOUR)
    assert shown.expires_at == meeting().closes_at
    assert (shown.visit.meeting, shown.visit.identity, shown.visit.auth) == (meeting().id, "participant", None)
    with pytest.raises(NotFoundError):
        lobby.making.show(query, ACME)
    with pytest.raises(NotFoundError):
        lobby.making.show(LinkQuery(id=lost.id), DEMO)
    lobby.making.revoke(query, DEMO)
    assert lobby.making.show(query, DEMO).state is LinkState.CANCELLED


def test_a_door_that_would_have_opened_before_all_time_is_open(lobby: Lobby) -> None:
    """Seconds are counted from 1970 on, and what begins just then may open a week early."""
    made = make(lobby, notBefore=1, expiresAt=NOW + HOUR, earlyJoinMinutes=7 * 24 * 60)

    assert (made.state, made.opens_at, made.not_before) == (LinkState.OPEN, None, 1)
    assert lobby.making.show(LinkQuery(id=made.id), DEMO).state is LinkState.OPEN


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    begins=st.none() | st.integers(-2 * DAY, 400 * DAY),
    ends=st.none() | st.integers(-2 * DAY, 400 * DAY),
    early=st.none() | st.integers(0, 7 * 24 * 60),
)
def test_whatever_is_made_opens_one_day(lobby: Lobby, begins: int | None, ends: int | None, early: int | None) -> None:
    """Or it is refused: no link is made that is over when it is answered, or never opens."""
    times = {
        "notBefore": None if begins is None else NOW + begins,
        "expiresAt": None if ends is None else NOW + ends,
        "earlyJoinMinutes": early,
    }
    try:
        made = make_as(lobby, DEMO, times)
    except InvalidParametersError as error:
        names = {each.field for each in error.fields}
    else:
        names = set()
        assert NOW < made.expires_at <= NOW + MAX_AHEAD
        assert (made.opens_at or 0) < made.expires_at
        assert made.state is (LinkState.EARLY if (made.opens_at or 0) > NOW else LinkState.OPEN)
    assert names <= times.keys()
