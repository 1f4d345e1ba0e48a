"""What is wrong with a platform is said by its field, and nothing is half-written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, contents
from tests.support.world import World
from vocespace.platforms import Platform
from vocespace_cli.platform_store import PlatformStore

ADD = ["platforms", "add", "globex", "--auth", "globex", "--identity", "participant", "--space", "globex-*"]
SET = ["platforms", "set", "acme"]
POLICY: dict[str, Any] = {"authTypes": ["globex"], "identities": ["participant"], "spaces": ["globex-*"]}
ISSUER = {"issuer": "https://id.example", "audience": "globex"}
ROLE = "arn:aws:iam::123456789012:role/demo"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ([*ADD, "--space", "*"], "policy.spaces.1"),
        ([*ADD, "--space", "**"], "policy.spaces.1"),
        ([*SET, "--space", "*"], "policy.spaces.0"),
        ([*ADD, "--space", "what?"], "policy.spaces.1"),
        ([*ADD, "--max-ttl", "86401"], "policy.maxTtlSeconds"),
        ([*SET, "--max-ttl", "86401"], "policy.maxTtlSeconds"),
        ([*ADD, "--max-ttl", "0"], "policy.maxTtlSeconds"),
        ([*ADD, "--identity", "assistant"], "policy.identities.1"),
        ([*SET, "--identity", "customer"], "policy.identities.0"),
        ([*SET, "--auth", "c_s"], "policy.identities.0"),
        ([*ADD, "--auth", "a b"], "policy.authTypes.1"),
        ([*ADD, "--requests-per-minute", "-1"], "--requests-per-minute"),
        ([*ADD, "--tokens-per-day", "many"], "--tokens-per-day"),
        ([*ADD, "--role", "arn:aws:iam::123456789012:user/ada"], "roles.0"),
        ([*ADD, "--role", ROLE, "--role", ROLE], "roles.1"),
        (["platforms", "add", "Globex!", *ADD[3:]], "platform"),
        (["platforms", "add", "guest", *ADD[3:]], "platform"),
        (["platforms", "show", ""], "platform"),
        (["platforms", "show", "\udcff"], "platform"),
        (["keys", "list", "guest"], "platform"),
        (ADD[:5], "policy.identities"),
        ([*ADD, "--file", "/nowhere/at/all.json"], "--file"),
    ],
)
def test_what_does_not_fit_is_named(cli: Cli, arguments: list[str], field: str) -> None:
    """The exit code is that of bad input, the field is named, and the table is byte for byte what it was."""
    before = contents()

    result = cli(*arguments, "--json")

    assert result.code == 2
    assert field in result.fields
    assert contents() == before


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"policy": POLICY | {"identities": ["participant", "boss"]}}, "policy.identities.1"),
        ({"policy": POLICY | {"spaces": ["*"]}}, "policy.spaces.0"),
        ({"policy": POLICY | {"maxTtlSeconds": 10**6}}, "policy.maxTtlSeconds"),
        ({"policy": POLICY | {"maxTtlSeconds": "60"}}, "policy.maxTtlSeconds"),
        ({"policy": POLICY | {"colour": "red"}}, "policy.colour"),
        ({"policy": POLICY | {"grants": {"owner": {"roomAdmin": False}}}}, "policy.grants.owner"),
        ({"policy": POLICY | {"grants": {"participant": {"roomAdmin": True}}}}, "policy.grants.participant.roomAdmin"),
        ({"policy": POLICY | {"grants": {"participant": {"hidden": True}}}}, "policy.grants.participant.hidden"),
        ({"policy": POLICY | {"roomConfig": {"egress": {}}}}, "policy.roomConfig.egress"),
        ({"policy": POLICY | {"roomConfig": {"agents": ["what?"]}}}, "policy.roomConfig.agents.0"),
        ({"policy": {"authTypes": ["globex"]}}, "policy.identities"),
        ({"policy": "everything"}, "policy"),
        ({"policy": POLICY, "issuers": [ISSUER | {"issuer": "http://id.example"}]}, "issuers.0.issuer"),
        ({"policy": POLICY, "issuers": [ISSUER | {"algorithms": ["HS256"]}]}, "issuers.0.algorithms.0"),
        ({"policy": POLICY, "issuers": [ISSUER, ISSUER]}, "issuers.1"),
        ({"policy": POLICY, "platform": "demo"}, "platform"),
        ({"policy": POLICY, "revision": 7}, "revision"),
        ({"policy": POLICY, "\x1b[2J": 1}, "\x1b[2J"),
        ('{"policy": {}, "policy": {}}', "--file"),
        ("[]", "--file"),
        ("not JSON", "--file"),
    ],
)
@pytest.mark.parametrize("command", [["platforms", "add", "globex"], SET])
def test_a_wrong_file_is_told_by_the_path_of_its_field(
    cli: Cli, tmp_path: Path, command: list[str], document: object, field: str
) -> None:
    """For a new platform and for one that exists; nothing is written."""
    file = tmp_path / "platform.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    before = contents()

    result = cli(*command, "--file", str(file), "--json")

    assert result.code == 2
    assert field in result.fields
    assert contents() == before


def test_every_space_can_be_meant(cli: Cli) -> None:
    """By a word of its own; and what was so stays so while something else is changed."""
    assert cli(*ADD, "--space", "*", "--any-space").code == 0
    assert cli("platforms", "set", "globex", "--max-ttl", "60").code == 0


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["platforms", "add", "acme", *ADD[3:]], "platform"),
        (["platforms", "show", "nobody"], "platform"),
        (["platforms", "set", "nobody", "--max-ttl", "60"], "platform"),
        (["platforms", "disable", "nobody"], "platform"),
        (["platforms", "remove", "nobody"], "platform"),
        (["keys", "add", "nobody"], "platform"),
        (["keys", "list", "nobody"], "platform"),
        ([*ADD, "--role", ROLE], "roles.0"),
        ([*SET, "--role", ROLE], "roles.0"),
    ],
)
def test_what_is_taken_or_missing_is_not_ok(cli: Cli, arguments: list[str], field: str) -> None:
    """Another exit code than that of bad input, the same care."""
    assert cli("platforms", "set", "demo", "--role", ROLE).code == 0
    before = contents()

    result = cli(*arguments, "--json")

    assert result.code == 1
    assert field in result.fields
    assert contents() == before


def test_live_keys_keep_a_platform(cli: Cli) -> None:
    """How many there are is said, and what to say to revoke them."""
    cli("keys", "add", "acme")
    before = contents()

    error = cli("platforms", "remove", "acme", "--json").error

    assert "2 live API keys" in error["message"]
    assert "--revoke-keys" in error["hint"]
    assert contents() == before


def test_more_keys_than_one_transaction_takes(cli: Cli, world: World) -> None:
    """The operator is told to revoke some first, and after that it goes."""
    keys = [world.add_key("acme").split("_")[1] for _ in range(49)]
    before = contents()

    refused = cli("platforms", "remove", "acme", "--revoke-keys", "--json")

    assert refused.code == 1
    assert "Revoke some first" in refused.error["hint"]
    assert contents() == before
    cli("keys", "revoke", keys[0])
    assert cli("platforms", "remove", "acme", "--revoke-keys").code == 0
    assert not [item for item in contents() if "acme" in item]


def test_two_operators_at_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slower one is refused, and does not undo what the other one did."""
    read = PlatformStore.platform

    def overtaken(store: PlatformStore, platform: str) -> Platform | None:
        found = read(store, platform)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(PlatformStore, "platform", read)
            assert cli(*SET, "--max-ttl", "60").code == 0
        return found

    monkeypatch.setattr(PlatformStore, "platform", overtaken)
    slower = cli(*SET, "--space", "acme-2*", "--json")
    monkeypatch.setattr(PlatformStore, "platform", read)

    assert slower.code == 1
    assert "Somebody else" in slower.error["message"]
    policy = cli("platforms", "show", "acme", "--json").json["policy"]
    assert (policy["maxTtlSeconds"], policy["spaces"]) == (60, ["acme-*"])


def test_a_key_made_meanwhile_is_not_overlooked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever removes a platform while a key is made for it is refused: the key would outlive it."""
    read = PlatformStore.keys

    def overtaken(store: PlatformStore, platform: str) -> Any:  # noqa: ANN401 - as the real one
        found = read(store, platform)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(PlatformStore, "keys", read)
            assert cli("keys", "add", "acme").code == 0
        return found

    monkeypatch.setattr(PlatformStore, "keys", overtaken)
    slower = cli("platforms", "remove", "acme", "--revoke-keys", "--json")
    monkeypatch.setattr(PlatformStore, "keys", read)

    assert slower.code == 1
    assert len(cli("keys", "list", "acme", "--json").json) == 2


def _first_read_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    read = PlatformStore.platform

    def overtaken(store: PlatformStore, platform: str) -> Platform | None:
        monkeypatch.setattr(PlatformStore, "platform", read)
        assert read(store, platform) is not None
        return None

    monkeypatch.setattr(PlatformStore, "platform", overtaken)


def test_an_id_that_was_taken_meanwhile(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform that is there keeps its policy and its keys."""
    before = contents()
    _first_read_finds_nothing(monkeypatch)

    assert cli("platforms", "add", "acme", *ADD[3:], "--json").fields == {"platform": "is taken"}
    assert contents() == before


def test_a_role_that_was_taken_meanwhile(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the new platform nor its key is written."""
    cli("platforms", "set", "demo", "--role", ROLE)
    before = contents()
    read = PlatformStore.owners

    def overtaken(_: PlatformStore, keys: Any) -> list[str | None]:  # noqa: ANN401 - as the real one
        monkeypatch.setattr(PlatformStore, "owners", read)
        return [None for _ in keys]

    monkeypatch.setattr(PlatformStore, "owners", overtaken)

    assert "roles.0" in cli(*ADD, "--role", ROLE, "--json").fields
    assert contents() == before


def test_a_platform_that_goes_while_a_key_is_made(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key is left behind."""
    read = PlatformStore.platform

    def overtaken(store: PlatformStore, platform: str) -> Platform | None:
        found = read(store, platform)
        monkeypatch.setattr(PlatformStore, "platform", read)
        assert cli("platforms", "remove", "acme", "--revoke-keys").code == 0
        return found

    monkeypatch.setattr(PlatformStore, "platform", overtaken)

    assert cli("keys", "add", "acme", "--json").code == 1
    assert not [item for item in contents() if "acme" in item]


def test_nothing_to_change(cli: Cli) -> None:
    """A set without a word is wrong usage."""
    assert cli(*SET, "--json").code == 2
