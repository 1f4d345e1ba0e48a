"""What signed-in users may ask for themselves: what their own token gives them, and nothing beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocespace.errors import IdentityRefusedError, InvalidParametersError, PolicyRefusedError
from vocespace.identities import Identity
from vocespace.users import SignedInUser, UserRequest

ADA = SignedInUser("acme_ada", "Ada", "https://a.example/ada.png", (Identity.MANAGER, Identity.PARTICIPANT))
NAMELESS = SignedInUser("acme_x", None, None, (Identity.GUEST,))


def wish(**members: object) -> UserRequest:
    """A body."""
    return UserRequest.from_wire({"space": "acme-1"} | members)


def test_who_they_are_is_what_their_token_says() -> None:
    """And everything else is theirs to say."""
    request = wish(room="stage", preJoin=True, ttlSeconds=60, auth="acme").on_behalf_of(ADA)

    assert request.to_wire() == {
        "id": "acme_ada",
        "username": "Ada",
        "avatar": "https://a.example/ada.png",
        "identity": "manager",
        "space": "acme-1",
        "room": "stage",
        "preJoin": True,
        "ttlSeconds": 60,
        "auth": "acme",
    }


def test_a_name_and_a_picture_stand_in_where_the_token_has_none() -> None:
    """And only there."""
    given_ones = {"username": "Eve", "avatar": "https://a.example/eve.png"}

    theirs = wish(**given_ones).on_behalf_of(NAMELESS)
    adas = wish(**given_ones).on_behalf_of(ADA)

    assert (theirs.username, theirs.avatar) == ("Eve", "https://a.example/eve.png")
    assert (adas.username, adas.avatar) == ("Ada", "https://a.example/ada.png")


def test_who_has_no_name_has_to_give_one() -> None:
    """The field is named."""
    with pytest.raises(InvalidParametersError) as raised:
        wish().on_behalf_of(NAMELESS)

    assert [each.field for each in raised.value.fields] == ["username"]


@given(claimed=st.sampled_from(Identity), given_ones=st.lists(st.sampled_from(Identity), min_size=1, unique=True))
def test_nobody_gets_an_identity_that_they_were_not_given(claimed: Identity, given_ones: list[Identity]) -> None:
    """Each of those they were given, they may choose; the first is meant by saying nothing."""
    user = SignedInUser("acme_ada", "Ada", None, tuple(given_ones))

    assert wish().on_behalf_of(user).identity == given_ones[0]
    if claimed in given_ones:
        assert wish(identity=claimed.value).on_behalf_of(user).identity == claimed
    else:
        with pytest.raises(IdentityRefusedError):
            wish(identity=claimed.value).on_behalf_of(user)


@given(st.text(min_size=1, max_size=20).filter(str.isprintable).filter(str.strip))
def test_nobody_is_anybody_else(claimed: str) -> None:
    """The own id may be repeated; another one is refused."""
    assert wish(id=ADA.id).on_behalf_of(ADA).id == ADA.id
    if claimed != ADA.id:
        with pytest.raises(PolicyRefusedError) as refused:
            wish(id=claimed).on_behalf_of(ADA)
        assert (refused.value.reason, refused.value.detail.count(ADA.id)) == ("user_id", 0)
