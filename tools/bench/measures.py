"""The three measures: what a cold start costs, what a warm request costs, and what it asks of the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tools.bench.contestants import Contestants, peer
from tools.bench.figures import Figure
from tools.bench.instance import Instance, Sample
from tools.bench.scene import Use
from tools.bench.shipping import BENCH

COLD_TARGET = 0.45
WARM_TARGET = 8.0
BLOCKS = 20
BLOCK_REQUESTS = 50

COLD_USES = ("redirect_url", "connection_details", "connection_details_guest", "service_info", "livekit_token")
WARM_USES = ("redirect_url", "connection_details", "redirect_url_user", "livekit_token")
NETWORK_USES = (*WARM_USES, "redirect_url_quota")
WITH_LIVEKIT = ("redirect_url", "connection_details", "livekit_token")
WITHOUT_TARGET = ("livekit_token",)
TRAFFIC_EACH = {"redirect_url_quota": 2}
"""What a warm request cannot do without: the call that counts it, and a connection, since moto ends each."""

_SILENCE = {"POWERTOOLS_LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true"}
_MEBIBYTE = 2**20
_MICROSECONDS = 1e6


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured and on what.

    Attributes:
        contestants: Ours and the peers.
        rounds: How often everything is measured.
        tell: Is told what is being done.
    """

    contestants: Contestants
    rounds: int
    tell: Callable[[str], None]

    def cold(self) -> Iterator[Figure]:
        """CPU and memory of a fresh process until its first answer."""
        for use in self._uses(COLD_USES):
            all_three = [self.contestants.ours(use), self.contestants.stock(use), self.contestants.stdlib(use)]
            ours, stock, stdlib = self._in_turn(use, all_three)
            name = f"cold.{use.name}"
            yield Figure(f"{name}.cpu", "s", _cpu(ours), "stock", _cpu(stock), _target(use, COLD_TARGET))
            yield Figure(f"{name}.cpu_to_stdlib", "s", _cpu(ours), "stdlib", _cpu(stdlib))
            yield Figure(f"{name}.import", "s", _import(ours), "stock", _import(stock))
            yield Figure(f"{name}.memory", "MiB", _memory(ours), "stock", _memory(stock))

    def warm(self) -> Iterator[Figure]:
        """CPU of one request of a process that has answered many."""
        for use in self._uses(WARM_USES):
            bare, livekit = (peer(use, "bare"),), (peer(use, "livekit"),) * (use.name in WITH_LIVEKIT)
            path = (BENCH, self.contestants.shipping.livekit)
            ours, beside, *beside_livekit = self._blocks(use, self.contestants.ours(use, bare + livekit, path))
            silent, bare_beside_silent = self._blocks(use, self.contestants.ours(use, bare, path, _SILENCE))
            name = f"warm.{use.name}.cpu"
            yield Figure(name, "us", ours, "bare", beside, _target(use, WARM_TARGET))
            for blocks in beside_livekit:
                yield Figure(f"{name}_to_livekit_api", "us", ours, "livekit-api", blocks)
            yield Figure(f"{name}_without_output", "us", silent, "bare", bare_beside_silent)

    def network(self) -> Iterator[Figure]:
        """AWS calls of the first request; AWS calls and new connections of a warm one."""
        for use in self._uses(NETWORK_USES):
            self.tell(f"network {use.name}")
            sample = self.contestants.ours(use).run(
                use.event, use.status, blocks=1, requests=BLOCK_REQUESTS, watch=True
            )
            yield Figure(f"network.{use.name}.first", "calls", [sample.first["calls"]])
            later = sum(sample.later.values()) / (2 * BLOCK_REQUESTS)
            yield Figure(f"network.{use.name}.warm", "calls", [later], target=TRAFFIC_EACH.get(use.name, 0))

    def _in_turn(self, use: Use, instances: Sequence[Instance]) -> list[list[Sample]]:
        for instance in instances:
            # Not counted: it fills the page cache.
            instance.run(use.event, use.status)
        rounds = []
        for number in range(self.rounds):
            self.tell(f"cold {use.name}, round {number + 1} of {self.rounds}")
            rounds.append([instance.run(use.event, use.status) for instance in instances])
        return [list(samples) for samples in zip(*rounds, strict=True)]

    def _blocks(self, use: Use, instance: Instance) -> list[list[float]]:
        blocks = []
        for number in range(self.rounds):
            self.tell(f"warm {use.name}, round {number + 1} of {self.rounds}")
            blocks += instance.run(use.event, use.status, blocks=BLOCKS, requests=BLOCK_REQUESTS).warm
        return [[seconds * _MICROSECONDS for seconds in column] for column in zip(*blocks, strict=True)]

    def _uses(self, names: tuple[str, ...]) -> Iterator[Use]:
        return (use for use in self.contestants.scene.uses if use.name in names)


def _target(use: Use, target: float) -> float | None:
    return None if use.name in WITHOUT_TARGET else target


def _cpu(samples: Sequence[Sample]) -> list[float]:
    return [each.cpu for each in samples]


def _import(samples: Sequence[Sample]) -> list[float]:
    return [each.imported for each in samples]


def _memory(samples: Sequence[Sample]) -> list[float]:
    return [each.memory / _MEBIBYTE for each in samples]
