"""Blocks against a table whose transactions are real, and over HTTP as a platform uses them."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping

import pytest
import requests

from tests.support.clock import NOW, FakeClock
from tests.support.tables import at_once, real_table
from vocespace.block_list import BlockList
from vocespace.blocks import Block
from vocespace.errors import NotFoundError, PersonBlockedError, StoreUnavailableError
from vocespace.registry import Registry
from vocespace.table import Table

ROUNDS = 10
HANDS = 8


class HastyClock(FakeClock):
    """Nobody waits: what is proved here does not rest on time."""

    def sleep(self, seconds: float) -> None:
        """Goes on."""


def _edit(table: Table, seed: int, number: int) -> None:
    """One moderator, who adds, removes and adds again; another one may be in the way."""
    chance, clock = random.Random(f"{seed} {number}"), HastyClock()  # noqa: S311 - it only shuffles
    blocks = BlockList(table, Registry(table.read, clock), clock)
    for _ in range(4):
        person = f"user_{chance.randrange(3)}"
        try:
            if chance.random() < 0.5:
                blocks.add(Block(space="s", id=person, created_at=NOW))
            else:
                blocks.remove("s", person)
        except (NotFoundError, StoreUnavailableError):
            continue


def test_no_block_is_ever_overlooked(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many add and remove at once: who is on the list is refused, and who is not is let in."""
    with real_table(dynamodb_local, monkeypatch) as table:
        for seed in range(ROUNDS):
            at_once(HANDS, lambda number, seed=seed: _edit(table, seed, number))  # type: ignore[misc]
            clock = FakeClock()
            blocks = BlockList(table, Registry(table.read, clock), clock)
            listed = {block.id for block in blocks.blocks_of("s")}
            assert {person for person in map("user_{}".format, range(3)) if _is_refused(blocks, person)} == listed
            for person in listed:
                blocks.remove("s", person)


def _is_refused(blocks: BlockList, person: str) -> bool:
    try:
        blocks.check("s", person)
    except PersonBlockedError:
        return True
    return False


def test_a_blocked_person_cannot_come_back(running: Mapping[str, str]) -> None:
    """Neither by a new connection nor by the link they hold, from the moment on at which the platform is answered."""
    person = {"id": "user_b", "username": "Ada", "space": "blocked-space"}
    link = _call(running, "POST", "/api/redirect-url", json=person).json()["redirectUrl"]
    assert _follow(link) == 200

    started = time.monotonic()
    added = _call(running, "POST", "/api/blocks", json={"space": "blocked-space", "id": "user_b", "reason": "spam"})
    waited = time.monotonic() - started

    assert (added.status_code, 4 < waited < 15) == (201, True)
    assert _follow(link) == 403
    now = int(time.time())
    again = _call(running, "POST", "/api/connection-details", json=person | {"iat": now, "exp": now + 60})
    assert (again.status_code, again.json()["code"]) == (403, "person_blocked")
    listed = _call(running, "GET", "/api/blocks", params={"space": "blocked-space"}).json()["blocks"]
    assert [(each["id"], each["reason"], each["platform"]) for each in listed] == [("user_b", "spam", "demo")]

    gone = _call(running, "DELETE", "/api/blocks", params={"space": "blocked-space", "id": "user_b"})
    assert (gone.status_code, gone.text) == (204, "")
    assert _follow(link) == 200


def _call(running: Mapping[str, str], method: str, path: str, **request: object) -> requests.Response:
    return requests.request(
        method,
        running["BASE_URL"] + path,
        headers={"Authorization": f"Bearer {running['API_KEY']}"},
        timeout=30,
        **request,  # type: ignore[arg-type]
    )


def _follow(link: str) -> int:
    return requests.get(link, headers={"Accept": "application/json"}, timeout=30).status_code
