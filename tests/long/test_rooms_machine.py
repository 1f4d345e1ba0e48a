"""Random histories of a space keep what was promised to everybody, and would show it if anything were not."""

from __future__ import annotations

import logging
import os

import pytest

from tests.long.histories import run_histories
from tests.long.rooms_machine import RoomsMachine
from vocespace.occupancy import Occupancy
from vocespace.space_records import Room

HISTORIES = int(os.environ.get("HISTORIES", "40"))
LENGTH = 60
EVENTS = {"wait", "sent", "served", "again", "nothing", "kept", "join", "leave", "close"}
EVENTS |= {"came", "went", "ended", "duplicate", "late", "lost", "reconcile"}

logger = logging.getLogger(__name__)


def _run(*, shrink: bool) -> None:
    RoomsMachine.seen.clear()
    run_histories(RoomsMachine, HISTORIES, LENGTH, shrink=shrink)


def test_no_history_breaks_a_promise() -> None:
    """And everything that can happen does happen in them, often."""
    _run(shrink=True)

    logger.info("%s", dict(RoomsMachine.seen))
    assert min(RoomsMachine.seen[name] for name in EVENTS) >= HISTORIES / 4


def test_a_history_shows_a_lease_that_ends_before_the_token_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else would be sent to the room."""
    monkeypatch.setattr("vocespace.leases.NO_SHOW_GRACE", 60)

    with pytest.raises(AssertionError, match=r"promised is gone|another room than|is somebody's was given"):
        _run(shrink=False)


def test_a_history_shows_a_desk_that_is_offered_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent with company does not wait."""
    monkeypatch.setattr(Room, "awaits_customer", lambda room, _: room.waiting_since is not None)

    with pytest.raises(AssertionError, match="desk"):
        _run(shrink=False)


def test_a_history_shows_who_is_not_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sets would not be LiveKit's after they were mended."""
    monkeypatch.setattr(Occupancy, "went", lambda *_, **__: None)

    with pytest.raises(AssertionError, match="not LiveKit's"):
        _run(shrink=False)
