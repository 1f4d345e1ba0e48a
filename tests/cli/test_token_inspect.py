"""`vocespace token inspect`: what a VoceSpace token is and may do, and exactly why not."""

from __future__ import annotations

import base64
import json

import pytest

from tests.cli.conftest import Cli
from tests.support.clock import NOW
from tests.support.world import ACME_KID, ACME_SECRET, KID, RING_KEYS, SIGNING_SECRET, World
from vocespace_cli.output import utc

OTHER = "a-secret-of-another-deployment-0123456789abcdef"


def _words(cli: Cli, token: str) -> list[str]:
    found = cli("token", "inspect", "--json", stdin=token)
    words = [problem["reason"] for problem in found.json["problems"]]
    assert found.code == (1 if words else 0)
    assert found.json["verified"] == (not words)
    return words


def test_a_good_token(cli: Cli, world: World) -> None:
    """Whose key, who vouches, until when, and what the person may do."""
    found = cli("token", "inspect", "--json", stdin=world.token() + "\n")

    told = found.json
    assert found.code == 0
    assert (told["kind"], told["verified"], told["signatureHolds"], told["problems"]) == ("vocespace", True, True, [])
    assert told["signedBy"] == f"{KID} (of the deployment)"
    assert told["platform"] == "demo"
    assert (told["expiresAt"], told["expiresInSeconds"], told["blocked"]) == (NOW + 3600, 3600, False)
    ways = {way["auth"]: way for way in told["ways"]}
    assert ways["demo"]["identity"] == "participant"
    assert ways["demo"]["permissions"]["createRoom"] is True
    assert ways["demo"]["liveKitGrants"]["room"] == "my-workspace"
    assert (ways["c_s"]["admitted"], ways["c_s"]["reason"]) == (False, "identity_under_auth")
    assert ways[None]["identity"] == "guest"


def test_people_read_the_same(cli: Cli, world: World) -> None:
    """In words, with a table of permissions."""
    text = cli("token", "inspect", world.token()).out

    for words in ("taken here and now", "in 1 h", "Under auth=demo: comes as participant", "manageRoom", "roomJoin"):
        assert words in text
    assert "unverified" not in text


def test_a_token_by_a_platforms_own_key(cli: Cli, world: World) -> None:
    """Its platform is the key's."""
    token = world.token(key=ACME_SECRET, kid=ACME_KID, platform=None, space="acme-1", room="stage")

    told = cli("token", "inspect", "--json", stdin=token).json

    assert (told["signedBy"], told["platform"], told["verified"]) == ("acme-1 (of acme)", "acme", True)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"key": OTHER}, "kid_mismatch"),
        ({"key": OTHER, "kid": "2019"}, "kid_unknown"),
        ({"key": OTHER, "kid": None}, "token_signature"),
        ({"exp": NOW - 31, "iat": NOW - 100}, "token_expired"),
        ({"exp": NOW + 90_000}, "token_lifetime"),
        ({"iat": NOW + 100}, "token_lifetime"),
        ({"nbf": NOW + 100}, "token_not_yet_valid"),
        ({"aud": "somebody"}, "token_audience"),
        ({"username": None}, "token_claims"),
        ({"exp": "later"}, "token_claims"),
        ({"key": ACME_SECRET, "kid": ACME_KID}, "token_platform"),
        ({"platform": "nobody"}, "platform_unknown"),
        ({"platform": "acme"}, "policy_space"),
        ({"platform": "acme", "space": "acme-1"}, "policy_room"),
        ({"platform": "acme", "space": "acme-1", "room": "stage", "exp": NOW + 3601}, "policy_lifetime"),
        ({"platform": "acme", "space": "acme-1", "room": "stage", "identity": "owner"}, None),
        ({"identity": "customer", "room": "$empty", "platform": "demo"}, None),
        ({"platform": None}, "guest_access_off"),
        ({"platform": None, "id": "guest_x"}, "guest_access_off"),
    ],
)
def test_why_not(cli: Cli, world: World, changes: dict[str, object], word: str | None) -> None:
    """Each fault by its word; a token that some way is open to has none."""
    cli.variables["GUEST_ACCESS"] = "false"

    assert _words(cli, world.token(**changes)) == ([word] if word else [])  # type: ignore[arg-type]


def test_a_retired_key_is_not_a_wrong_one(cli: Cli, world: World) -> None:
    """The signature holds, and is worth nothing any more."""
    old = {"kid": "old", "secret": OTHER, "retireAfter": NOW - 1}
    world.put_secret("signing", {"keys": [*RING_KEYS, old], "signingKid": KID})

    token = world.token(key=OTHER, kid="old")
    told = cli("token", "inspect", "--json", stdin=token).json

    assert told["signatureHolds"] is True
    assert told["signingKey"] == {"kid": "old", "createdAt": 0, "retireAfter": NOW - 1, "state": "over"}
    assert f"holds, by old (of the deployment), over since {utc(NOW - 1)}" in cli("token", "inspect", token).out
    assert [problem["reason"] for problem in told["problems"]] == ["kid_retired"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, f"{KID} (of the deployment), active"),
        ({"key": ACME_SECRET, "kid": ACME_KID, "platform": None}, f"{ACME_KID} (of acme), platform"),
        ({"key": OTHER, "kid": "old"}, f"old (of the deployment), retired, accepted until {utc(NOW + 60)}"),
        ({"key": OTHER[::-1], "kid": "new"}, "new (of the deployment), next"),
    ],
)
def test_the_state_of_the_key(cli: Cli, world: World, changes: dict[str, str], words: str) -> None:
    """By which key, and until when that is taken."""
    old = {"kid": "old", "secret": OTHER, "retireAfter": NOW + 60}
    world.put_secret("signing", {"keys": [*RING_KEYS, old, {"kid": "new", "secret": OTHER[::-1]}], "signingKid": KID})

    assert f"holds, by {words}" in cli("token", "inspect", world.token(**changes)).out


def test_claims_at_fault_are_named(cli: Cli, world: World) -> None:
    """All of them at once."""
    told = cli("token", "inspect", "--json", stdin=world.token(username=None, space="a/b", exp="later")).json

    [problem] = told["problems"]
    assert {each["field"] for each in problem["errors"]} == {"username", "space", "exp"}


def test_a_disabled_platform_is_not_an_unknown_one(cli: Cli, world: World) -> None:
    """The next step differs."""
    cli("platforms", "disable", "demo")

    assert _words(cli, world.token()) == ["platform_disabled"]


def test_a_blocked_person(cli: Cli, world: World) -> None:
    """Everything else holds, and is shown."""
    cli("blocks", "add", "my-workspace", "user_12345")

    told = cli("token", "inspect", "--json", stdin=world.token()).json

    assert (told["blocked"], told["signatureHolds"]) == (True, True)
    assert [problem["reason"] for problem in told["problems"]] == ["person_blocked"]


def test_a_guest_of_nobodys(cli: Cli, world: World) -> None:
    """Comes as a guest, whatever was claimed, where guests may."""
    told = cli("token", "inspect", "--json", stdin=world.token(platform=None, identity="owner")).json

    assert [way["identity"] for way in told["ways"]] == ["guest"]


@pytest.mark.parametrize(
    ("text", "word"),
    [("a.b.c", "token_form"), ("nonsense", "token_form"), ("x" * 9000, "token_too_long"), ("..", "token_form")],
)
def test_what_is_no_token(cli: Cli, text: str, word: str) -> None:
    """Still gets an answer."""
    assert _words(cli, text) == [word]


@pytest.mark.parametrize(
    ("header", "word"),
    [({"alg": "none"}, "token_form"), ({"alg": "HS512"}, "token_header"), ({"alg": "HS256"}, "token_type")],
)
def test_a_header_that_is_none(cli: Cli, world: World, header: dict[str, str], word: str) -> None:
    """Whatever is beneath it."""
    _, claims, signature = world.token().split(".")
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()

    assert _words(cli, ".".join((encoded, claims, "" if header["alg"] == "none" else signature))) == [word]


def test_what_is_not_verified_cannot_steer_the_terminal(cli: Cli, world: World) -> None:
    """Control and bidi characters are shown, not sent; and it is said that anybody can write this."""
    token = world.token(key=OTHER, username="\x1b[2J\x9b2J\u202eevil")

    people = cli("token", "inspect", stdin=token).out
    script = cli("token", "inspect", "--json", stdin=token)

    assert "unverified" in people
    for text in (people, script.out):
        assert not {"\x1b", "\x9b", "\u202e"} & set(text)
    assert script.json["claims"]["username"] == "\x1b[2J\x9b2J\u202eevil"


def test_no_secret_is_shown(cli: Cli, world: World) -> None:
    """Whoever made the token."""
    shown = "".join(cli("token", "inspect", token).out for token in (world.token(), world.token(key=OTHER), "a.b.c"))

    assert SIGNING_SECRET not in shown
    assert ACME_SECRET not in shown
