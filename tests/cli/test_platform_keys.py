"""`vocespace platforms keys`: a platform signs its own tokens, changes keys in its own time, and loses them at once."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Cli, contents
from tests.cli.rings import OTHER, assert_tells_no_secret, kids, overtake, put_aside, put_ring, stored_ring, stored_text
from tests.support.aws_faults import fail
from tests.support.clock import NOW
from tests.support.events import with_query
from tests.support.world import ACME_KID, ACME_SECRET, KID, RING_KEYS, World
from vocespace.ring_rotation import Rules
from vocespace_cli.platform_store import PlatformStore

ADD = ["platforms", "keys", "add", "acme", "--json"]
REMOVE = ["platforms", "remove", "acme", "--revoke-keys", "--json"]
RETIREMENT = Rules(max_ttl=86_400).retirement


def _status(world: World, kid: str, secret: str) -> int:
    token = world.token(key=secret, kid=kid, platform=None, space="acme-1", room="stage")
    event = with_query(world.event("connection_details", "get_redirect"), {"token": token, "auth": "acme"})
    return world.call("connection_details", event).status


def test_its_tokens_are_taken_from_the_first_moment_on(cli: Cli, world: World) -> None:
    """Also by an instance that has the ring of before: an unknown kid makes it look again."""
    assert _status(world, ACME_KID, ACME_SECRET) == 302

    made = cli(*ADD).json

    assert (made["platform"], made["state"], made["createdAt"]) == ("acme", "platform", NOW)
    assert _status(world, made["kid"], made["secret"]) == 302


def test_the_key_before_ends_when_its_last_token_is_over(cli: Cli, world: World) -> None:
    """And not later for a key that is added after."""
    made = cli(*ADD).json
    assert {key.kid: key.retire_after for key in stored_ring().keys} == {
        KID: None,
        ACME_KID: NOW + RETIREMENT,
        made["kid"]: None,
    }
    world.clock.advance(60)
    cli(*ADD)
    assert [key.retire_after for key in stored_ring().keys[1:]] == [NOW + RETIREMENT, NOW + 60 + RETIREMENT, None]
    assert _status(world, ACME_KID, ACME_SECRET) == 302
    world.clock.advance(RETIREMENT - 60)
    assert [_status(world, ACME_KID, ACME_SECRET), _status(world, made["kid"], made["secret"])] == [401, 302]


def test_the_secret_is_shown_once(cli: Cli) -> None:
    """To people on lines of its own, and by nothing else ever."""
    added = cli("platforms", "keys", "add", "acme")
    listed = [
        cli(*command, *as_json)
        for command in (["platforms", "keys", "list", "acme"], ["keys", "ring"], ["platforms", "show", "acme"])
        for as_json in ([], ["--json"])
    ]

    new = stored_ring().keys[-1]
    assert f"secret  {new.secret.get_secret_value()}" in added.out.splitlines()
    assert f"kid     {new.kid}" in added.out.splitlines()
    assert ACME_SECRET not in added.out
    assert "only time" in added.err
    assert_tells_no_secret(*listed)


def test_the_list(cli: Cli) -> None:
    """Its own keys and nobody else's."""
    assert [key["kid"] for key in cli("platforms", "keys", "list", "acme", "--json").json] == [ACME_KID]
    assert ACME_KID in cli("platforms", "keys", "list", "acme").out
    assert "keys add demo" in cli("platforms", "keys", "list", "demo").out


def test_one_key_goes_at_once(cli: Cli, world: World) -> None:
    """The others stay."""
    made = cli(*ADD).json

    told = cli("platforms", "keys", "remove", "acme", ACME_KID, "--json")
    world.clock.advance(361)

    assert told.json == {"platform": "acme", "removedKids": [ACME_KID]}
    assert [_status(world, ACME_KID, ACME_SECRET), _status(world, made["kid"], made["secret"])] == [401, 302]


def test_all_its_keys_go_at_once(cli: Cli, world: World) -> None:
    """And those of others stay."""
    cli(*ADD)
    put_aside()

    assert "6 m" in cli("platforms", "keys", "remove", "acme").err
    world.clock.advance(361)

    assert kids() == [KID, "aside"]
    assert _status(world, ACME_KID, ACME_SECRET) == 401


def test_what_is_left_of_a_platform_can_be_removed(cli: Cli) -> None:
    """A key that belongs to nobody any more."""
    put_ring(*RING_KEYS, {"kid": "lost", "secret": OTHER, "platform": "nobody"})

    assert cli("platforms", "keys", "remove", "nobody").code == 0
    assert kids() == [KID, ACME_KID]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["add", "nobody"], "no such platform"),
        (["list", "nobody"], "no such platform"),
        (["remove", "nobody"], "no such platform"),
        (["add", "demo"], "disabled"),
        (["remove", "demo"], "no such key"),
        (["remove", "acme", KID], "no such key"),
        (["remove", "acme", "unknown"], "no such key"),
    ],
)
def test_what_cannot_be_done_changes_nothing(cli: Cli, arguments: list[str], word: str) -> None:
    """Nor does it touch the keys of the deployment."""
    cli("platforms", "disable", "demo")
    before = stored_text()

    told = cli("platforms", "keys", *arguments, "--json")

    assert told.code == 1
    assert word in told.error["message"]
    assert stored_text() == before


def test_a_disabled_platform_still_loses_its_keys(cli: Cli) -> None:
    """To take something away is always possible."""
    cli("platforms", "disable", "acme")

    assert cli("platforms", "keys", "remove", "acme").code == 0
    assert kids() == [KID]


def test_changes_of_others_are_kept(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is added to what they left, and it is the one that is printed."""
    overtake(monkeypatch, put_aside)

    made = cli(*ADD).json["kid"]

    assert kids() == [KID, ACME_KID, "aside", made]


def test_a_platform_that_goes_while_a_key_is_made(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves no key that a namesake would have."""

    def gone() -> None:
        with monkeypatch.context() as meanwhile:
            meanwhile.undo()
            assert cli(*REMOVE).code == 0

    overtake(monkeypatch, gone)

    assert "just been removed" in cli(*ADD).error["message"]
    assert kids() == [KID]


def test_a_platform_goes_with_its_keys(cli: Cli, world: World) -> None:
    """A namesake begins without any."""
    cli(*ADD)
    gone = kids()[1:]

    removed = cli(*REMOVE)

    assert removed.json["removedKids"] == gone
    assert kids() == [KID]
    world.clock.advance(361)
    assert _status(world, ACME_KID, ACME_SECRET) == 401


def test_a_platform_without_keys_leaves_the_ring_alone(cli: Cli) -> None:
    """No version is written for nothing."""
    before = stored_text()

    assert cli("platforms", "remove", "demo", "--revoke-keys").code == 0
    assert stored_text() == before


def test_a_platform_that_stays_keeps_its_keys(cli: Cli, world: World) -> None:
    """What the table would refuse anyhow is refused before the ring is touched."""
    for _ in range(49):
        world.add_key("acme")

    assert cli("platforms", "remove", "acme").code == 1
    assert cli(*REMOVE).code == 1
    assert kids() == [KID, ACME_KID]


def test_a_removal_that_is_cut_off_in_the_middle(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done is said, and the same command does the rest."""
    remove = PlatformStore.remove

    def overtaken(store: PlatformStore, *arguments: object) -> None:
        monkeypatch.setattr(PlatformStore, "remove", remove)
        assert cli("platforms", "set", "acme", "--max-ttl", "60").code == 0
        remove(store, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(PlatformStore, "remove", overtaken)

    told = cli(*REMOVE)

    assert told.code == 1
    assert told.error["message"].endswith("Its signing keys are out of the ring already.")
    assert kids() == [KID]
    assert cli("platforms", "show", "acme").code == 0
    assert cli(*REMOVE).json["removedKids"] == []
    assert not [item for item in contents() if "acme" in item]


def test_a_table_that_is_away_in_the_middle(cli: Cli) -> None:
    """Likewise, by the exit code of what is away."""
    fail("TransactWriteItems", 400, "AccessDeniedException")

    told = cli(*REMOVE)

    assert told.code == 3
    assert "AccessDeniedException. Its signing keys are out of the ring already." in told.error["message"]


def test_a_table_that_is_away_for_a_platform_without_keys(cli: Cli) -> None:
    """Nothing is half done, so nothing is said of it."""
    fail("TransactWriteItems", 400, "AccessDeniedException")

    told = cli("platforms", "remove", "demo", "--revoke-keys", "--json")

    assert told.code == 3
    assert "ring" not in told.error["message"]


def test_a_ring_that_cannot_be_changed_keeps_the_platform(cli: Cli) -> None:
    """First the ring, then the table: no key outlives its platform."""
    before = contents()
    fail("PutSecretValue", 400, "AccessDeniedException")

    assert cli(*REMOVE).code == 3
    assert contents() == before
    assert json.loads(stored_text())["keys"][1]["kid"] == ACME_KID
