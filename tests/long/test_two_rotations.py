"""Two rotations of one secret at once, call by call: one of them wins, the other is told so, and the next one works.

Played are all orders in which the two change places up to four times, at whichever of their calls: A, B, A, then the
rest of B and the rest of A. More changes than that are not.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.long.paper_secret import PaperSecret, PaperStuckError
from tests.long.turns import Calls, SteppedRun
from tests.support.clock import FakeClock
from tests.support.rotation_checks import check_line
from tests.unit.rotation_cases import SWITCHES, Case
from vocespace import observability
from vocespace.ring_rotation import RotationError
from vocespace.secret_rotation import CHANGED, SecretRotation, StepRequest, UnprovenError
from vocespace.secret_versions import SecretVersions, SecretVersionsError
from vocespace_cli.faults import NotOkError
from vocespace_cli.rotations import rotate_secret

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
ATTEMPTS = 3
LOST = (CHANGED, "this version is not pending", "too lately", "another rotation may have taken its place")
"""What whoever loses is told, or whoever comes when the other one is done."""


class PaperRotating:
    """A secret on paper, and what rotates it: Secrets Manager, or two operators of whom neither knows the other."""

    def __init__(self, kind: type[Case], clock: FakeClock) -> None:
        self.clock = clock
        self.change = kind.change(clock)
        self.first = kind.first
        self.secret = PaperSecret(kind.first)
        self.client = Calls(self.secret)
        self.versions = SecretVersions(cast("Any", self.client), "secret", clock)
        self.rotation = SecretRotation("secret", self.versions, self.change)
        self.names = map("version-{}".format, itertools.count())
        self.told: list[str] = []

    def rotate(self) -> bool:
        """A whole rotation; whether it came to its end."""
        token = self.begin()
        self.by_function(token)
        return self.secret.current == token

    def current_text(self) -> str:
        """What the current version holds."""
        return self.secret.text

    def check_line(self) -> None:
        """Makes sure that the line of the current version's parents is unbroken."""
        check_line(self.secret.current, self.secret.text_of, self.change.parent, self.first)

    def begin(self) -> str:
        """What Secrets Manager does before the first step."""
        token = next(self.names)
        self.secret.begin_rotation(token)
        return token

    def by_function(self, token: str) -> None:
        """The steps in their order until one fails, a few times."""
        for _ in range(ATTEMPTS):
            try:
                for step in STEPS:
                    self.rotation.step(StepRequest(step, "secret", token))
            except (RotationError, UnprovenError, SecretVersionsError) as error:
                self.told.append(str(error))
            else:
                return

    def instead_of(self, token: str) -> None:
        """Another rotation, begun after the label of this one was taken off, unless it has it again already."""
        with suppress(SecretVersionsError):
            self.versions.withdraw(token)
        with suppress(PaperStuckError):
            self.by_function(self.begin())

    def by_hand(self) -> None:
        """`vocespace keys rotate`, where there is no function."""
        run = cast("Any", SimpleNamespace(versions=self.versions, clock=self.clock))
        try:
            rotate_secret(run, "secret", self.rotation, "The secret")
        except (NotOkError, SecretVersionsError) as error:
            self.told.append(str(error))


@pytest.fixture(name="promotions")
def _promotions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(observability, "rotated", told.append)
    return told


@pytest.fixture(autouse=True)
def _the_command_works_on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vocespace_cli.rotations.versions_of", lambda run, _: run.versions)
    monkeypatch.setattr("vocespace_cli.rotations.without_log", nullcontext)


def _orders(kind: type[Case]) -> Iterator[tuple[int, int, int]]:
    calls = range(1, kind.calls + 1)
    return itertools.product((0, *calls), calls, calls)


def _play(case: Case, order: tuple[int, int, int], bodies: tuple[Callable[[], None], Callable[[], None]]) -> None:
    one, other = map(SteppedRun, bodies)
    for run, calls in ((one, order[0]), (other, order[1]), (one, order[2]), (other, None), (one, None)):
        run.go_on(calls)
        case.check()


def _check_end(case: Case, secret: PaperRotating) -> None:
    case.check_done()
    assert secret.told
    assert all(any(lost in message for lost in LOST) for message in secret.told)
    case.settle()
    assert secret.rotate()


@pytest.mark.parametrize("kind", SWITCHES)
def test_a_second_rotation_of_the_function(
    kind: type[Case], promotions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is begun when the label of the first one was taken off, while that goes on."""
    for order in _orders(kind):
        secret = PaperRotating(kind, FakeClock())
        case = kind(secret)
        case.prepare(monkeypatch)
        promotions.clear()
        token = secret.begin()

        _play(case, order, (partial(secret.by_function, token), partial(secret.instead_of, token)))

        assert promotions == [case.name]
        _check_end(case, secret)


@pytest.mark.parametrize("kind", SWITCHES)
def test_two_operators(kind: type[Case], promotions: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with a command of their own, where no function rotates the secret."""
    for order in _orders(kind):
        secret = PaperRotating(kind, FakeClock())
        case = kind(secret)
        case.prepare(monkeypatch)
        promotions.clear()
        secret.secret.rotates = False

        _play(case, order, (secret.by_hand, secret.by_hand))

        assert promotions == [case.name]
        secret.secret.rotates = True
        _check_end(case, secret)
