"""What the API does, without HTTP: let in a guest by name, and sign a link for later."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.support.clock import NOW
from tests.support.strategies import person_names
from tests.unit.door import ORIGIN, Door, room_of
from tests.unit.forge import claims, person
from vocespace.admission import guest_id
from vocespace.callers import Caller
from vocespace.errors import InvalidParametersError, NoAgentAvailableError, UnauthorizedError
from vocespace.identities import Identity
from vocespace.request_body import read_request
from vocespace.token_result import GuestQuery, RedirectRequest

FRESH = room_of("user_12345")


def query(**members: object) -> GuestQuery:
    """What VoceSpace's web client asks for a guest with."""
    return GuestQuery.from_wire({"spaceName": "s", "participantName": "Ada"} | members)


def test_a_guest_comes_by_name() -> None:
    """For ten minutes, into a space, under an id that is drawn unless one is brought along."""
    door = Door()

    first, second = (door.connections.guest(query(), None) for _ in range(2))
    known = door.connections.guest(query(identity="42"), None)

    assert first.admission.person.username == "Ada"
    assert (first.admission.person.iat, first.admission.person.exp) == (NOW, NOW + 600)
    assert (first.admission.identity, first.admission.platform, first.admission.auth) == (Identity.GUEST, None, None)
    ids = [each.admission.person.id for each in (first, second, known)]
    assert ids[2] == "guest_42"
    assert len(set(ids)) == 3
    assert all(each.startswith("guest_") for each in ids)


@pytest.mark.parametrize(("guests", "auth"), [(False, None), (True, "demo"), (False, "demo")])
def test_a_guest_needs_guest_access_and_no_auth_type(guests: bool, auth: str | None) -> None:
    """The one is off by default; the other would be a claim to more."""
    door = Door(guest_access=guests)

    with pytest.raises(UnauthorizedError):
        door.connections.guest(query(), auth)
    assert door.provider.connected == []


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"spaceName": "a/b"}, ["spaceName"]),
        ({"spaceName": "", "participantName": ""}, ["spaceName", "participantName"]),
        ({"participantName": "a\nb"}, ["participantName"]),
        ({"identity": "\0"}, ["identity"]),
        ({"space_name": "s"}, []),
        ({"spaceName": None}, ["spaceName"]),
    ],
)
def test_a_guest_needs_proper_names(members: dict[str, object], fields: list[str]) -> None:
    """As everybody does; what else the web client sends is passed over."""
    sent = {"spaceName": "s", "participantName": "Ada"} | members

    if fields:
        with pytest.raises(InvalidParametersError) as refused:
            read_request(GuestQuery, sent)
        assert [each.field for each in refused.value.fields] == fields
    else:
        assert read_request(GuestQuery, sent).space_name == "s"


@given(person_names)
def test_a_guests_id_is_never_a_users(wanted: str) -> None:
    """It begins with `guest_`, is the same for the same wish, and fits LiveKit's limits however long the wish is."""
    assert guest_id(wanted) == guest_id(wanted)
    assert guest_id(wanted).startswith("guest_")
    assert person(id=guest_id(wanted)).id == guest_id(wanted)


def test_two_long_wishes_are_two_guests() -> None:
    """An id that would not fit is not cut off, which would make one of two."""
    wishes = ["a" * length for length in range(1, 129)] + ["\u6f22" * 85, "\u6f22" * 84, "a" * 127 + "b"]

    assert len({guest_id(wish) for wish in wishes}) == len(wishes)
    assert guest_id("a" * 122) == "guest_" + "a" * 122
    assert len(guest_id("a" * 123)) == 70


def test_a_link_lets_nobody_in_yet() -> None:
    """It is signed for the person as described, and the room is found when it is redeemed."""
    door = Door()

    link = door.link(room="$empty")

    assert door.provider.connected == []
    assert door.rooms.settled == []
    assert link.redirect_url == f"{ORIGIN}/api/connection-details?auth=demo&token={link.token}"
    assert door.tokens.verify(link.token).claims.room == "$empty"
    assert door.connections.redeem(link.token, "demo").admission.person.room == FRESH


def test_a_link_that_is_redeemed_elsewhere_names_its_room() -> None:
    """A VoceSpace server would hand out `$empty` by its own lights; and it insists on an auth type."""
    door = Door(connection_provider="vocespace", vocespace_url="https://vocespace.example")

    link = door.link(room="$empty")

    assert link.redirect_url.startswith("https://vocespace.example/api/connection-details?auth=demo&token=")
    said = door.tokens.verify(link.token).claims
    assert (said.room, said.wanted_room) == (FRESH, "$empty")
    with pytest.raises(NoAgentAvailableError):
        door.link(identity="customer", room="$empty")


@pytest.mark.parametrize(
    ("cap", "stack", "members", "ends"),
    [
        (86_400, 86_400, {}, 3600),
        (1800, 86_400, {}, 1800),
        (86_400, 900, {}, 900),
        (86_400, 86_400, {"ttlSeconds": 86_400}, 86_400),
        (86_400, 86_400, {"ttlSeconds": 86_401}, None),
        (86_400, 900, {"ttlSeconds": 901}, None),
        (1800, 86_400, {"exp": NOW + 1800}, 1800),
        (1800, 86_400, {"exp": NOW + 1801}, None),
        (86_400, 86_400, {"exp": NOW}, None),
        (86_400, 86_400, {"iat": NOW + 31}, None),
        (86_400, 86_400, {"iat": NOW + 30}, 3630),
        (86_400, 86_400, {"exp": NOW + 60, "ttlSeconds": 60}, None),
        (86_400, 86_400, {"iat": 2**40 - 1, "ttlSeconds": 2**31 - 1}, None),
    ],
)
def test_a_link_ends_within_the_caps(cap: int, stack: int, members: dict[str, object], ends: int | None) -> None:
    """The platform's and the stack's, whichever is shorter; by default after an hour."""
    door = Door(max_ttl_seconds=stack)
    platform = door.platform().model_copy(
        update={"policy": door.platform().policy.model_copy(update={"max_ttl_seconds": cap})}
    )
    request = RedirectRequest.from_wire(claims(platform=None, iat=None) | {"exp": None} | members)

    if ends is None:
        with pytest.raises(InvalidParametersError):
            door.connections.link(request, auth=None, caller=Caller(platform), origin=ORIGIN)
    else:
        link = door.connections.link(request, auth=None, caller=Caller(platform), origin=ORIGIN)
        assert link.expires_at == door.tokens.verify(link.token).claims.exp == NOW + ends
