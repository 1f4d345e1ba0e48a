"""What a join link is, and what is none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.support.clock import NOW
from tests.support.lobby import ATTENDEE, MEETING, booked_link, visit_link
from vocespace.join_links import Invited, JoinLink, new_link_id


def test_a_link_comes_back_as_it_was() -> None:
    """Of either kind."""
    for link in (visit_link(maxUses=2, notBefore=NOW, preJoin=True), booked_link()):
        assert JoinLink.from_wire(link.to_wire()) == link


def test_a_link_is_for_one_thing() -> None:
    """For a visit or for an invitation, neither both nor none."""
    visit, invited = visit_link().visit, Invited(meeting=MEETING, attendee=ATTENDEE)

    for one, other in ((visit, invited), (None, None)):
        with pytest.raises(ValidationError, match="is for one visit or for one invitation"):
            JoinLink(id=new_link_id(), platform="demo", created_at=NOW, expires_at=NOW + 1, visit=one, invited=other)


def test_a_visit_has_an_end() -> None:
    """Nothing else would end it."""
    with pytest.raises(ValidationError, match="has no end"):
        visit_link(expiresAt=None)


@pytest.mark.parametrize(
    "members",
    [
        {"maxUses": 0},
        {"maxUses": 1001},
        {"maxUses": True},
        {"uses": -1},
        {"earlyJoinMinutes": -1},
        {"earlyJoinMinutes": 7 * 24 * 60 + 1},
        {"expiresAt": 1.0},
        {"timeZone": "Mars/Olympus"},
        {"timeZone": "../../etc/passwd"},
        {"identity": "boss"},
        {"auth": None},
        {"colour": "red"},
    ],
)
def test_what_is_no_link_is_refused(members: dict[str, object]) -> None:
    """Read strictly, from the table as from anywhere."""
    with pytest.raises(ValidationError):
        visit_link(**members)


def test_ids_are_not_guessed() -> None:
    """96 bits of them."""
    ids = {new_link_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(len(each) == 28 for each in ids)
