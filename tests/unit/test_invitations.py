"""What is behind a link at a moment: opened and closed by the clock, and by nothing that it forgets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW
from tests.support.lobby import ATTENDEE, HOUR, ROUTE, attendee, booked_link, meeting, visit_link
from vocespace.errors import StoreUnavailableError
from vocespace.identities import Identity
from vocespace.invitations import Invitation, LinkState, of_meeting, of_visit
from vocespace.join_links import JoinLink, new_link_id
from vocespace.meetings import Standing

DAY = 86_400
ORDER = [LinkState.EARLY, LinkState.OPEN, LinkState.OVER]

moments = st.lists(st.integers(NOW - 30 * DAY, NOW + 400 * DAY), min_size=1, max_size=20).map(sorted)


@st.composite
def links(draw: st.DrawFn) -> JoinLink:
    """Links for visits, with whatever times and limits."""
    begins = draw(st.none() | st.integers(NOW - DAY, NOW + 300 * DAY))
    ends = draw(st.integers(1, 60 * DAY)) + (NOW if begins is None else begins)
    limit = draw(st.none() | st.integers(1, 3))
    early = 0 if begins is None else draw(st.integers(0, 7 * 24 * 60))
    return visit_link(
        notBefore=begins,
        expiresAt=ends,
        earlyJoinMinutes=early,
        maxUses=limit,
        uses=0 if limit is None else draw(st.integers(0, limit)),
        revokedAt=draw(st.none() | st.just(NOW)),
    )


@given(link=links(), times=moments)
def test_states_come_in_order(link: JoinLink, times: list[int]) -> None:
    """Early, open, over, each once, exactly when it is said; a revoked link is cancelled for ever."""
    invitation = of_visit(link)
    states = [invitation.state(each, is_known=True) for each in times]

    if link.revoked_at is not None:
        assert set(states) == {LinkState.CANCELLED}
        return
    assert states == sorted(states, key=ORDER.index)
    for time, state in zip(times, states, strict=True):
        assert (state is LinkState.OVER) == (time >= invitation.closes_at)
        assert (state is LinkState.EARLY) == (time < min(invitation.opens_at, invitation.closes_at))


@given(link=links(), time=st.integers(NOW - DAY, NOW + 400 * DAY))
def test_used_up_is_for_strangers_while_it_lasts(link: JoinLink, time: int) -> None:
    """Whoever has come before sees what they would see without a limit."""
    invitation = of_visit(link)
    stranger, known = (invitation.state(time, is_known=each) for each in (False, True))

    is_full = link.max_uses is not None and link.uses >= link.max_uses
    lasts = known in {LinkState.EARLY, LinkState.OPEN}
    assert stranger is (LinkState.USED_UP if is_full and lasts else known)
    assert known is not LinkState.USED_UP


@given(link=links())
def test_what_a_platform_said_is_what_comes_of_it(link: JoinLink) -> None:
    """Who, where and as what, letter by letter."""
    invitation = of_visit(link)

    assert link.visit is not None
    assert (invitation.visit.id, invitation.visit.identity, invitation.auth) == ("ada", Identity.GUEST, "demo")
    assert invitation.closes_at == link.expires_at
    assert (invitation.starts_at is None) == (invitation.ends_at is None) == (link.not_before is None)


def test_a_link_of_a_booking_is_none_for_a_visit() -> None:
    """What the table holds would be none of ours."""
    with pytest.raises(StoreUnavailableError):
        of_visit(booked_link())


def booked(meetings: dict[str, object], people: dict[str, object], **link: object) -> Invitation:
    """What is behind the link of a booking."""
    made = booked_link().model_copy(update=link)
    who = attendee(made).model_copy(update=people)
    return of_meeting(made, meeting(**meetings), who)


def test_a_booking_opens_and_closes_by_its_route() -> None:
    """A little before and a little after what people are told."""
    invitation = booked({}, {"time_zone": "Asia/Shanghai"})
    starts, ends = NOW + HOUR, NOW + HOUR + HOUR // 2

    assert (invitation.starts_at, invitation.ends_at) == (starts, ends)
    assert invitation.opens_at == starts - ROUTE.early_minutes * 60
    assert invitation.closes_at == ends + ROUTE.grace_minutes * 60
    assert (invitation.visit.id, invitation.time_zone) == (f"att_{ATTENDEE[:8]}", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("meetings", "people", "link"),
    [
        ({"status": "cancelled"}, {}, {}),
        ({}, {"standing": Standing.CANCELLED}, {}),
        ({}, {"standing": Standing.LEAVING}, {}),
        ({}, {"link": new_link_id()}, {}),
        ({}, {}, {"revoked_at": NOW}),
    ],
)
def test_any_of_four_calls_it_off(
    meetings: dict[str, object], people: dict[str, object], link: dict[str, object]
) -> None:
    """The meeting, somebody's own invitation, another link of theirs that they keep instead, or the link."""
    assert booked(meetings, people, **link).state(NOW + HOUR) is LinkState.CANCELLED
    assert booked({}, {}).state(NOW + HOUR) is LinkState.OPEN
