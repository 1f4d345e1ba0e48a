"""Grants by policy, and one person by every door: who comes in how makes no difference to what they may do."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.events import with_body, with_query
from tests.support.livekit_oracle import expected_grants, granted
from tests.support.participants import ask, claims_of, judged, said_in, with_policy
from tests.support.upstream import Upstream, answer_json
from tests.support.world import DEMO, World
from vocespace.identities import Identity

OWN = "can_update_own_metadata"
LIMITS: dict[str, tuple[dict[str, object], set[str]]] = {
    "nothing": ({}, set()),
    "a viewer": ({"canPublish": False, "canPublishData": False}, {"can_publish", "can_publish_data"}),
    "audio only": ({"canPublishSources": ["microphone"]}, set()),
    "deaf": ({"canSubscribe": False}, {"can_subscribe"}),
    "no name of their own": ({"canUpdateOwnMetadata": False}, {OWN}),
    "a name of their own": ({"canUpdateOwnMetadata": True}, set()),
    "ruled": ({"roomAdmin": False, "roomRecord": False}, {"room_admin", "room_record"}),
}
"""What a policy says of an identity, and what this takes away."""

OPENED, REDEEMED, FOLLOWED, ISSUED = range(4)


def by_every_door(world: World, identity: str, **members: str) -> list[str]:
    """The participant tokens that one person gets: posted, by a token, by a link, and by LiveKit's own endpoint."""
    auth = "c_s" if identity in {"assistant", "customer"} else "demo"
    person = {"id": "user_12345", "username": "Zhang San", "space": "my-workspace", "identity": identity} | members
    post = with_body(world.event("connection_details", "post_platform"), **{"room": None, **person, "auth": auth})
    link = with_body(world.event("redirect_url", "post_ttl"), **{"room": None, **person, "auth": auth})
    get = world.event("connection_details", "get_json")
    redirect_url = world.call("redirect_url", link).json["redirectUrl"]
    shown = {"auth": auth, "token": world.token(**person)}
    answers = [
        world.call("connection_details", post),
        world.call("connection_details", with_query(get, shown)),
        world.call("connection_details", with_query(get, dict(parse_qsl(urlsplit(redirect_url).query)))),
    ]
    wishes = {"identity": identity, **members}
    issued = ask(
        world,
        room_name=person["space"],
        participant_identity=person["id"],
        participant_name=person["username"],
        participant_attributes=wishes,
    )
    assert [answer.status for answer in (*answers, issued)] == [200, 200, 200, 201]
    return [*(answer.json["participantToken"] for answer in answers), issued.json["participant_token"]]


@pytest.mark.parametrize("mapping", ["space", "room"])
@pytest.mark.parametrize("room", ["stage", "$empty"])
def test_one_person_is_the_same_by_every_door(world: World, room: str, mapping: str) -> None:
    """In the same room, under the same identity and attributes."""
    world.configure(ROOM_MAPPING=mapping)

    said = [claims_of(token) for token in by_every_door(world, "participant", room=room)]

    assert len({(each["sub"], each["name"], each["video"]["room"]) for each in said}) == 1
    assert all(each["attributes"] == said[0]["attributes"] for each in said)
    assert said[0]["attributes"]["identity"] == "participant"


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("identity", [each.value for each in Identity])
def test_a_policy_narrows_what_an_identity_gets_by_every_door(world: World, identity: str, limits: str) -> None:
    """Never more than the design's table; only the change of one's own metadata depends on the door."""
    # A guest manages a space that they have made themselves.
    world.call("connection_details", with_body(world.event("connection_details", "post_platform"), id="somebody"))
    said, taken = LIMITS[limits]
    other = "guest" if identity == "owner" else "owner"
    world.put_platform(with_policy(DEMO, grants={identity: said, other: {"canSubscribe": False}}))
    world.configure()

    tokens = by_every_door(world, identity)

    expected = expected_grants(identity) - taken
    if "canPublishSources" in said:
        expected |= {"can_publish_sources"}
    for door, token in enumerate(tokens):
        left_to_the_door = {OWN} if door == ISSUED and "canUpdateOwnMetadata" not in said else set()
        assert granted(judged(token)) == expected - left_to_the_door
        assert claims_of(token)["video"].get("canPublishSources") == said.get("canPublishSources")


def test_the_policy_of_the_moment_counts(world: World) -> None:
    """A link that was made before it was narrowed is worth no more than one made after."""
    get = world.event("connection_details", "get_json")
    post = world.call("connection_details", world.event("connection_details", "post_platform")).json
    again = with_query(get, {"auth": "demo", "token": post["token"]})
    assert video(world, again)["canPublish"] is True

    world.put_platform(with_policy(DEMO, grants={"participant": {"canPublish": False}}))
    world.clock.advance(61)

    assert video(world, again)["canPublish"] is False


def video(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The grants that a redemption answers."""
    answer = world.call("connection_details", event)
    grants: dict[str, Any] = claims_of(answer.json["participantToken"])["video"]
    return grants


def test_a_guest_of_nobodys_has_no_policy(world: World) -> None:
    """Nobody vouches, and nobody narrows: a platform's limits on its own guests do not reach there."""
    world.put_platform(with_policy(DEMO, grants={"guest": {"canPublish": False}}))

    answer = world.call("connection_details", world.event("connection_details", "get_guest"))

    assert claims_of(answer.json["participantToken"])["video"]["canPublish"] is True


def test_what_a_vocespace_server_would_grant_anyway_is_refused(world: World) -> None:
    """It knows nothing of our policy: whoever is narrowed does not get in past it, and the others do."""
    details = {"serverUrl": "wss://a", "roomName": "r", "participantName": "n", "participantToken": "a.b.c"}
    world.put_platform(with_policy(DEMO, grants={"guest": {"canPublish": False}}))
    event = world.event("connection_details", "post_platform")
    with Upstream(lambda *_: answer_json(200, details)) as server:
        world.configure(CONNECTION_PROVIDER="vocespace", VOCESPACE_URL=server.url)

        narrowed = world.call("connection_details", with_body(event, identity="guest"))
        assert server.received == []
        others = world.call("connection_details", event)

    assert (narrowed.status, narrowed.json["code"]) == (403, "policy_refused")
    assert others.status == 200


def test_metadata_of_ones_own_is_off_where_livekits_clients_come(world: World) -> None:
    """And on for VoceSpace's web client, which renames people through it."""
    grants = [claims_of(token)["video"]["canUpdateOwnMetadata"] for token in by_every_door(world, "participant")]

    assert grants == [True, True, True, False]
    assert said_in(ask(world))["video"]["canUpdateOwnMetadata"] is False
