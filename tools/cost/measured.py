"""What was measured: kept beside the code, so that the table of docs/cost.md can be computed, and held against it."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, Self

REPEATED: Final = 50
"""How often more a use is done that takes no more than a moment."""

FILE: Final = Path(__file__).with_name("measured.json")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a use takes, all of its invocations together.

    Attributes:
        invocations: How many there are.
        cpu: Seconds of the processor, where nothing has to be asked anew.
        cpu_after: The same where everything has.
        log_bytes: What the functions print.
        answer_bytes: What they answer, headers included.
    """

    invocations: int
    cpu: float
    cpu_after: float
    log_bytes: int
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class Cold:
    """A new instance: seconds of the processor for its imports, and for the first request beyond a later one."""

    imports: float
    first: float


@dataclass(frozen=True, slots=True)
class Measurements:
    """All of it.

    Attributes:
        where: Which interpreter, and on what.
        cold: Of the dearest function that people wait for.
        uses: By their names.
    """

    where: str
    cold: Cold
    uses: dict[str, Measured]

    @classmethod
    def read(cls) -> Self:
        """What was written last."""
        kept: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
        uses = {name: Measured(**each) for name, each in kept["uses"].items()}
        return cls(kept["where"], Cold(**kept["cold"]), uses)

    def write(self) -> None:
        """Keeps it."""
        FILE.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def measure(rounds: int, cold: Cold, tell: Callable[[str], None]) -> Measurements:
    """Does everything that the service is used for, several times, and takes the medians.

    Args:
        rounds: How often.
        cold: What `make bench` has measured.
        tell: Is told what is being done.
    """
    # Only who measures needs all that a stage is made of.
    from tools.cost.stage import set_stage
    from tools.cost.uses import USES, count

    uses = {}
    with set_stage() as stage:
        for use in USES:
            tell(use.name)
            counted = [count(use, stage) for _ in range(rounds)]
            repeated = [each.later for each in counted] + [
                use.perform(stage) for _ in range(REPEATED if use.after else 0)
            ]
            late = [each.after[max(each.after)] if each.after else each.later for each in counted]
            uses[use.name] = Measured(
                invocations=len(counted[0].later),
                cpu=_digits(median(sum(done.cpu for done in each) for each in repeated)),
                cpu_after=_digits(median(sum(done.cpu for done in each) for each in late)),
                log_bytes=sum(done.log_bytes for done in counted[0].later),
                answer_bytes=sum(done.answer_bytes for done in counted[0].later),
            )
    return Measurements(f"Python {platform.python_version()} on {platform.machine()}", cold, uses)


def _digits(seconds: float) -> float:
    return float(f"{seconds:.3g}")
