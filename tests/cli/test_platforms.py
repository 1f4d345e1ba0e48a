"""`vocespace platforms`: what an operator does to a platform, and what comes of it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Cli, contents
from tests.support.events import with_body, with_headers
from tests.support.world import World
from vocespace.api_keys import split_api_key

ADD = ["platforms", "add", "globex", "--auth", "globex", "--identity", "participant", "--space", "globex-*", "--json"]
ISSUER = {"issuer": "https://id.example", "audience": "globex", "defaultIdentity": "participant"}
ROLE = "arn:aws:iam::123456789012:role/globex"


def test_the_printed_key_works_and_the_policy_holds(cli: Cli, world: World) -> None:
    """One command, one key, and the platform can make links for just its own spaces."""
    added = cli(*ADD)

    event = with_headers(world.event("redirect_url", "post_ttl"), authorization=f"Bearer {added.json['apiKey']}")
    assert added.code == 0
    assert world.call("redirect_url", with_body(event, space="globex-1")).status == 201
    assert world.call("redirect_url", with_body(event, space="acme-1")).status == 403
    assert "only time" in json.loads(added.err)["note"]


def test_what_the_issue_shows(cli: Cli) -> None:
    """The documented command prints the platform and its first key."""
    arguments = "--auth initech --identity participant --identity guest --space initech-* --max-ttl 3600 --json"

    added = cli("platforms", "add", "initech", *arguments.split()).json

    assert added["platform"] == "initech"
    assert added["policy"] == {
        "authTypes": ["initech"],
        "identities": ["participant", "guest"],
        "spaces": ["initech-*"],
        "rooms": ["*"],
        "maxTtlSeconds": 3600,
    }
    assert [key["live"] for key in added["keys"]] == [True]
    assert added["apiKey"].startswith(f"vsk_{added['keys'][0]['keyId']}_")


def test_the_longest_token_is_that_of_the_deployment(cli: Cli) -> None:
    """Without --max-ttl it is a day, or what the stack allows where that is less."""
    cli.variables["MAX_TTL_SECONDS"] = "600"

    assert cli(*ADD).json["policy"]["maxTtlSeconds"] == 600


def test_people_read_a_list_and_scripts_an_array(cli: Cli) -> None:
    """By id, with what matters."""
    assert [each["platform"] for each in cli("platforms", "list", "--json").json] == ["acme", "demo"]
    text = cli("platforms", "list").out
    assert "acme-*" in text
    assert "3600 s" in text


def test_nothing_there_yet(cli: Cli) -> None:
    """Says how to begin."""
    cli("platforms", "remove", "acme", "--revoke-keys")
    cli("keys", "revoke", cli("keys", "list", "demo", "--json").json[0]["keyId"])
    cli("platforms", "remove", "demo")

    assert "platforms add" in cli("platforms", "list").out
    assert cli("platforms", "list", "--json").json == []


def test_people_read_the_key_on_a_line_of_its_own(cli: Cli) -> None:
    """So that it can be copied; whatever the width of the terminal."""
    key = cli(*ADD[:-1]).out.splitlines()[-1]
    another = cli("keys", "add", "globex").out.splitlines()[-1]

    assert [split_api_key(text) is not None for text in (key, another)] == [True, True]


def test_set_changes_what_is_given_and_nothing_else(cli: Cli) -> None:
    """Everything else stays, and the change counts."""
    before = cli("platforms", "show", "acme", "--json").json

    after = cli("platforms", "set", "acme", "--requests-per-minute", "50", "--json").json

    assert after["policy"] == before["policy"] | {"requestsPerMinute": 50}
    assert after["revision"] == before["revision"] + 1
    assert {**after, "policy": 0, "revision": 0} == {**before, "policy": 0, "revision": 0}
    assert cli("platforms", "show", "acme", "--json").json == after


def test_quotas_and_roles_are_taken_away(cli: Cli) -> None:
    """By 0 or none."""
    cli("platforms", "set", "acme", "--requests-per-minute", "5", "--tokens-per-day", "9", "--role", ROLE)

    changed = cli(
        "platforms", "set", "acme", "--requests-per-minute", "0", "--tokens-per-day", "none", "--role", "none", "--json"
    ).json

    assert changed["policy"].keys().isdisjoint({"requestsPerMinute", "tokensPerDay"})
    assert changed["roles"] == []


def test_a_file_is_what_show_prints(cli: Cli, tmp_path: Path) -> None:
    """The editable part goes round; options go over the file."""
    shown = cli("platforms", "show", "acme", "--json").json
    file = tmp_path / "acme.json"
    file.write_text(json.dumps({name: shown[name] for name in ("policy", "issuers", "roles")} | {"issuers": [ISSUER]}))

    changed = cli("platforms", "set", "acme", "--file", str(file), "--max-ttl", "60", "--json").json

    assert changed["policy"] == shown["policy"] | {"maxTtlSeconds": 60}
    assert changed["issuers"][0]["issuer"] == ISSUER["issuer"]
    assert cli("platforms", "show", "acme").out.count("https://id.example for globex") == 1


def test_grants_and_room_config_go_round_by_a_file(cli: Cli, tmp_path: Path) -> None:
    """As they were said; another change leaves them, people read them on two lines, and a file takes them away."""
    shown = cli("platforms", "show", "acme", "--json").json
    grants = {"guest": {"canPublishSources": ["microphone", "camera"], "canPublishData": False}, "participant": {}}
    said = {"grants": grants, "roomConfig": {"maxParticipants": 20, "agents": ["minutes", "acme-*"]}}
    file = tmp_path / "acme.json"
    file.write_text(json.dumps({"policy": shown["policy"] | said}))

    changed = cli("platforms", "set", "acme", "--file", str(file), "--json").json
    again = cli("platforms", "set", "acme", "--max-ttl", "60", "--json").json

    assert changed["policy"] == shown["policy"] | said
    assert again["policy"] == changed["policy"] | {"maxTtlSeconds": 60}
    text = cli("platforms", "show", "acme").out
    assert "guest: canPublishSources microphone or camera, canPublishData no\n" in text
    assert "maxParticipants 20, agents minutes or acme-*\n" in text
    file.write_text(json.dumps({"policy": shown["policy"]}))
    assert cli("platforms", "set", "acme", "--file", str(file), "--json").json["policy"] == shown["policy"]
    assert "as the identity has them" in cli("platforms", "show", "acme").out


def test_help_says_where_grants_are_said(cli: Cli) -> None:
    """There is no option for them."""
    for command in ("add", "set"):
        said = cli("platforms", command, "--help").out
        assert "grants" in said
        assert "roomConfig" in said


def test_issuers_and_roles_are_given_back(cli: Cli, tmp_path: Path) -> None:
    """What one platform lets go, another one may have; what it keeps, it keeps."""
    file = tmp_path / "globex.json"
    file.write_text(json.dumps({"issuers": [ISSUER], "roles": [ROLE]}))
    assert cli(*ADD, "--file", str(file)).code == 0
    assert cli("platforms", "set", "acme", "--role", ROLE).code == 1
    assert cli("platforms", "set", "globex", "--role", "none").code == 0
    assert cli("platforms", "set", "acme", "--role", ROLE).code == 0
    assert cli("platforms", "set", "acme", "--file", str(file)).code == 1
    assert cli("platforms", "remove", "globex", "--revoke-keys").code == 0
    assert cli("platforms", "set", "acme", "--file", str(file)).code == 0


def test_disabling_stops_everything_within_a_minute(cli: Cli, world: World) -> None:
    """The operator is told so, and so it is; enabling undoes it."""
    event = with_body(world.event("redirect_url", "post_ttl"), space="my-workspace")
    assert world.call("redirect_url", event).status == 201

    told = cli("platforms", "disable", "demo")
    world.clock.advance(61)

    assert "within 60 seconds" in told.err
    assert world.call("redirect_url", event).status == 401
    cli("platforms", "enable", "demo")
    world.clock.advance(61)
    assert world.call("redirect_url", event).status == 201


def test_doing_it_twice_changes_nothing(cli: Cli) -> None:
    """Disabling what is disabled is no change."""
    cli("platforms", "disable", "acme")
    before = contents()

    assert cli("platforms", "disable", "acme").code == 0
    assert contents() == before


def test_a_removed_platform_leaves_nothing(cli: Cli, world: World) -> None:
    """Neither it, nor its keys, nor its references."""
    before = contents()
    key = cli(*ADD, "--role", ROLE).json["apiKey"]
    event = with_headers(world.event("redirect_url", "post_ttl"), authorization=f"Bearer {key}")
    assert world.call("redirect_url", with_body(event, space="globex-1")).status == 201
    cli("keys", "add", "globex")

    removed = cli("platforms", "remove", "globex", "--revoke-keys", "--json")
    world.clock.advance(61)

    assert removed.json == {"platform": "globex", "removed": True, "revokedKeys": 2, "removedKids": []}
    assert contents() == before
    assert world.call("redirect_url", with_body(event, space="globex-1")).status == 401


def test_dead_keys_need_no_word(cli: Cli, world: World) -> None:
    """A platform whose keys are all revoked goes at once, however many there were."""
    cli("keys", "revoke", cli(*ADD).json["keys"][0]["keyId"])
    for _ in range(60):
        world.add_key("globex", disabled=True)

    assert cli("platforms", "remove", "globex").code == 0
    assert not [item for item in contents() if "globex" in item]
