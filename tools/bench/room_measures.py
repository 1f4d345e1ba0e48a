"""Rooms: what it takes to find somebody one, on DynamoDB Local, of whose rules for transactions no stand-in has all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from local.cloud import ENVIRONMENT
from tests.support.dynamodb_local import running_dynamodb
from tests.support.tables import real_table
from tools.bench.errors import DynamoDBMissingError
from tools.bench.figures import Figure
from tools.bench.meter import Meter, Usage
from tools.bench.room_scene import CALLERS, Kind, RoomScene
from tools.bench.traffic import Traffic
from tools.dynamodb import CannotRunError, command
from vocespace import aws

SIZES = (10, 100, 1000)
SAMPLES = 100
CROWDS = 5
"""How often in a round many ask at once."""

AT_ONCE = (Kind.POOL, Kind.CUSTOMER)
"""Where they can be in each other's way."""

_BARE, _FIRST_FIT = "transaction", "first-fit"
_MILLISECONDS = 1e3


@dataclass(frozen=True, slots=True)
class _Crowds:
    """What came of it when many asked at once, several times.

    Attributes:
        attempts: Transactions for each caller, the repeated ones too.
        in_vain: Of those for whom there was something, how many per cent were sent away.
    """

    attempts: float
    in_vain: float


@dataclass(frozen=True, slots=True)
class RoomBench:
    """What is measured.

    Attributes:
        rounds: How often everything is measured.
        tell: Is told what is being done.
    """

    rounds: int
    tell: Callable[[str], None]

    def figures(self) -> Iterator[Figure]:
        """Latency, calls, units and attempts of an allocation, for each kind and number of rooms.

        Raises:
            DynamoDBMissingError: DynamoDB Local cannot run here.
        """
        try:
            command(0)
        except CannotRunError as error:
            raise DynamoDBMissingError(str(error)) from None
        with running_dynamodb() as url:
            for kind in Kind:
                for size in SIZES:
                    with _scene(url, kind, size) as scene:
                        yield from self._alone(scene, f"rooms.{kind}.{size}")
                        if kind in AT_ONCE:
                            yield from self._at_once(scene, f"rooms.{kind}.{size}")

    def _alone(self, scene: RoomScene, name: str) -> Iterator[Figure]:
        allocation, bare = (_usage(act, scene) for act in (scene.ask, scene.bare_transaction))
        yield Figure(f"{name}.calls", "calls", [allocation.calls])
        yield Figure(f"{name}.transactions", "calls", [allocation.transactions])
        yield Figure(f"{name}.read", "RRU", [allocation.read_units])
        yield Figure(f"{name}.write", "WRU", [allocation.write_units], _BARE, [bare.write_units])
        pairs = []
        for number in range(self.rounds):
            self.tell(f"{name}, round {number + 1} of {self.rounds}")
            pairs.append(_in_turn(scene))
        for what in ("p50", "p99"):
            own, floor = ([getattr(each, what) * _MILLISECONDS for each in side] for side in zip(*pairs, strict=True))
            yield Figure(f"{name}.{what}", "ms", own, _BARE, floor)

    def _at_once(self, scene: RoomScene, name: str) -> Iterator[Figure]:
        # Desks are taken in the order of their agents, whatever the callers' own order is.
        ways = (False, True) if scene.kind is Kind.POOL else (False,)
        rounds = []
        for number in range(self.rounds):
            self.tell(f"{name}, {CALLERS} at once, round {number + 1} of {self.rounds}")
            rounds.append([_crowds(scene, first_fit=first_fit) for first_fit in ways])
        ours, *others = zip(*rounds, strict=True)
        attempts = [each.attempts for each in ours]
        if not others:
            yield Figure(f"{name}.at_once.attempts", "calls", attempts)
        for first_fit in others:
            yield Figure(
                f"{name}.at_once.attempts", "calls", attempts, _FIRST_FIT, [each.attempts for each in first_fit]
            )
            yield Figure(f"{name}.at_once.in_vain_first_fit", "%", [each.in_vain for each in first_fit])
        yield Figure(f"{name}.at_once.in_vain", "%", [each.in_vain for each in ours])


@contextmanager
def _scene(url: str, kind: Kind, size: int) -> Iterator[RoomScene]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        with real_table(url, patch) as table:
            yield RoomScene(table, Meter(aws.dynamodb()), kind, size)


def _usage(act: Callable[[], None], scene: RoomScene) -> Usage:
    act()
    return scene.restore()


def _in_turn(scene: RoomScene) -> tuple[Traffic, Traffic]:
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(SAMPLES):
        for seconds, act in zip(taken, (scene.ask, scene.bare_transaction), strict=True):
            began = time.perf_counter()
            act()
            seconds.append(time.perf_counter() - began)
        scene.restore()
    ours, bare = (Traffic(float("nan"), tuple(seconds)) for seconds in taken)
    return ours, bare


def _crowds(scene: RoomScene, *, first_fit: bool) -> _Crowds:
    served = attempts = 0
    for _ in range(CROWDS):
        served += scene.served_at_once(first_fit=first_fit)
        attempts += scene.restore().transactions
    could = CROWDS * min(CALLERS, scene.free)
    return _Crowds(attempts / (CROWDS * CALLERS), 100 * (could - served) / could)
