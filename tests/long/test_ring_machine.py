"""At least 10,000 steps of random histories keep the promises of a rotation, and would show it if it broke one."""

from __future__ import annotations

import logging
import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.long.ring_machine import MAX_TTL, RingMachine
from vocespace.ring_rotation import Rules

HISTORIES = int(os.environ.get("HISTORIES", "250"))
LENGTH = 60
LEAST_STEPS = 10_000
EVENTS = {"wait", "clock", "outage", "crash", "rotated", "revoked", "issued", "accepted", "refused", "forged"}

logger = logging.getLogger(__name__)


def _run(machine: type[RingMachine], *, shrink: bool) -> None:
    RingMachine.seen.clear()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=LENGTH,
            derandomize=True,
            database=None,
            deadline=None,
            # What a history is boiled down to helps whoever reads it, not a test that wants to see it fail.
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_history_breaks_a_promise() -> None:
    """And the histories are long enough, and everything that can happen does happen in them, often."""
    _run(RingMachine, shrink=True)

    logger.info("%s", dict(RingMachine.seen))
    assert RingMachine.seen["step"] >= LEAST_STEPS
    assert min(RingMachine.seen[name] for name in EVENTS) >= HISTORIES / 4


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
