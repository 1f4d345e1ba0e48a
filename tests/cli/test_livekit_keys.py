"""`vocespace keys rotate-livekit`: publish, prove and switch; where the server refuses, nothing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.cli.conftest import Cli
from tests.cli.servers import LIVEKIT_KEYS, server
from tests.support.clock import NOW
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, World
from vocespace.livekit_rotation import RULES

ROTATE = ["keys", "rotate-livekit", "--json"]


@pytest.fixture(name="keys", autouse=True)
def _keys(world: World) -> Iterator[dict[str, str]]:
    """A LiveKit server, and the keys in its map."""
    keys = dict(LIVEKIT_KEYS)
    with server(date=NOW, keys=keys) as address:
        world.put_secret("livekit", {"url": f"ws://{address}", "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
        yield keys


def _stored() -> Any:  # noqa: ANN401 - JSON
    answer = boto3.client("secretsmanager").get_secret_value(SecretId="livekit", VersionStage="AWSCURRENT")
    return json.loads(answer["SecretString"])


def test_from_one_key_to_the_next(cli: Cli, world: World, keys: dict[str, str]) -> None:
    """Published, added to the server by its operator, put to use; not before it is known there, nor too soon again."""
    published = cli(*ROTATE)
    following = _stored()["next"]
    assert published.json["apiKey"] == LIVEKIT_KEY
    assert published.json["nextApiKey"] == following["apiKey"]

    refused = cli(*ROTATE)
    assert refused.code == 1
    assert "does not take the next key" in refused.error["message"]
    assert (_stored()["apiKey"], _stored()["next"]) == (LIVEKIT_KEY, following)

    keys[following["apiKey"]] = following["apiSecret"]
    switched = cli(*ROTATE)
    assert switched.json["apiKey"] == following["apiKey"]
    assert (switched.json["previousApiKey"], switched.json["previousRetireAfter"]) == (
        LIVEKIT_KEY,
        NOW + RULES.retirement,
    )

    too_soon = cli(*ROTATE)
    assert too_soon.code == 1
    assert "too lately" in too_soon.error["message"]
    world.clock.advance(RULES.retirement)
    keys[_stored()["next"]["apiKey"]] = _stored()["next"]["apiSecret"]
    assert cli(*ROTATE).code == 0
    printed = "".join(each.out + each.err for each in (published, refused, switched, too_soon))
    assert following["apiSecret"] not in printed
    assert LIVEKIT_SECRET not in printed


def test_people_are_told_what_to_do_next(cli: Cli, keys: dict[str, str]) -> None:
    """Which key to add, and which to take away and when."""
    assert f"{LIVEKIT_KEY} is in use as before." in cli("keys", "rotate-livekit").out
    following = _stored()["next"]
    keys[following["apiKey"]] = following["apiSecret"]

    text = cli("keys", "rotate-livekit").out

    assert f"{following['apiKey']} is in use now." in text
    assert f"{LIVEKIT_KEY} can go from the server's keys after 20" in text
    assert f"{_stored()['next']['apiKey']} is next" in text


def test_a_deployment_without_a_livekit_key(cli: Cli) -> None:
    """Its VoceSpace server has it."""
    cli.variables |= {"CONNECTION_PROVIDER": "vocespace", "VOCESPACE_URL": "https://vocespace.example"}

    assert "has no LiveKit key" in cli(*ROTATE).error["message"]
