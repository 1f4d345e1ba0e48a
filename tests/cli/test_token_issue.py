"""`vocespace token issue`: what the API would have signed, from the terminal."""

from __future__ import annotations

import pytest

from tests.cli.conftest import BASE_URL, Cli
from tests.support.clock import NOW
from tests.support.events import with_query
from tests.support.world import World

ISSUE = ["token", "issue", "--platform", "acme", "--id", "u1", "--username", "Ada Unlikely", "--space", "acme-1"]
STAGE = ["--room", "stage"]


def test_its_token_is_taken_by_the_api(cli: Cli, world: World) -> None:
    """Redeemed as any other one; nothing but the result is on standard output."""
    issued = cli(*ISSUE, *STAGE, "--identity", "participant", "--ttl", "600", "--json")

    link = issued.json
    event = with_query(world.event("connection_details", "get_redirect"), {"auth": "acme", "token": link["token"]})
    assert issued.code == 0
    assert link.keys() == {"redirectUrl", "token", "expiresAt"}
    assert link["redirectUrl"].startswith(f"{BASE_URL}/api/connection-details?auth=acme&token=")
    assert link["expiresAt"] == NOW + 600
    assert world.call("connection_details", event).status == 302


def test_links_start_with_the_address_that_people_know(cli: Cli) -> None:
    """PublicBaseUrl, where there is one."""
    cli.variables["PUBLIC_BASE_URL"] = "https://connect.example"

    assert cli(*ISSUE, *STAGE).out.startswith("https://connect.example/api/connection-details?auth=acme&token=")


def test_all_of_a_token_result_can_be_said(cli: Cli) -> None:
    """Each option is a claim."""
    options = ["--identity", "guest", "--avatar", "https://a.example/b.png", "--pre-join", "--auth", "acme"]
    token = cli(*ISSUE, "--room", "$empty", *options, "--json").json["token"]

    claims = cli("token", "inspect", "--json", stdin=token).json["claims"]

    assert claims["identity"] == "guest"
    assert (claims["avatar"], claims["preJoin"], claims["room"]) == ("https://a.example/b.png", True, "$empty")


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ([*ISSUE, *STAGE, "--space", "other"], 1, "this space"),
        ([*ISSUE, *STAGE, "--identity", "owner"], 1, "this identity"),
        ([*ISSUE, *STAGE, "--identity", "customer"], 1, "does not admit"),
        ([*ISSUE, "--room", "lobby"], 1, "this room"),
        ([*ISSUE, *STAGE, "--auth", "demo"], 1, "this auth type"),
        ([*ISSUE, *STAGE, "--platform", "nobody"], 1, "no such platform"),
        ([*ISSUE, *STAGE, "--ttl", "3601"], 2, "exp"),
        ([*ISSUE, *STAGE, "--space", "a/b"], 2, "space"),
        ([*ISSUE, *STAGE, "--avatar", "http://a.example"], 2, "avatar"),
        (ISSUE[:4], 2, "--id"),
    ],
)
def test_what_the_api_would_refuse(cli: Cli, arguments: list[str], code: int, word: str) -> None:
    """Is refused here by the same rules, in words, and without the person's name."""
    refused = cli(*arguments, "--json")

    assert refused.code == code
    assert refused.out == ""
    assert word in refused.err
    assert "Unlikely" not in refused.err


def test_a_disabled_platform_issues_nothing(cli: Cli) -> None:
    """Not here either."""
    cli("platforms", "disable", "acme")

    assert "disabled" in cli(*ISSUE, *STAGE, "--json").error["message"]


def test_a_quota_of_tokens_counts_here_too(cli: Cli) -> None:
    """The platform has its tokens from wherever."""
    cli("platforms", "set", "acme", "--tokens-per-day", "1")
    assert cli(*ISSUE, *STAGE).code == 0

    assert "used up its tokens" in cli(*ISSUE, *STAGE, "--json").error["message"]
