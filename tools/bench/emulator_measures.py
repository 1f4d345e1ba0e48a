"""The built function in Lambda's runtime interface emulator: from its container's start to an answer, and warm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from local.cloud import ENVIRONMENT
from tools.bench.contestants import STOCK_HANDLER, Contestants, peer
from tools.bench.emulator import Answers, Emulator, Package, measured, merged
from tools.bench.figures import Figure
from tools.bench.shipping import BENCH
from tools.bench.targets import STDLIB, STOCK
from tools.bench.uses import ISSUE

REQUESTS = 200

_OURS = "ours"
_MILLISECONDS = 1e3
_TIMES: Final[Mapping[str, Callable[[Answers], float]]] = {
    "container": lambda answers: answers.container,
    "first": lambda answers: answers.first,
    "p50": lambda answers: median(answers.later),
}


@dataclass(frozen=True, slots=True)
class EmulatorBench:
    """What is measured and on what.

    Attributes:
        contestants: Ours, the stock application and stdlib.
        folder: Where what the containers see may be put together.
        rounds: How often everything is measured.
        tell: Is told what is being done.
    """

    contestants: Contestants
    folder: Path
    rounds: int
    tell: Callable[[str], None]

    def figures(self) -> Iterator[Figure]:
        """The time that somebody waits for a link.

        Raises:
            EmulatorMissingError: the emulator cannot run here.
        """
        emulator = Emulator.found(self.contestants.shipping.runtime)
        packages = self._packages()
        for package in packages.values():
            # Not counted: it fills the page cache.
            self._measured(emulator, package, 1)
        taken: dict[str, list[Answers]] = {name: [] for name in packages}
        for number in range(self.rounds):
            self.tell(f"emulator {ISSUE.name}, round {number + 1} of {self.rounds}")
            for name, package in packages.items():
                taken[name].append(self._measured(emulator, package, REQUESTS))
        for what, of in _TIMES.items():
            times = {name: [of(each) * _MILLISECONDS for each in answers] for name, answers in taken.items()}
            for who in (STOCK, STDLIB):
                yield Figure(f"emulator.{ISSUE.name}.{what}_to_{who}", "ms", times[_OURS], who, times[who])

    def _packages(self) -> dict[str, Package]:
        self.folder.mkdir()
        shipping, logical_id = self.contestants.shipping, self.contestants.scene.function(ISSUE).logical_id
        opt, nothing = merged(self.folder / "opt", *shipping.layers(logical_id)), merged(self.folder / "nothing")
        environment = ENVIRONMENT | self.contestants.with_aws
        handler = self.contestants.scene.function(ISSUE).handler
        return {
            _OURS: Package(shipping.artifact(logical_id), opt, handler, environment),
            # The image has boto3, as the runtime has.
            STOCK: Package(shipping.stock, nothing, STOCK_HANDLER, environment),
            STDLIB: Package(BENCH, nothing, peer(ISSUE, "stdlib"), environment),
        }

    def _measured(self, emulator: Emulator, package: Package, requests: int) -> Answers:
        return measured(emulator, package, self.contestants.scene.event(ISSUE), ISSUE.status, requests)
