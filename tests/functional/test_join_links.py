"""Join links over the API: what a platform is told, whose links they are, and what nobody is ever told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import Event, behind_iam, cases, with_body, with_headers, with_query
from tests.support.world import DEMO, JOIN_LINK_SECRET, TABLE, Answer, World
from vocespace.container import container
from vocespace.join_links import JoinCodes, code_digest, link_key, new_link_id
from vocespace.table import Table

HOST = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


def create(
    world: World, members: dict[str, object] | None = None, *, case: str = "post_visit", platform: str = "demo"
) -> Answer:
    """A platform makes a link, by a file of events/ with some members changed."""
    return world.call("join_links", with_body(world.event("join_links", case, platform=platform), **members or {}))


def made(world: World, members: dict[str, object] | None = None, *, case: str = "post_visit") -> dict[str, Any]:
    """The link that comes of it."""
    answer = create(world, members, case=case)
    assert answer.status == 201
    return answer.json


def about(event: Event, link_id: str) -> Event:
    """The same request about another link."""
    path = event["rawPath"].rpartition("/")[0] + f"/{link_id}"
    http = event["requestContext"]["http"] | {"path": path}
    context = event["requestContext"] | {"http": http}
    return event | {"rawPath": path, "pathParameters": {"id": link_id}, "requestContext": context}


def get(world: World, link_id: str, *, platform: str = "demo") -> Answer:
    """A platform looks at a link."""
    return world.call("join_links", about(world.event("join_links", "get_link", platform=platform), link_id))


def delete(world: World, link_id: str, *, platform: str = "demo") -> Answer:
    """A platform revokes a link."""
    return world.call("join_links", about(world.event("join_links", "delete_link", platform=platform), link_id))


def test_a_link_is_made_and_seen(world: World) -> None:
    """The answer that has the URL is kept by nobody on the way, and none but that has it."""
    answer = create(world, case="post_meeting")

    link = answer.json
    code = JoinCodes.parse(JOIN_LINK_SECRET).code_of(link["id"])
    assert link.pop("url") == f"{HOST}/join/{code}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert link == {
        "id": link["id"],
        "state": "early",
        "visit": {
            "id": "user_12345",
            "username": "Zhang San",
            "space": "my-workspace",
            "room": "$empty",
            "identity": "participant",
            "auth": "demo",
            "meeting": "appointment-4711",
            "timeZone": "Asia/Shanghai",
        },
        "createdAt": NOW,
        "opensAt": NOW + 3000,
        "notBefore": NOW + 3600,
        "expiresAt": NOW + 7200,
    }
    seen = get(world, link["id"])
    assert (seen.status, seen.json) == (200, link)
    assert code not in seen.text


def test_the_link_leads_to_where_the_deployment_says(world: World) -> None:
    """Behind a name of the operator's."""
    world.configure(PUBLIC_BASE_URL="https://connect.example.com")

    assert made(world)["url"].startswith("https://connect.example.com/join/")


def test_the_code_is_nowhere_but_in_the_link(world: World) -> None:
    """The table has a digest, from which nobody comes in."""
    link = made(world)
    code = link["url"].rpartition("/")[2]
    digest = code_digest(code)
    assert digest is not None

    kept = [*Table(TABLE).query(link_key(digest)["pk"]), *Table(TABLE).query(f"LINK#{link['id']}")]

    assert len(kept) == 2
    assert code not in str(kept)


def test_what_was_made_opens(world: World) -> None:
    """The parts behind the page find it, and let somebody in."""
    link = made(world, {"notBefore": None}, case="post_several")

    entered = container().meetings.joining.enter(link["url"].rpartition("/")[2], None, HOST)

    assert entered.location.startswith("https://vocespace.example/my-workspace?")
    seen = get(world, link["id"]).json
    assert (seen["state"], seen["uses"], seen["maxUses"]) == ("open", 1, 50)


def test_a_revoked_link_says_so(world: World) -> None:
    """Since when, however often it is revoked."""
    link = made(world)

    first = delete(world, link["id"])
    world.clock.advance(60)
    second = delete(world, link["id"])

    assert (first.status, second.status, first.text) == (204, 204, "")
    seen = get(world, link["id"]).json
    assert (seen["state"], seen["revokedAt"]) == ("cancelled", NOW)


def test_another_platforms_link_is_not_there(world: World) -> None:
    """As little as one that never was, and both are told alike."""
    link = made(world)

    for act in (get, delete):
        others, unknown = act(world, link["id"], platform="acme"), act(world, new_link_id(), platform="acme")
        assert (others.status, unknown.status) == (404, 404)
        assert others.json["detail"] == unknown.json["detail"]
    assert get(world, link["id"]).json["state"] == "open"


@pytest.mark.parametrize("link_id", ["x", "lnk_", "lnk_" + "g" * 24, "LNK_" + "0" * 24, "lnk_" + "0" * 5000])
def test_what_is_no_id_is_refused_unread(world: World, link_id: str) -> None:
    """By the field."""
    answer = get(world, link_id)

    assert answer.status == 400
    assert [each["field"] for each in answer.json["errors"]] == ["id"]


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"space": "a/b"}, {"space"}),
        ({"expiresAt": NOW}, {"expiresAt"}),
        ({"expiresAt": NOW + 367 * 86_400}, {"expiresAt"}),
        ({"notBefore": NOW + 1, "expiresAt": NOW + 1}, {"notBefore"}),
        ({"earlyJoinMinutes": 5}, {"earlyJoinMinutes"}),
        ({"maxUses": 0}, {"maxUses"}),
        ({"timeZone": "Mars/Olympus"}, {"timeZone"}),
        ({"iat": NOW, "exp": NOW + 60}, {"iat", "exp"}),
        ({"uses": 1, "code": "x"}, {"uses", "code"}),
        ({"auth": "a b"}, {"auth"}),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(world: World, members: dict[str, object], fields: set[str]) -> None:
    """Every field is named, and no value is quoted."""
    answer = create(world, members)

    assert answer.status == 400
    assert {each["field"] for each in answer.json["errors"]} == fields


@pytest.mark.parametrize(
    ("platform", "members", "code"),
    [
        ("acme", {}, "policy_refused"),
        ("acme", {"space": "acme-1", "room": "stage", "auth": "demo"}, "policy_refused"),
        ("acme", {"space": "acme-1", "room": "stage", "identity": "owner"}, "policy_refused"),
        ("demo", {"identity": "customer", "auth": "demo"}, "identity_refused"),
    ],
)
def test_a_platform_gets_what_its_policy_allows(
    world: World, platform: str, members: dict[str, object], code: str
) -> None:
    """When the link is made already, not only when somebody clicks it."""
    answer = create(world, members, platform=platform)

    assert (answer.status, answer.json["code"]) == (403, code)


def test_the_auth_type_may_stand_in_the_query(world: World) -> None:
    """As everywhere; the two may not differ."""
    event = with_body(world.event("join_links", "post_visit"), identity="guest")

    answer = world.call("join_links", with_query(event, {"auth": "c_s"}))
    assert answer.json["visit"]["auth"] == "c_s"
    differs = world.call("join_links", with_query(with_body(event, auth="demo"), {"auth": "c_s"}))
    assert differs.status == 400


def test_nobody_makes_a_link_without_a_credential(world: World) -> None:
    """A guest cannot invite."""
    assert world.call("join_links", world.event("join_links", "post_no_credential")).status == 401
    for case in ("get_link", "delete_link", "post_visit"):
        event = with_headers(world.event("join_links", case), authorization="Bearer nonsense")
        assert world.call("join_links", event).status == 401


@pytest.mark.parametrize("case", [case for function, case in cases() if function == "join_links" and "iam" not in case])
def test_roles_do_the_same(world: World, case: str) -> None:
    """Where the deployment lets them, as their platform; without, there is nothing."""
    role = "arn:aws:iam::123456789012:role/demo-backend"
    world.put_platform(DEMO.model_copy(update={"roles": (role,)}))
    link = made(world)
    event = world.event("join_links", case)
    event = event if "body" in event else about(event, link["id"])
    signed = behind_iam(event, "demo-backend")
    assert world.call("join_links", signed).status == 404

    world.configure(IAM_ACCESS="true")
    plain = 201 if case == "post_no_credential" else world.call("join_links", event).status
    assert world.call("join_links", signed).status == plain


def test_making_takes_a_request_and_no_token(world: World) -> None:
    """Tokens are counted when somebody clicks; every answer tells what is left."""
    policy = DEMO.policy.model_copy(update={"requests_per_minute": 4, "tokens_per_day": 1})
    world.put_platform(DEMO.model_copy(update={"policy": policy}))
    world.clock.advance(-(world.clock.time() % 60))

    link = made(world)
    answers = [create(world), get(world, link["id"]), delete(world, link["id"]), get(world, link["id"])]

    assert [each.status for each in answers] == [201, 200, 204, 429]
    assert [each.headers["RateLimit"].partition(";t=")[0] for each in answers] == [
        f'"requestsPerMinute";r={left}' for left in (2, 1, 0, 0)
    ]


@pytest.mark.parametrize(
    ("operation", "case"),
    [("TransactWriteItems", "post_visit"), ("BatchGetItem", "get_link"), ("GetSecretValue", "post_visit")],
)
def test_what_cannot_be_written_or_read_is_503(world: World, operation: str, case: str) -> None:
    """And no link is answered that is not there."""
    fail(operation, 500, "InternalServerError")

    answer = world.call("join_links", world.event("join_links", case))

    assert answer.status == 503
    assert "url" not in json.loads(answer.text)


def test_neither_the_link_nor_the_person_is_told_to_the_log(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads logs comes in nowhere."""
    link = made(world, {"username": "c4n4ry"})
    create(world, {"username": "c4n4ry", "space": "a/b"})
    create(world, {"username": "c4n4ry"}, platform="acme")
    get(world, link["id"])
    delete(world, link["id"])

    told = capsys.readouterr().out
    assert link["url"].rpartition("/")[2] not in told
    assert '"platform":"acme"' in told
    assert '"space":"my-workspace"' in told
