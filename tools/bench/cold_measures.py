"""What a cold start costs: a fresh process until its first answer, ours and the peers in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tools.bench import targets
from tools.bench.contestants import WITH_TOKENS, Contestants, Entrant
from tools.bench.figures import Figure, LeftOut
from tools.bench.instance import Sample
from tools.bench.targets import LIVEKIT, NODE, STDLIB, STOCK
from tools.bench.uses import COLD_USES, Use

_OURS = "ours"
_MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class _Measure:
    name: str
    unit: str
    peers: tuple[str, ...]
    of: Callable[[Sample], float]


_MEASURES: Final = (
    _Measure("cpu", "s", (STOCK, STDLIB, LIVEKIT, NODE), lambda sample: sample.cpu),
    _Measure("elapsed", "s", (STOCK, NODE), lambda sample: sample.elapsed),
    _Measure("memory", "MiB", (STOCK, NODE), lambda sample: sample.memory / _MEBIBYTE),
)


@dataclass(frozen=True, slots=True)
class ColdBench:
    """What is measured and on what.

    Attributes:
        contestants: Ours and the peers.
        rounds: How often everything is measured.
        tell: Is told what is being done.
    """

    contestants: Contestants
    rounds: int
    tell: Callable[[str], None]

    def figures(self) -> Iterator[Figure | LeftOut]:
        """CPU, time and memory of every function, and how much of it is its import."""
        for use in COLD_USES:
            entrants = {_OURS: Entrant(self.contestants.ours(use), use)} | self.contestants.cold_peers(use)
            samples = self._in_turn(use, entrants)
            for measure in _MEASURES:
                yield from _beside_peers(use, measure, samples)
            yield Figure(f"cold.{use.name}.import", "s", [each.imported for each in samples[_OURS]])
            memory = [each.memory / _MEBIBYTE for each in samples[_OURS]]
            yield Figure(f"cold.{use.name}.memory", "MiB", memory, target=targets.MEMORY_MIB)

    def _in_turn(self, use: Use, entrants: Mapping[str, Entrant]) -> dict[str, list[Sample]]:
        for each in entrants.values():
            # Not counted: it fills the page cache.
            self._start(each)
        samples: dict[str, list[Sample]] = {name: [] for name in entrants}
        for number in range(self.rounds):
            self.tell(f"cold {use.name}, round {number + 1} of {self.rounds}")
            for name, each in entrants.items():
                samples[name].append(self._start(each))
        return samples

    def _start(self, entrant: Entrant) -> Sample:
        return entrant.instance.run(self.contestants.scene.event(entrant.use), entrant.use.status)


def _beside_peers(use: Use, measure: _Measure, samples: Mapping[str, Sequence[Sample]]) -> Iterator[Figure | LeftOut]:
    ours = [measure.of(each) for each in samples[_OURS]]
    for peer in measure.peers:
        name = f"cold.{use.name}.{measure.name}_to_{peer.replace('-', '_')}"
        if peer in samples:
            target = targets.COLD.get(peer) if use.peer and measure.name == "cpu" else None
            yield Figure(name, measure.unit, ours, peer, [measure.of(each) for each in samples[peer]], target)
        elif use.peer in WITH_TOKENS:
            yield LeftOut(name)
