"""`vocespace keys ring` and `keys rotate`: the ring turns without failing a request, or stays as it is."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Cli
from tests.cli.rings import (
    OTHER,
    assert_tells_no_secret,
    full_ring_keys,
    kids,
    labels,
    overtake,
    put_aside,
    put_ring,
    stored_ring,
    stored_text,
)
from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import with_body, with_query
from tests.support.world import ACME_KID, KID, RING_KEYS, SIGNING_SECRET, World
from vocespace.ring_rotation import Rules, next_key

ROTATE = ["keys", "rotate", "--json"]
RULES = Rules(max_ttl=86_400)
NEXT = {"kid": "next-1", "secret": OTHER, "createdAt": NOW - RULES.publication}


def _token(world: World) -> str:
    event = with_body(world.event("redirect_url", "post_ttl"), space="my-workspace", ttlSeconds=80_000)
    token: str = world.call("redirect_url", event).json["token"]
    return token


def _redeemed(world: World, token: str) -> int:
    event = with_query(world.event("connection_details", "get_redirect"), {"token": token, "auth": "demo"})
    return world.call("connection_details", event).status


def test_the_ring_without_its_secrets(cli: Cli) -> None:
    """Every state by its name, and until when."""
    retired = {"kid": "old", "secret": OTHER + "1", "retireAfter": NOW + 600}
    over = {"kid": "older", "secret": OTHER + "2", "retireAfter": NOW}
    going = {"kid": "acme-0", "secret": OTHER + "3", "retireAfter": NOW + 60, "platform": "acme"}
    put_ring(*RING_KEYS, NEXT, retired, over, going)

    people, script = cli("keys", "ring"), cli("keys", "ring", "--json")

    assert {key["kid"]: key["state"] for key in script.json["keys"]} == {
        KID: "active",
        ACME_KID: "platform",
        "next-1": "next",
        "old": "retired",
        "older": "over",
        "acme-0": "retired",
    }
    assert (script.json["signingKid"], script.json["nextKid"], script.json["nextSignsFrom"]) == (KID, "next-1", NOW)
    assert people.out.count("accepted until") == 2
    assert_tells_no_secret(people, script)


def test_the_first_rotation_publishes_and_the_second_one_switches(cli: Cli, world: World) -> None:
    """In between it is refused; and no token is, from first to last."""
    before = _token(world)

    first = cli(*ROTATE)
    published = first.json["nextKid"]
    assert (first.json["signingKid"], kids()) == (KID, [KID, ACME_KID, published])
    too_early = cli(*ROTATE)
    assert too_early.code == 1
    assert f"{RULES.publication} s from now" in too_early.error["message"]
    world.clock.advance(RULES.publication)
    second = cli(*ROTATE)
    assert (second.code, second.json["signingKid"]) == (0, published)
    states = {key["kid"]: key["state"] for key in second.json["keys"]}
    assert states == {KID: "retired", ACME_KID: "platform", published: "active", second.json["nextKid"]: "next"}
    # An instance that has not seen any of it yet, and one that has.
    between = _token(world)
    world.clock.advance(400)
    assert [_redeemed(world, token) for token in (before, between, _token(world))] == [302, 302, 302]
    assert_tells_no_secret(first, too_early, second)


def test_people_are_told_what_came_of_it(cli: Cli, world: World) -> None:
    """Who signs, what is next, and from when on."""
    assert f"{KID} signs as before. own-" in cli("keys", "rotate").out
    world.clock.advance(RULES.publication)

    assert f"signs now, {KID} has retired" in cli("keys", "rotate").out


def test_every_ring_says_what_it_was_made_from(cli: Cli) -> None:
    """And no label of a rotation stays behind, which would stop the next one."""
    (first,) = labels()
    cli("keys", "rotate")
    assert stored_ring().parent_version == first
    assert sorted(each for every in labels().values() for each in every) == ["AWSCURRENT", "AWSPREVIOUS"]


def test_a_compromised_key_is_worth_nothing_within_minutes(cli: Cli, world: World) -> None:
    """Its tokens are refused everywhere, and another key signs."""
    stolen = _token(world)
    assert _redeemed(world, stolen) == 302

    revoked = cli("keys", "rotate", "--compromised", KID, "--yes", "--json")
    world.clock.advance(361)

    assert revoked.code == 0
    assert KID not in kids()
    assert "within 6 m; during an outage of Secrets Manager, within 1 h" in json.loads(revoked.err)["note"]
    assert _redeemed(world, stolen) == 401
    assert _redeemed(world, _token(world)) == 302
    assert next_key(stored_ring()) is not None
    assert_tells_no_secret(revoked)
    assert SIGNING_SECRET not in revoked.out


def test_the_next_key_and_a_platforms_can_be_compromised_too(cli: Cli) -> None:
    """The deployment goes on signing with the same key."""
    put_ring(*RING_KEYS, NEXT)

    for kid in ("next-1", ACME_KID):
        assert cli("keys", "rotate", "--compromised", kid, "--yes", "--json").json["signingKid"] == KID

    assert {KID, "next-1", ACME_KID} & set(kids()) == {KID}
    assert next_key(stored_ring()) is not None


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 2), ("", 2)])
def test_it_asks_first(cli: Cli, typed: str, code: int) -> None:
    """Who is not there to answer has not agreed."""
    before = stored_text()

    told = cli("keys", "rotate", "--compromised", KID, stdin=typed)

    assert told.code == code
    assert "Every token" in told.err
    assert (stored_text() == before) == (code != 0)


def test_a_script_has_to_say_that_it_is_meant(cli: Cli) -> None:
    """Nobody is asked in the middle of JSON; and a key that is not there is no key."""
    before = stored_text()

    assert "--yes" in cli(*ROTATE, "--compromised", KID).error["hint"]
    assert cli(*ROTATE, "--compromised", "nobody", "--yes").code == 1
    assert stored_text() == before


def test_changes_of_others_are_kept(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change is made anew from what they left."""
    overtake(monkeypatch, put_aside)

    assert cli(*ROTATE, "--compromised", KID, "--yes").code == 0

    assert "aside" in kids()
    assert KID not in kids()


def test_others_who_go_on_changing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """They win, and nothing of ours is half-written."""
    names = iter(range(99))
    overtake(monkeypatch, lambda: put_aside(f"aside-{next(names)}"), times=99)

    told = cli(*ROTATE, "--compromised", KID, "--yes")

    assert told.code == 1
    assert "Others" in told.error["message"]
    assert KID in kids()


def test_a_rotation_that_was_overtaken(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is given up, and leaves nothing in the way of the next one."""
    overtake(monkeypatch, put_aside)

    told = cli(*ROTATE)

    assert told.code == 1
    assert kids() == [KID, ACME_KID, "aside"]
    assert "AWSPENDING" not in str(labels())
    assert cli(*ROTATE).code == 0


def test_a_ring_that_is_full(cli: Cli) -> None:
    """Stays as it is, and the operator is told why, whoever wants to add to it."""
    put_ring(*full_ring_keys())
    before = stored_text()

    for command in (ROTATE, ["platforms", "keys", "add", "acme", "--json"]):
        told = cli(*command)
        assert told.code == 1
        assert "larger than" in told.error["message"]
    assert stored_text() == before


def test_a_ring_that_cannot_be_read(cli: Cli, world: World) -> None:
    """Or is none."""
    world.put_secret("signing", "no ring")
    assert cli(*ROTATE).code == 3
    assert cli("keys", "rotate", "--compromised", KID, "--yes", "--json").code == 3


def test_credentials_that_may_not_write(cli: Cli) -> None:
    """AWS's own word, and nothing has changed."""
    before = stored_text()
    fail("PutSecretValue", 400, "AccessDeniedException")

    told = cli(*ROTATE)

    assert told.code == 3
    assert "AccessDeniedException" in told.error["message"]
    assert stored_text() == before


def test_a_label_on_the_version_that_goes(cli: Cli) -> None:
    """Secrets Manager may leave it on the current version; elsewhere it would stop every rotation to come."""
    import boto3

    (current,) = labels()
    boto3.client("secretsmanager").update_secret_version_stage(
        SecretId="signing", VersionStage="AWSPENDING", MoveToVersionId=current
    )

    assert cli(*ROTATE, "--compromised", KID, "--yes").code == 0

    assert "AWSPENDING" not in str(labels())
