"""`vocespace keys`: shown once, listed without what is secret, revoked for good."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli, contents
from tests.support.clock import NOW
from tests.support.events import with_body, with_headers
from tests.support.world import World


def test_a_key_works_until_it_is_revoked(cli: Cli, world: World) -> None:
    """And stays in the list, so that nobody wonders what it was."""
    made = cli("keys", "add", "demo", "--json").json
    event = with_body(world.event("redirect_url", "post_ttl"), space="my-workspace")
    event = with_headers(event, authorization=f"Bearer {made['apiKey']}")
    assert world.call("redirect_url", event).status == 201

    revoked = cli("keys", "revoke", made["keyId"], "--json")
    world.clock.advance(61)

    assert revoked.json["live"] is False
    assert "60 seconds" in revoked.err
    assert world.call("redirect_url", event).status == 401
    listed = cli("keys", "list", "demo", "--json").json
    assert {key["keyId"]: key["disabled"] for key in listed}[made["keyId"]] is True
    assert "revoked" in cli("keys", "list", "demo").out


def test_a_key_ends_by_itself(cli: Cli, world: World) -> None:
    """At the time that was said."""
    made = cli("keys", "add", "acme", "--expires-in", "90d", "--json").json

    assert made["expiresAt"] == NOW + 90 * 86_400
    world.clock.advance(90 * 86_400)
    live = {key["keyId"]: key["live"] for key in cli("keys", "list", "acme", "--json").json}
    assert (live.pop(made["keyId"]), [*live.values()]) == (False, [True])
    assert "ended" in cli("keys", "list", "acme").out


def test_only_the_new_key_is_ever_printed(cli: Cli, world: World) -> None:
    """No list shows a secret, nor what is kept of one."""
    made = cli("keys", "add", "acme", "--json").json["apiKey"]
    kept = [word for item in contents() for word in item.split('"') if len(word) == 64]
    told = [
        cli(*command, *as_json)
        for command in (["keys", "list", "acme"], ["platforms", "show", "acme"], ["platforms", "list"], ["doctor"])
        for as_json in ([], ["--json"])
    ]

    printed = "".join(result.out + result.err for result in told)
    assert len(kept) == 3
    for secret in (made, made.split("_")[2], world.api_keys["acme"].split("_")[2], *kept):
        assert secret not in printed


@pytest.mark.parametrize("span", ["0d", "d", "90", "-1d", "90 d", "1y", ""])
def test_a_span_that_is_none(cli: Cli, span: str) -> None:
    """Is named, and no key is made."""
    before = contents()

    assert "--expires-in" in cli("keys", "add", "acme", "--expires-in", span, "--json").fields
    assert contents() == before


def test_revoking_what_is_not_there(cli: Cli, world: World) -> None:
    """An unknown id is not ok, and a whole key is not echoed."""
    key = world.api_keys["acme"]

    assert cli("keys", "revoke", "abcdefghijkm", "--json").code == 1
    pasted = cli("keys", "revoke", key, "--json")
    assert pasted.code == 2
    assert key.split("_")[2] not in pasted.err
