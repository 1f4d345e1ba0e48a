"""`GET` and `POST /api/connection-details` with our own LiveKit key, driven through the handler."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from tests.support.clock import NOW
from tests.support.events import with_body, with_headers, with_query
from tests.support.links import web_client_link
from tests.support.world import (
    ACME_KID,
    ACME_SECRET,
    DEMO,
    LIVEKIT_KEY,
    LIVEKIT_SECRET,
    LIVEKIT_URL,
    TABLE,
    WEB_CLIENT,
    World,
)
from vocespace.platforms import Policy
from vocespace.space_records import Space, Strategy, room_key, space_key
from vocespace.table import Table

NAME = "connection_details"
GUEST_RIGHTS = {"viewRoom"}


def participant(token: str) -> dict[str, Any]:
    """The claims of a participant token, its signature checked."""
    claims: dict[str, Any] = jwt.decode(
        token, LIVEKIT_SECRET, ["HS256"], options={"verify_exp": False, "verify_nbf": False}
    )
    return claims


def rights(answer: dict[str, Any]) -> set[str]:
    """The permissions that are granted."""
    return {name for name, granted in answer["permissions"].items() if granted}


def test_a_platform_gets_what_it_asks_for(world: World) -> None:
    """Connection details, what was decided, and a token and a link to come again with."""
    answer = world.call(NAME, world.event(NAME, "post_platform"))

    assert answer.status == 200
    body = answer.json
    assert body["serverUrl"] == LIVEKIT_URL
    assert body["roomName"] == body["space"] == "my-workspace"
    assert body["participantName"] == "Zhang San"
    assert body["identity"] == "participant"
    assert rights(body) == {"viewRoom", "createRoom", "showSideChannel", "showAI"}
    assert body["expiresAt"] == NOW + 3600
    claims = participant(body["participantToken"])
    assert claims["iss"] == LIVEKIT_KEY
    assert claims["sub"] == "user_12345"
    assert (claims["nbf"], claims["exp"]) == (NOW, NOW + 600)
    assert claims["video"]["room"] == "my-workspace"
    assert claims["attributes"] == {"identity": "participant", "auth": "demo", "room": body["room"]}
    assert "metadata" not in claims


def test_the_token_of_the_answer_opens_the_same_door(world: World) -> None:
    """Redeemed, it leads the same person into the same room."""
    opened = world.call(NAME, world.event(NAME, "post_platform")).json
    event = with_query(world.event(NAME, "get_json"), {"auth": "demo", "token": opened["token"]})

    redeemed = world.call(NAME, event).json

    for name in ("serverUrl", "roomName", "participantName", "space", "room", "identity", "permissions", "expiresAt"):
        assert redeemed[name] == opened[name]
    assert "token" not in redeemed
    assert "redirectUrl" not in redeemed


def test_an_empty_room_is_one_of_ones_own(world: World) -> None:
    """`$empty` becomes a name: the same for one person, another for everybody else."""
    event = world.event(NAME, "post_platform")

    rooms = [world.call(NAME, with_body(event, id=each)).json["room"] for each in ("ada", "ada", "bob")]

    assert rooms[0] == rooms[1]
    assert rooms[0] != rooms[2]
    assert not any(room.startswith("$") for room in rooms)


def test_a_meeting_is_in_one_room(world: World) -> None:
    """Whoever comes for it; another platform's meeting of the same name is another one, and so is no meeting."""
    event = with_body(world.event(NAME, "post_platform"), space="acme-1")
    acme = with_body(world.event(NAME, "post_platform", platform="acme"), space="acme-1", auth="acme")
    asked = [
        with_body(event, id="ada", meeting="standup"),
        with_body(event, id="bob", meeting="standup"),
        with_body(event, id="cid", meeting="other"),
        with_body(event, id="ada"),
        with_body(acme, id="dan", meeting="standup"),
    ]

    rooms = [world.call(NAME, each).json["room"] for each in asked]

    assert rooms[0] == rooms[1]
    assert len(set(rooms)) == 4


def test_a_guest_who_makes_a_space_manages_it(world: World) -> None:
    """Without sidebar and AI; under an id that proves nothing, in that one answer only."""
    event = world.event(NAME, "post_guest")

    first, second = (world.call(NAME, event) for _ in range(2))

    assert rights(first.json) == {
        each for each in first.json["permissions"] if each not in {"showSideChannel", "showAI"}
    }
    video = participant(first.json["participantToken"])["video"]
    assert (video["roomAdmin"], video["roomRecord"]) == (True, False)
    assert rights(second.json) == GUEST_RIGHTS
    assert participant(second.json["participantToken"])["video"]["roomAdmin"] is False


def test_a_platforms_guest_goes_on_managing_the_space_they_have_made(world: World) -> None:
    """The platform vouches for the id; nobody else has these rights, and no other platform's guest of the same id."""
    event = with_body(world.event(NAME, "post_platform"), space="acme-1", identity="guest", room=None)
    acme = with_body(world.event(NAME, "post_platform", platform="acme"), space="acme-1", identity="guest", auth="acme")
    asked = [event, event, with_body(event, id="other"), with_body(acme, room="stage")]

    granted = [participant(world.call(NAME, each).json["participantToken"])["video"]["roomAdmin"] for each in asked]

    assert granted == [True, True, False, False]


@pytest.mark.parametrize(("room", "expected"), [("$space", "$space"), ("stage", "stage"), (None, None)])
def test_any_other_room_stays_as_it_was_said(world: World, room: str | None, expected: str | None) -> None:
    """The main room, a named one, or the person's own choice."""
    answer = world.call(NAME, with_body(world.event(NAME, "post_platform"), room=room))

    assert answer.json.get("room") == expected


@pytest.mark.parametrize(
    ("room", "room_name"), [("stage", "my-workspace/stage"), ("$space", "my-workspace"), (None, "my-workspace")]
)
def test_a_room_can_be_a_livekit_room(world: World, room: str | None, room_name: str) -> None:
    """With RoomMapping=room the LiveKit room is the room, and the space where none is named."""
    world.configure(ROOM_MAPPING="room")

    answer = world.call(NAME, with_body(world.event(NAME, "post_platform"), room=room))

    assert answer.json["roomName"] == room_name
    assert participant(answer.json["participantToken"])["video"]["room"] == room_name


def test_nobody_is_a_guest_whatever_the_body_claims(world: World) -> None:
    """Without a credential the documented example enters as a guest, under an id that can evict nobody."""
    world.call(NAME, world.event(NAME, "post_platform"))

    answer = world.call(NAME, with_body(world.event(NAME, "post_guest"), identity="owner"))

    assert answer.status == 200
    assert answer.json["identity"] == "guest"
    assert rights(answer.json) == GUEST_RIGHTS
    claims = participant(answer.json["participantToken"])
    assert claims["sub"] == "guest_user_12345"
    assert claims["video"]["roomAdmin"] is False
    assert claims["attributes"]["identity"] == "guest"


def test_nobody_may_name_no_auth_type(world: World) -> None:
    """An auth type claims an integration; without a credential that is a 401."""
    event = world.event(NAME, "post_guest")

    assert world.call(NAME, with_query(event, {"auth": "demo"})).status == 401
    assert world.call(NAME, with_body(event, auth="c_s")).status == 401


@pytest.mark.parametrize("case", ["post_guest", "get_guest"])
def test_guest_access_is_closed_unless_it_is_opened(world: World, case: str) -> None:
    """By default nobody gets in without a credential."""
    world.configure(GUEST_ACCESS="false")

    assert world.call(NAME, world.event(NAME, case)).status == 401


def test_the_web_client_gets_a_guest_in_by_name(world: World) -> None:
    """`spaceName` and `participantName` are enough, and two of the same name are two people."""
    first, second = (world.call(NAME, world.event(NAME, "get_guest")).json for _ in range(2))

    assert first["participantName"] == "Ada"
    assert first["identity"] == "guest"
    assert participant(first["participantToken"])["sub"] != participant(second["participantToken"])["sub"]


def test_an_empty_identity_is_none(world: World) -> None:
    """A form that was left blank says nothing: the guest is new each time."""
    query = {"spaceName": "my-workspace", "participantName": "Ada", "identity": ""}
    event = with_query(world.event(NAME, "get_guest"), query)

    tokens = [world.call(NAME, event).json["participantToken"] for _ in range(2)]

    assert participant(tokens[0])["sub"] != participant(tokens[1])["sub"]


def test_a_long_id_of_a_guest_is_kept_apart_too(world: World) -> None:
    """An id that leaves no room for the prefix becomes a digest: the same for the same guest, no other guest's."""
    event = world.event(NAME, "post_guest")
    ids = ["x" * 128, "x" * 128, "x" * 127 + "y"]

    answers = [world.call(NAME, with_body(event, id=each)).json for each in ids]

    subjects = [participant(answer["participantToken"])["sub"] for answer in answers]
    assert subjects[0] == subjects[1] != subjects[2]
    assert all(subject.startswith("guest_") for subject in subjects)
    redeemed = world.call(NAME, with_query(world.event(NAME, "get_json"), {"token": answers[0]["token"]}))
    assert participant(redeemed.json["participantToken"])["sub"] == subjects[0]


def test_a_guest_by_name_may_name_no_auth_type_either(world: World) -> None:
    """What holds for the body holds for the query."""
    query = {"spaceName": "my-workspace", "participantName": "Ada", "auth": "demo"}

    assert world.call(NAME, with_query(world.event(NAME, "get_guest"), query)).status == 401


def test_the_web_clients_own_identity_is_kept_apart_from_users(world: World) -> None:
    """Its `identity` parameter is a LiveKit identity: honoured among guests only."""
    query = {"spaceName": "my-workspace", "participantName": "Ada", "identity": "user_12345", "region": "eu"}

    answer = world.call(NAME, with_query(world.event(NAME, "get_guest"), query)).json

    assert participant(answer["participantToken"])["sub"] == "guest_user_12345"


def test_a_browser_is_sent_on_to_the_web_client(world: World) -> None:
    """A redeemed token becomes a 302 with all three parts that the web client insists on."""
    answer = world.call(NAME, world.event(NAME, "get_redirect"))

    assert answer.status == 302
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    origin, space, auth, details, data = web_client_link(answer.headers["Location"])
    assert (origin, space, auth) == (WEB_CLIENT, "my-workspace", "demo")
    assert sorted(details) == ["participantName", "participantToken", "roomName", "serverUrl"]
    assert data == {
        "id": "user_12345",
        "username": "Zhang San",
        "space": "my-workspace",
        "identity": "participant",
        "preJoin": False,
        "iat": NOW,
        "exp": NOW + 3600,
    }


def test_a_server_gets_the_link_instead_of_being_sent(world: World) -> None:
    """`fromServer=true`, exactly, answers the address."""
    event = world.event(NAME, "get_from_server")
    other = with_query(event, event["queryStringParameters"] | {"token": world.token(), "fromServer": "True"})

    answer = world.call(NAME, event)

    assert answer.status == 200
    assert list(answer.json) == ["redirectUrl"]
    assert web_client_link(answer.json["redirectUrl"])[0] == WEB_CLIENT
    assert world.call(NAME, other).status == 302


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("application/json, text/plain, */*", 200),
        ("text/html;q=0.9, Application/JSON;q=0.5", 200),
        ("application/json;q=0", 302),
        ("application/json;q=0.000", 302),
        ("*/*", 302),
        ("application/*", 302),
        ("application/json-patch+json", 302),
        (None, 302),
    ],
)
def test_json_is_for_those_who_name_it(world: World, accept: str | None, status: int) -> None:
    """A browser accepts anything; only a client that names JSON gets the details themselves."""
    assert world.call(NAME, with_headers(world.event(NAME, "get_redirect"), accept=accept)).status == status


def test_without_a_web_client_the_details_are_the_answer(world: World) -> None:
    """A deployment without VoceSpaceUrl has nowhere to send a person."""
    world.configure(VOCESPACE_URL="")

    for case in ("get_redirect", "get_from_server", "get_json"):
        answer = world.call(NAME, world.event(NAME, case))
        assert answer.status == 200
        assert answer.json["serverUrl"] == LIVEKIT_URL


def test_without_an_auth_type_a_token_is_good_for_a_guest(world: World) -> None:
    """The documented redirect example names no auth type, and works, as a guest."""
    owner = world.token(identity="owner")
    event = with_query(world.event(NAME, "get_without_auth"), {"token": owner})

    _, _, auth, _, data = web_client_link(world.call(NAME, event).headers["Location"])

    assert auth == "guest"
    assert data["identity"] == "guest"


@pytest.mark.parametrize(
    ("claims", "auth", "status"),
    [
        ({"identity": "owner"}, "demo", 302),
        ({"identity": "assistant"}, "c_s", 302),
        ({"identity": None}, "demo", 302),
        ({"identity": "owner"}, "c_s", 403),
        ({"identity": "assistant"}, "demo", 403),
        ({"identity": "participant"}, "elsewhere", 403),
        ({"identity": "participant", "platform": "acme"}, "acme", 403),
        ({"identity": "participant", "platform": "acme", "space": "acme-1", "room": "stage"}, "acme", 302),
        ({"identity": "manager", "platform": "acme", "space": "acme-1", "room": "stage"}, "acme", 403),
        ({"platform": "acme", "space": "acme-1", "room": "stage", "exp": NOW + 3601}, "acme", 403),
        ({"platform": "gone"}, "demo", 401),
    ],
)
def test_every_rule_holds_again_when_a_token_is_redeemed(
    world: World, claims: dict[str, Any], auth: str, status: int
) -> None:
    """A signature does not stand in for the rules."""
    event = with_query(world.event(NAME, "get_redirect"), {"auth": auth, "token": world.token(**claims)})

    assert world.call(NAME, event).status == status


def test_a_policy_that_has_changed_holds_for_tokens_already_signed(world: World) -> None:
    """The platform's policy counts as it is now, within the minute that it is remembered for."""
    event = with_query(world.event(NAME, "get_redirect"), {"auth": "demo", "token": world.token()})
    assert world.call(NAME, event).status == 302
    narrowed = Policy(auth_types=("demo",), identities=DEMO.policy.identities, spaces=("elsewhere",))
    world.put_platform(DEMO.model_copy(update={"policy": narrowed}))

    assert world.call(NAME, event).status == 302
    world.clock.advance(60)
    assert world.call(NAME, event).status == 403


def test_a_platform_signs_with_its_own_key(world: World) -> None:
    """Whoever's key signed is who is asking, whatever the token says, and with whatever auth type it comes."""
    stage: dict[str, Any] = {"platform": None, "space": "acme-1", "room": "stage"}
    tokens = {
        "acme": world.token(key=ACME_SECRET, kid=ACME_KID, **stage),
        "no kid": world.token(key=ACME_SECRET, kid=None, **stage),
        "another's policy": world.token(key=ACME_SECRET, kid=ACME_KID, platform=None),
        "another's name": world.token(key=ACME_SECRET, kid=ACME_KID, platform="demo"),
        "another's kid": world.token(key=ACME_SECRET, kid="test-1"),
    }
    event = world.event(NAME, "get_redirect")

    statuses = {
        name: world.call(NAME, with_query(event, {"auth": "acme", "token": token})).status
        for name, token in tokens.items()
    }

    assert statuses == {
        "acme": 302, "no kid": 302, "another's policy": 403, "another's name": 401, "another's kid": 401
    }  # fmt: skip


def test_a_token_that_names_no_platform_is_a_guests(world: World) -> None:
    """Signed with the stack's own key for nobody, it opens guest access only, unless a platform answers for it."""
    token = world.token(platform=None)
    event = with_query(world.event(NAME, "get_json"), {"token": token})
    named = with_query(event, {"auth": "demo", "token": token})

    assert world.call(NAME, event).json["identity"] == "guest"
    assert world.call(NAME, named).status == 401
    world.configure(GUEST_ACCESS="false")
    assert world.call(NAME, event).status == 401
    world.configure(SIGNING_KEY_PLATFORM="demo")
    assert world.call(NAME, named).json["identity"] == "participant"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "spaceName=my-workspace",
        "participantName=Ada",
        "spaceName=&participantName=Ada",
        "spaceName=a%2Fb&participantName=Ada",
        "spaceName=a&participantName=%00",
        "spaceName=a&participantName=Ada&spaceName=b",
        "spaceName=%FF&participantName=Ada",
        "spaceName=a&participantName=Ada&identity=" + "x" * 129,
        "spaceName=a&participantName=Ada&auth=a/b",
        "auth=a/b&token=x",
        "token=x&token=y",
    ],
)
def test_a_query_that_does_not_fit_is_a_400(world: World, query: str) -> None:
    """Missing, malformed and repeated parameters are told by name."""
    answer = world.call(NAME, world.event(NAME, "get_nothing") | {"rawQueryString": query})

    assert answer.status == 400
    assert answer.json["errors"]


def test_a_guests_own_token_is_never_more_than_guest_access(world: World) -> None:
    """Where a platform answers for tokens without a name, it does not answer for those that strangers were given."""
    world.configure(SIGNING_KEY_PLATFORM="demo")
    token = world.call(NAME, world.event(NAME, "post_guest")).json["token"]
    event = with_query(world.event(NAME, "get_json"), {"token": token})
    with_auth = with_query(event, {"auth": "c_s", "token": token})

    assert world.call(NAME, event).json["identity"] == "guest"
    assert world.call(NAME, with_auth).status == 401
    world.configure(GUEST_ACCESS="false")
    assert world.call(NAME, event).status == 401


def test_support_has_its_own_identities(world: World) -> None:
    """The documented customer-support scenario: an agent for eight hours, a customer in a named room for one."""
    agent = world.call(NAME, world.event(NAME, "post_agent")).json
    customer = world.call(NAME, world.event(NAME, "post_customer")).json

    assert (agent["identity"], agent["expiresAt"]) == ("assistant", NOW + 28_800)
    assert participant(agent["participantToken"])["video"]["roomAdmin"] is True
    assert (customer["identity"], customer["room"]) == ("customer", "room_urgent_001")
    assert rights(customer) == set()


def test_a_customer_who_asks_for_an_agent_is_told_to_wait(world: World) -> None:
    """`$empty` means an agent who waits; while nobody is known to wait, that is a 409 that says when to ask again."""
    answer = world.call(NAME, with_body(world.event(NAME, "post_customer"), room="$empty"))

    assert answer.status == 409
    assert (answer.json["code"], answer.json["waiting"]) == ("no_agent_available", 1)
    assert int(answer.headers["Retry-After"]) > 0

    other = world.call(NAME, with_body(world.event(NAME, "post_customer"), room="$empty", id="customer_2"))
    assert other.json["waiting"] == 2


def test_a_customer_meets_the_agent_who_waits(world: World) -> None:
    """Both get the same room, and the next customer waits."""
    agent = world.call(NAME, with_body(world.event(NAME, "post_agent"), room="$empty")).json
    event = with_body(world.event(NAME, "post_customer"), room="$empty")

    customer, again, other = (world.call(NAME, with_body(event, id=each)) for each in ("c1", "c1", "c2"))

    assert agent["room"] == customer.json["room"] == again.json["room"]
    assert participant(customer.json["participantToken"])["attributes"]["room"] == agent["room"]
    assert other.status == 409


def test_a_pool_that_is_taken_is_a_409(world: World) -> None:
    """That says when to ask again; what was not found is not counted."""
    table = Table(TABLE)
    pool = Space(created_at=NOW, strategy=Strategy.POOL).to_wire()
    table.write_together(
        table.put(space_key("my-workspace") | pool),
        table.put(room_key("my-workspace", "booth") | {"made": "pool"}),
    )
    event = world.event(NAME, "post_platform")

    first, second = (world.call(NAME, with_body(event, id=each)) for each in ("ada", "bob"))

    assert (first.status, first.json["room"]) == (200, "booth")
    assert (second.status, second.json["code"]) == (409, "no_empty_room")
    assert int(second.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"iat": None}, "iat"),
        ({"exp": None}, "exp"),
        ({"exp": NOW - 1, "iat": NOW - 2}, "exp"),
        ({"exp": NOW}, "exp"),
        ({"iat": NOW + 31}, "iat"),
        ({"exp": NOW + 86_401}, "exp"),
        ({"exp": float(NOW + 60)}, "exp"),
        ({"exp": str(NOW + 60)}, "exp"),
        ({"iat": True}, "iat"),
        ({"ttlSeconds": 60}, "ttlSeconds"),
    ],
)
@pytest.mark.parametrize("case", ["post_platform", "post_guest"])
def test_times_are_whole_seconds_within_the_caps(
    world: World, case: str, members: dict[str, object], field: str
) -> None:
    """Both ends are required, are integers, and lie where they must."""
    answer = world.call(NAME, with_body(world.event(NAME, case), **members))

    assert answer.status == 400
    assert field in {each["field"] for each in answer.json["errors"]}
