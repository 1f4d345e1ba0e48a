"""Rotations of either secret that are cut off between any two calls, run twice at once, or overtaken by another."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.support.clock import FakeClock
from tests.support.secrets_manager import STEPS
from tests.unit.rotating import Client, CutOffError, Rotating, cut_off, rotating, secrets_manager, time_out
from tests.unit.rotation_cases import ROTATIONS, SWITCHES, Case
from vocespace import observability
from vocespace.ring_rotation import RotationError
from vocespace.secret_rotation import CHANGED, StepRequest
from vocespace.secret_versions import SecretVersionsError

LOST = (CHANGED, "this version is not pending")
"""What whoever loses against another rotation is told."""

ORDERS = list(itertools.combinations(range(2 * len(STEPS)), len(STEPS)))
"""Every order of two runs' steps: which of all the turns are those of the first run."""


def _points(kinds: tuple[type[Case], ...]) -> list[tuple[type[Case], int]]:
    return [(kind, at) for kind in kinds for at in range(kind.calls)]


@pytest.fixture(name="secret")
def _secret(kind: type[Case], clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rotating]:
    with rotating(clock, monkeypatch, kind.first, kind.change(clock)) as secret:
        yield secret


@pytest.fixture(name="case")
def _case(kind: type[Case], secret: Rotating, monkeypatch: pytest.MonkeyPatch) -> Case:
    case = kind(secret)
    case.prepare(monkeypatch)
    return case


@pytest.fixture(name="promotions")
def _promotions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Counts what the operator is told of versions that have become the current one; to be asked for after `case`."""
    told: list[str] = []
    monkeypatch.setattr(observability, "rotated", told.append)
    return told


@pytest.mark.parametrize("kind", ROTATIONS)
def test_a_rotation_makes_the_calls_that_are_counted_on(secret: Rotating, case: Case) -> None:
    """Cutting off at each of them is cutting off everywhere."""
    secret.client.calls.clear()

    assert secret.rotator.rotate()

    assert len(secret.client.calls) == case.calls
    assert set(secret.client.calls) - {"list_rooms"} == {
        "describe_secret",
        "get_secret_value",
        "put_secret_value",
        "update_secret_version_stage",
    }
    case.check_done()


@pytest.mark.parametrize("happens", [cut_off, time_out])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("kind", "at"), _points(ROTATIONS))
def test_a_rotation_that_is_cut_off_comes_to_its_end(
    secret: Rotating, case: Case, promotions: list[str], at: int, before: bool, happens: Callable[[], None]
) -> None:
    """Before or after each call, by the end of the process or of a connection: repeated, it is as if nothing was."""
    token = secret.rotator.begin()
    secret.client = Client(secrets_manager(), at, before, happens)

    for _ in range(2):
        try:
            assert secret.rotator.run(token)
        except CutOffError:
            case.check()

    assert secret.rotator.current() == token
    assert len(promotions) <= 1
    case.check_done()
    case.check()


@pytest.mark.parametrize("first", ORDERS)
@pytest.mark.parametrize("kind", SWITCHES)
def test_two_runs_step_by_step_are_one_rotation(
    secret: Rotating, case: Case, promotions: list[str], first: tuple[int, ...]
) -> None:
    """Whatever the order in which the steps of two runs of the same rotation fall."""
    token = secret.rotator.begin()
    runs = {True: iter(STEPS), False: iter(STEPS)}

    for turn in range(2 * len(STEPS)):
        secret.rotator.step(next(runs[turn in first]), token)
        case.check()

    assert secret.rotator.failures == []
    assert secret.rotator.current() == token
    assert promotions == [case.name]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("kind", "at"), _points(SWITCHES))
def test_a_whole_run_fits_between_any_two_calls_of_another(
    secret: Rotating, case: Case, promotions: list[str], at: int, before: bool
) -> None:
    """Whoever is overtaken finds the work done."""
    token = secret.rotator.begin()

    def overtake() -> None:
        for step in STEPS:
            secret.steps(Client(secrets_manager())).step(StepRequest.from_event(secret.rotator.event(step, token)))

    secret.client = Client(secrets_manager(), at, before, overtake)

    assert secret.rotator.run(token)

    assert secret.rotator.failures == []
    assert secret.rotator.current() == token
    assert promotions == [case.name]
    case.check()


@pytest.mark.parametrize("steps", [1, len(STEPS)])
@pytest.mark.parametrize(("kind", "at"), _points(SWITCHES))
def test_another_rotation_takes_over(secret: Rotating, case: Case, promotions: list[str], at: int, steps: int) -> None:
    """Its label was taken off, another one got so far, and the first, which was not dead, goes on: one of them wins."""
    rotator = secret.rotator
    rotator.cleans_up = False
    tokens = [rotator.begin()]

    def take_over() -> None:
        secret.versions().withdraw(tokens[0])
        tokens.append(rotator.begin())
        for step in STEPS[:steps]:
            rotator.step(step, tokens[1])
            case.check()

    secret.client = Client(secrets_manager(), at, happens=take_over)

    first = rotator.run(tokens[0])
    won = [first, rotator.run(tokens[1])]

    assert sorted(won) == [False, True]
    assert rotator.current() == tokens[won.index(True)]
    assert promotions == [case.name]
    assert {type(error) for error in rotator.failures} <= {RotationError, SecretVersionsError}
    assert any(str(rotator.failures[-1]).startswith(lost) for lost in LOST)
    case.check()
    case.check_done()
    case.settle()
    assert rotator.rotate()


@pytest.mark.parametrize("kind", SWITCHES)
def test_steps_in_another_order_do_no_harm(secret: Rotating, case: Case) -> None:
    """There is nothing to test or to finish before something is written, and nothing is put to use unproved."""
    for order in itertools.permutations(STEPS):
        token = secret.rotator.begin()
        for step in order:
            secret.rotator.step(step, token)
            case.check()
        if secret.rotator.current() != token:
            secret.versions().withdraw(token)
        else:
            case.settle()
