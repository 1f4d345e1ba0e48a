"""What the API does, without HTTP: redeem a token, and open a door for a platform or for nobody."""

from __future__ import annotations

import pytest

from tests.support.clock import NOW
from tests.support.world import ACME, ACME_KID, ACME_SECRET
from tests.unit.door import ORIGIN, Door, room_of
from tests.unit.forge import claims, forged, person
from vocespace.entrance import Entrance
from vocespace.errors import (
    IdentityRefusedError,
    PolicyRefusedError,
    StoreUnavailableError,
    UnauthorizedError,
    UpstreamFailedError,
)
from vocespace.identities import Identity
from vocespace.jws import sign
from vocespace.participant_options import ParticipantOptions
from vocespace.room_config import RoomConfig
from vocespace.token_result import ConnectionRequest, RedirectRequest

FRESH = room_of("user_12345")


def test_a_token_lets_in_whom_it_names() -> None:
    """As what it says, under the auth type of the request, for the platform that it is from."""
    door = Door()

    entrance = door.connections.redeem(forged(), "demo")

    assert door.told() == entrance.admission
    assert entrance.admission.person == person()
    assert (entrance.admission.identity, entrance.admission.platform) == (Identity.PARTICIPANT, "demo")
    assert entrance.connection().to_wire() | {"permissions": {}} == {
        "serverUrl": "wss://a.example",
        "roomName": "s",
        "participantName": "n",
        "participantToken": "a.b.c",
        "space": "my-workspace",
        "identity": "participant",
        "permissions": {},
        "expiresAt": NOW + 3600,
    }


def test_the_rules_are_applied_again_when_a_token_is_redeemed() -> None:
    """The signature vouches for what was said; the policy of today decides about it."""
    door = Door()
    token = sign(claims(platform="acme", space="beta", identity="owner"), ACME_SECRET.encode(), ACME_KID)

    with pytest.raises(PolicyRefusedError):
        door.connections.redeem(token, "acme")
    with pytest.raises(IdentityRefusedError):
        door.connections.redeem(token, "c_s")
    assert door.provider.connected == []


@pytest.mark.parametrize(
    ("governs", "token_platform", "guests", "expected"),
    [
        ("", "demo", False, "demo"),
        ("", None, True, None),
        ("", None, False, UnauthorizedError),
        ("demo", None, False, "demo"),
        ("acme", None, False, PolicyRefusedError),
        ("gone", None, True, UnauthorizedError),
        ("", "gone", True, UnauthorizedError),
        ("demo", "gone", True, UnauthorizedError),
    ],
)
def test_who_vouches_for_a_token(
    governs: str, token_platform: str | None, guests: bool, expected: str | type[Exception] | None
) -> None:
    """The platform it names, or that of the stack's own key; with neither it is worth a guest at most."""
    door = Door(guest_access=guests, signing_key_platform=governs)
    token = forged(payload=claims(platform=token_platform))

    if isinstance(expected, type):
        with pytest.raises(expected):
            door.connections.redeem(token, None)
    else:
        entrance = door.connections.redeem(token, None)
        assert (entrance.admission.platform, entrance.admission.identity) == (expected, Identity.GUEST)


def test_a_token_that_nobody_vouches_for_claims_no_auth_type() -> None:
    """An auth type is a claim to be more than a guest."""
    with pytest.raises(UnauthorizedError) as refused:
        Door().connections.redeem(forged(payload=claims(platform=None, identity="owner")), "demo")
    assert refused.value.reason == "auth_without_credential"


def test_an_opened_door_has_a_token_to_come_again_with() -> None:
    """For the same person with the room that was found, and a link of ours that carries it."""
    door = Door()
    request = ConnectionRequest.from_wire(claims(platform=None, room="$empty", auth="demo"))

    opened = door.connections.open(request, auth="demo", caller=door.caller(), origin=ORIGIN)

    assert (opened.room, opened.identity, opened.expires_at) == (FRESH, Identity.PARTICIPANT, NOW + 3600)
    assert opened.redirect_url == f"{ORIGIN}/api/connection-details?auth=demo&token={opened.token}"
    again = door.tokens.verify(opened.token)
    assert again.claims.token_result() == door.told().person == person(room=FRESH)
    assert again.claims.wish() == person(room="$empty")
    assert again.platform == "demo"


def test_a_token_is_for_the_room_that_was_asked_for() -> None:
    """The one that came of it may be somebody else's by the time it is redeemed, so that one is found anew."""
    door = Door()
    request = ConnectionRequest.from_wire(claims(platform=None, room="$empty", meeting="standup"))
    opened = door.connections.open(request, auth="demo", caller=door.caller(), origin=ORIGIN)

    door.connections.redeem(opened.token, "demo")

    assert [each.person.room for each in door.rooms.settled] == ["$empty", "$empty"]
    assert [each.meeting for each in door.rooms.settled] == ["standup", "standup"]
    assert [each.person.room for each in door.provider.connected] == [FRESH, FRESH]


@pytest.mark.parametrize("room", ["stage", "$space", None])
def test_a_room_that_was_asked_for_is_said_once(room: str | None) -> None:
    """Only where another came of it does the token say both."""
    door = Door()
    request = ConnectionRequest.from_wire(claims(platform=None, room=room))

    opened = door.connections.open(request, auth="demo", caller=door.caller(), origin=ORIGIN)

    said = door.tokens.verify(opened.token).claims
    assert (said.room, said.wanted_room) == (room, None)


def test_a_platforms_own_token_asks_for_the_room_that_it_names() -> None:
    """What was asked for before is our word to give: a policy that allows `$empty` would allow every room otherwise."""
    door = Door()
    told = claims(platform="acme", space="acme-1", room="stage", wantedRoom="$empty")

    door.connections.redeem(sign(told, ACME_SECRET.encode(), ACME_KID), "acme")

    assert [each.person.room for each in door.rooms.settled] == ["stage"]


def test_the_room_that_was_asked_for_is_held_to_the_policy_of_the_day() -> None:
    """Not the one that came of it."""
    door = Door()
    told = claims(platform="acme", space="acme-1", room="room-1")

    with pytest.raises(PolicyRefusedError):
        door.connections.redeem(forged(payload=told), "acme")
    door.connections.redeem(forged(payload=told | {"wantedRoom": "$empty"}), "acme")
    with pytest.raises(PolicyRefusedError):
        door.connections.redeem(forged(payload=told | {"wantedRoom": "hall"}), "acme")
    assert len(door.rooms.settled) == 1


@pytest.mark.parametrize(
    ("identity", "auth"), [(None, "demo"), ("owner", "demo"), ("customer", "c_s"), ("assistant", "c_s")]
)
def test_a_platform_may_leave_the_auth_type_out(identity: str | None, auth: str) -> None:
    """Then it follows from the identity."""
    door = Door()
    request = ConnectionRequest.from_wire(claims(platform=None, identity=identity))

    door.connections.open(request, auth=None, caller=door.caller(), origin=ORIGIN)

    assert door.told().auth == auth


def test_nobody_opens_the_door_as_a_guest_under_a_name_of_its_own() -> None:
    """Whatever is claimed; the token it gets is worth no more when it comes again."""
    door = Door()
    request = ConnectionRequest.from_wire(claims(platform=None, identity="owner", id="user_1"))

    opened = door.connections.open(request, auth=None, caller=None, origin=ORIGIN)

    assert opened.identity is Identity.GUEST
    assert door.told().person.id == "guest_user_1"
    verified = door.tokens.verify(opened.token)
    assert (verified.platform, verified.claims.identity) == (None, Identity.GUEST)
    door.connections.redeem(opened.token, None)
    assert door.provider.connected[1].person == door.provider.connected[0].person


@pytest.mark.parametrize(("guests", "auth"), [(False, None), (True, "demo"), (True, "c_s"), (False, "demo")])
def test_nobody_gets_nothing_where_guests_are_not_let_in(guests: bool, auth: str | None) -> None:
    """Nor under an auth type; and nothing is connected or signed before that is clear."""
    door = Door(guest_access=guests)

    with pytest.raises(UnauthorizedError):
        door.connections.open(ConnectionRequest.from_wire(claims(platform=None)), auth=auth, caller=None, origin=ORIGIN)
    assert door.provider.connected == []


def test_nothing_is_signed_for_who_could_not_be_connected() -> None:
    """A failure of the provider is the answer, not a token without a door."""
    door = Door()
    door.provider.fault = UpstreamFailedError("upstream_status")

    with pytest.raises(UpstreamFailedError):
        door.connections.redeem(forged(), "demo")


def test_livekits_own_client_gets_in_without_a_token_of_ours() -> None:
    """With what it brings along, under the same decision as everybody."""
    door = Door()
    request = RedirectRequest.from_wire(claims(platform=None, iat=None, exp=None, room="$empty"))
    options = ParticipantOptions({"team": "red"}, "m", RoomConfig())

    details = door.connections.participant(request, options=options, auth=None, caller=door.caller())

    assert details.participant_token == "a.b.c"
    assert door.told().person == person(room=FRESH)
    assert (door.told().auth, door.told().options) == ("demo", options)


def test_livekits_own_client_is_refused_where_another_server_decides() -> None:
    """Before it is asked for anything."""
    door = Door(connection_provider="vocespace", vocespace_url="https://vocespace.example")
    request = RedirectRequest.from_wire(claims(platform=None, iat=None, exp=None))

    with pytest.raises(PolicyRefusedError) as refused:
        door.connections.participant(request, options=ParticipantOptions(), auth=None, caller=door.caller())
    assert refused.value.reason == "grants_elsewhere"
    assert door.provider.connected == []


def test_a_table_that_is_away_lets_nobody_in() -> None:
    """A token's platform cannot be held to its policy then."""
    door = Door()
    door.items.items["PLATFORM#acme", "PLATFORM"] = {"pk": "PLATFORM#acme", "sk": "PLATFORM"}

    with pytest.raises(StoreUnavailableError):
        door.connections.redeem(forged(payload=claims(platform=ACME.platform)), None)


@pytest.mark.parametrize(
    ("web_client", "leads"), [("", None), ("https://web.example", "https://web.example/my-workspace?")]
)
def test_the_web_client_is_where_the_operator_has_one(web_client: str, leads: str | None) -> None:
    """Without one there is nowhere to send a browser."""
    entrance: Entrance = Door(vocespace_url=web_client).connections.redeem(forged(), "demo")

    assert (entrance.web_client_url is None) == (leads is None)
    assert leads is None or str(entrance.web_client_url).startswith(leads)
