"""`vocespace blocks`: the operator keeps somebody out."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli, contents
from tests.support.clock import NOW
from tests.support.events import with_query
from tests.support.world import World

PERSON = ["my-workspace", "user_12345"]


def _status(world: World) -> int:
    query = {"auth": "demo", "token": world.token()}
    return world.call("connection_details", with_query(world.event("connection_details", "get_redirect"), query)).status


def test_a_blocked_person_stays_out_until_unblocked(cli: Cli, world: World) -> None:
    """Whatever token they hold, and although the instance has seen them before."""
    assert _status(world) == 302

    block = cli("blocks", "add", *PERSON, "--reason", "spam", "--json").json

    assert block == {"space": PERSON[0], "id": PERSON[1], "reason": "spam", "createdAt": NOW}
    assert _status(world) == 403
    assert "spam" in cli("blocks", "list", PERSON[0]).out
    assert cli("blocks", "remove", *PERSON, "--json").json == {"space": PERSON[0], "id": PERSON[1], "removed": True}
    assert cli("blocks", "list", PERSON[0], "--json").json == []
    assert "Nobody" in cli("blocks", "list", PERSON[0]).out
    assert _status(world) == 302


@pytest.mark.parametrize(
    ("options", "end"), [(["--for", "2h"], NOW + 7200), (["--until", "2026-11-18T13:06:40Z"], NOW + 7200), ([], None)]
)
def test_when_it_ends(cli: Cli, options: list[str], end: int | None) -> None:
    """After a span, at a moment, or never."""
    assert cli("blocks", "add", *PERSON, *options, "--json").json.get("expiresAt") == end


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([*PERSON, "--for", "soon"], "--for"),
        ([*PERSON, "--until", "soon"], "--until"),
        ([*PERSON, "--until", str(NOW)], "expiresAt"),
        ([*PERSON, "--for", "1h", "--until", str(NOW + 1)], "--until"),
        ([*PERSON, "--reason", "x" * 300], "reason"),
        (["a/b", "u1"], "space"),
        (["a", "u\n1"], "id"),
    ],
)
def test_bad_input_is_named(cli: Cli, arguments: list[str], word: str) -> None:
    """And nobody is blocked."""
    before = contents()

    refused = cli("blocks", "add", *arguments, "--json")

    assert refused.code == 2
    assert word in refused.err
    assert contents() == before


def test_unblocking_whoever_is_not_blocked(cli: Cli) -> None:
    """Is not ok, which a script can tell from done."""
    assert cli("blocks", "remove", *PERSON, "--json").code == 1


def test_nobody_can_be_kicked_behind_a_vocespace_server(cli: Cli) -> None:
    """It is said before anything is written."""
    cli.variables["CONNECTION_PROVIDER"] = "vocespace"
    before = contents()

    assert "kick" in cli("blocks", "add", *PERSON, "--kick", "--json").fields
    assert contents() == before


def test_a_kick_that_fails_leaves_the_block(cli: Cli, world: World) -> None:
    """The operator is told of both."""
    world.put_secret("livekit", {"url": "ws://127.0.0.1:9", "apiKey": "a", "apiSecret": "b" * 32})

    kicked = cli("blocks", "add", *PERSON, "--kick", "--json")

    assert kicked.json["kick"] == "failed"
    assert "doctor" in kicked.err
    assert _status(world) == 403
