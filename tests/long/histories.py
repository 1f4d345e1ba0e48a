"""Random histories of a state machine, as all long proofs run them."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run_histories(machine: type[RuleBasedStateMachine], histories: int, length: int, *, shrink: bool) -> None:
    """Runs as many histories of so many steps, the same in every run."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=length,
            derandomize=True,
            database=None,
            deadline=None,
            # What a history is boiled down to helps whoever reads it, not a test that wants to see it fail.
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
