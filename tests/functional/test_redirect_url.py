"""`POST /api/redirect-url`, driven through its handler."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from tests.support.clock import NOW
from tests.support.events import load_event, with_body, with_headers, with_query
from tests.support.world import KID, SIGNING_SECRET, World


def test_a_platform_gets_a_link_that_carries_the_token(world: World) -> None:
    """The answer is a link to the API itself with the auth type and a token for just this person."""
    answer = world.call("redirect_url", world.event("redirect_url", "post_ttl"))

    assert answer.status == 201
    link = urlsplit(answer.json["redirectUrl"])
    assert link.scheme == "https"
    assert link.netloc == "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"
    assert link.path == "/api/connection-details"
    assert parse_qs(link.query) == {"auth": ["demo"], "token": [answer.json["token"]]}
    assert answer.json["expiresAt"] == NOW + 900
    assert jwt.get_unverified_header(answer.json["token"]) == {"alg": "HS256", "typ": "JWT", "kid": KID}
    claims = jwt.decode(
        answer.json["token"], SIGNING_SECRET, ["HS256"], options={"verify_exp": False, "verify_iat": False}
    )
    assert claims.pop("jti")
    assert claims == {
        "id": "user_12345",
        "username": "Zhang San",
        "avatar": "https://example.com/avatar.jpg",
        "space": "my-workspace",
        "room": "$empty",
        "identity": "participant",
        "preJoin": False,
        "iat": NOW,
        "exp": NOW + 900,
        "platform": "demo",
    }


def test_the_link_leads_to_the_configured_base(world: World) -> None:
    """PUBLIC_BASE_URL stands before the path, whatever the request came by."""
    world.configure(PUBLIC_BASE_URL="https://meet.example/connect/")

    answer = world.call("redirect_url", world.event("redirect_url", "post_ttl"))

    assert answer.json["redirectUrl"].startswith("https://meet.example/connect/api/connection-details?auth=demo&token=")


@pytest.mark.parametrize(
    ("members", "ends_after"),
    [
        ({"ttlSeconds": None}, 3600),
        ({"ttlSeconds": 60}, 60),
        ({"ttlSeconds": 86_400}, 86_400),
        ({"ttlSeconds": None, "exp": NOW + 120}, 120),
        ({"ttlSeconds": None, "iat": NOW - 100}, 3500),
        ({"ttlSeconds": 60, "iat": NOW - 10}, 50),
    ],
)
def test_the_end_may_be_said_or_left_to_us(world: World, members: dict[str, object], ends_after: int) -> None:
    """`exp`, `ttlSeconds`, `iat` or none of them: the end follows."""
    event = with_body(world.event("redirect_url", "post_ttl"), **members)

    assert world.call("redirect_url", event).json["expiresAt"] == NOW + ends_after


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"ttlSeconds": 86_401}, ["exp"]),
        ({"ttlSeconds": 0}, ["ttlSeconds"]),
        ({"ttlSeconds": 60.5}, ["ttlSeconds"]),
        ({"ttlSeconds": "60"}, ["ttlSeconds"]),
        ({"ttlSeconds": True}, ["ttlSeconds"]),
        ({"ttlSeconds": 60, "exp": NOW + 60}, ["ttlSeconds"]),
        ({"ttlSeconds": None, "exp": NOW}, ["exp"]),
        ({"ttlSeconds": None, "exp": NOW - 1, "iat": NOW - 60}, ["exp"]),
        ({"iat": NOW + 31}, ["iat"]),
        ({"id": None}, ["id"]),
        ({"id": "", "username": "", "space": ""}, ["id", "username", "space"]),
        ({"space": "a/b"}, ["space"]),
        ({"space": ".."}, ["space"]),
        ({"room": "$nowhere"}, ["room"]),
        ({"identity": "admin"}, ["identity"]),
        ({"avatar": "http://example.com/a.png"}, ["avatar"]),
        ({"preJoin": "false"}, ["preJoin"]),
        ({"pre_join": False}, ["pre_join"]),
        ({"auth": "a b"}, ["auth"]),
        ({"role": "admin", "admin": True}, ["admin", "role"]),
    ],
)
def test_what_does_not_fit_is_named(world: World, members: dict[str, object], fields: list[str]) -> None:
    """Every fault is a 400 that names each field at fault."""
    answer = world.call("redirect_url", with_body(world.event("redirect_url", "post_ttl"), **members))

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"] == "invalid_parameters"
    assert sorted(each["field"] for each in answer.json["errors"]) == sorted(fields)


def test_nobody_gets_no_link(world: World) -> None:
    """Guest access opens the space, not the making of links."""
    answer = world.call("redirect_url", world.event("redirect_url", "post_no_credential"))

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_platform_is_held_to_its_policy(world: World) -> None:
    """What the policy does not name is refused, one thing at a time, and what it names goes."""
    event = with_body(world.event("redirect_url", "post_ttl", platform="acme"), space="acme-1", room="stage")
    wrong = [
        with_body(event, space="beta-1"),
        with_body(event, room="cellar"),
        with_body(event, room=None),
        with_body(event, identity="owner"),
        with_query(event, {"auth": "demo"}),
    ]

    assert world.call("redirect_url", event).status == 201
    assert world.call("redirect_url", with_body(event, room="$empty")).status == 201
    refusals = [world.call("redirect_url", each) for each in wrong]
    assert [each.status for each in refusals] == [403] * 5
    assert [each.json["code"] for each in refusals] == ["policy_refused"] * 5
    assert world.call("redirect_url", with_body(event, ttlSeconds=3601)).status == 400


def test_the_auth_type_may_be_said_twice_but_not_differently(world: World) -> None:
    """Query and body name the same thing; two different ones are a mistake we do not settle."""
    event = with_query(world.event("redirect_url", "post_ttl"), {"auth": "demo"})

    assert world.call("redirect_url", with_body(event, auth="demo")).status == 201
    answer = world.call("redirect_url", with_body(event, auth="c_s"))
    assert answer.status == 400
    assert [each["field"] for each in answer.json["errors"]] == ["auth"]


@pytest.mark.parametrize(
    ("identity", "auth", "status", "becomes"),
    [
        ("assistant", None, 201, "c_s"),
        ("customer", None, 201, "c_s"),
        ("participant", None, 201, "demo"),
        (None, None, 201, "demo"),
        ("guest", "c_s", 201, "c_s"),
        ("owner", "c_s", 403, None),
        ("manager", "c_s", 403, None),
        ("participant", "c_s", 403, None),
        ("assistant", "demo", 403, None),
        ("customer", "demo", 403, None),
    ],
)
def test_identity_and_auth_type_belong_together(
    world: World, identity: str | None, auth: str | None, status: int, becomes: str | None
) -> None:
    """Customer support has its own identities; left out, the auth type follows from the identity."""
    event = with_body(world.event("redirect_url", "post_ttl"), identity=identity, auth=auth)

    answer = world.call("redirect_url", event)

    assert answer.status == status
    if becomes is None:
        assert answer.json["code"] == "identity_refused"
    else:
        assert parse_qs(urlsplit(answer.json["redirectUrl"]).query)["auth"] == [becomes]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "text/plain"}, 415),
        ({"content_type": None}, 415),
        ({"content_type": "application/json; charset=utf-16"}, 415),
        ({"content_encoding": "gzip"}, 415),
        ({"content_type": 'application/json; charset="UTF-8"'}, 201),
        ({"content_type": "Application/JSON"}, 201),
    ],
)
def test_the_body_is_declared_as_json(world: World, headers: dict[str, str | None], status: int) -> None:
    """Only application/json in UTF-8, as it stands."""
    event = with_headers(world.event("redirect_url", "post_ttl"), **headers)

    assert world.call("redirect_url", event).status == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 400),
        ("", 400),
        ("[]", 400),
        ("null", 400),
        ('"text"', 400),
        ("{", 400),
        ("\ufeff{}", 400),
        ('{"id": "a", "id": "b"}', 400),
        ('{"ttlSeconds": NaN}', 400),
        ('{"id": "\\ud800"}', 400),
        ("[" * 16_000, 400),
        ('{"id":' * 2300 + "1" + "}" * 2300, 400),
        (" " * 16_385, 413),
        ("é" * 8193, 413),
    ],
)
def test_a_body_that_is_no_object_is_refused_cleanly(world: World, body: str | None, status: int) -> None:
    """No bytes at all, and none of any kind, end in a 5xx."""
    answer = world.call("redirect_url", world.event("redirect_url", "post_ttl") | {"body": body})

    assert answer.status == status


def test_a_base64_body_is_read(world: World) -> None:
    """API Gateway may hand a body over in base64."""
    event = world.event("redirect_url", "post_ttl")
    encoded = event | {"body": base64_of(event["body"]), "isBase64Encoded": True}

    assert world.call("redirect_url", encoded).status == 201
    assert world.call("redirect_url", encoded | {"body": "%%%"}).status == 400
    assert world.call("redirect_url", encoded | {"body": base64_of(" " * 16_385)}).status == 413


def base64_of(text: str) -> str:
    """Text as API Gateway encodes it."""
    return base64.b64encode(text.encode()).decode()


def test_every_answer_keeps_itself_out_of_caches_and_referrers(world: World) -> None:
    """A token must not be stored on its way or told to the next page."""
    for case in ("post_ttl", "post_no_credential", "post_both_ends"):
        headers = world.call("redirect_url", world.event("redirect_url", case)).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_an_event_file_as_it_stands_is_refused_without_a_word_about_why(world: World) -> None:
    """The credential in events/ is an example; it opens nothing."""
    answer = world.call("redirect_url", load_event("redirect_url", "post_ttl"))

    assert answer.status == 401
    assert answer.json["detail"] == "The credential or token is missing, invalid or expired."
