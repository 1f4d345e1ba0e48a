"""At least 10,000 steps of random histories keep the promises of a rotation, and would show it if it broke one."""

from __future__ import annotations

import logging
import os

import pytest

from tests.long.histories import run_histories
from tests.long.platform_machine import PlatformMachine
from tests.long.ring_machine import MAX_TTL, RingMachine
from vocespace.key_ring import KeyRing
from vocespace.ring_rotation import Rules, rotated

HISTORIES = int(os.environ.get("HISTORIES", "250"))
LENGTH = 60
LEAST_STEPS = 10_000
EVENTS = {"wait", "clock", "outage", "crash", "rotated", "revoked", "issued", "accepted", "refused", "forged"}
EVENTS_OF_PLATFORMS = EVENTS | {"added", "removed", "overtaken", "signed by a platform", "forged a platform's"}

logger = logging.getLogger(__name__)


def _run(machine: type[RingMachine], *, shrink: bool) -> None:
    RingMachine.seen.clear()
    run_histories(machine, HISTORIES, LENGTH, shrink=shrink)


@pytest.mark.parametrize(
    ("machine", "events"), [(RingMachine, EVENTS), (PlatformMachine, EVENTS_OF_PLATFORMS)], ids=["own", "platforms"]
)
def test_no_history_breaks_a_promise(machine: type[RingMachine], events: set[str]) -> None:
    """And the histories are long enough, and everything that can happen does happen in them, often."""
    _run(machine, shrink=True)

    logger.info("%s", dict(RingMachine.seen))
    assert RingMachine.seen["step"] >= LEAST_STEPS
    assert min(RingMachine.seen[name] for name in events) >= HISTORIES / 4


@pytest.mark.parametrize(
    "rules",
    [
        Rules(max_ttl=MAX_TTL, cache=-600, skew=0),
        Rules(max_ttl=-4200),
    ],
    ids=["signs-too-early", "ends-too-early"],
)
def test_a_history_shows_a_rotation_in_a_hurry(rules: Rules) -> None:
    """A key that signs before everybody knows it, or is dropped before its last token is over, does not pass."""
    machine = type("HurriedMachine", (RingMachine,), {"durations": rules})

    with pytest.raises(AssertionError):
        _run(machine, shrink=False)


def test_a_history_shows_a_key_of_a_platform_that_ends_too_early() -> None:
    """Before the last token that the platform has signed with it."""
    machine = type("HurriedMachine", (PlatformMachine,), {"durations_of_platforms": Rules(max_ttl=-4200)})

    with pytest.raises(AssertionError):
        _run(machine, shrink=False)


def test_a_history_shows_a_rotation_that_drops_the_keys_of_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it not refused, which is another test's."""

    def dropping(ring: KeyRing, *, now: int, rules: Rules) -> KeyRing:
        turned = rotated(ring, now=now, rules=rules)
        return turned.model_copy(update={"keys": tuple(key for key in turned.keys if key.platform is None)})

    monkeypatch.setattr("vocespace.signing_rotation.rotated", dropping)
    monkeypatch.setattr("vocespace.signing_rotation.check_succession", lambda *_, **__: None)

    with pytest.raises(AssertionError):
        _run(PlatformMachine, shrink=False)


def test_a_history_shows_instances_that_look_too_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that was removed is taken for too long then."""
    monkeypatch.setattr("vocespace.document_cache.SOFT_TTL", 3000.0)

    with pytest.raises(AssertionError):
        _run(PlatformMachine, shrink=False)
