"""Figures: medians, ratios of what was measured in pairs, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

Entry = dict[str, float | str | list[float] | None]

_HEADER = ("", "value", "peer", "its value", "ratio", "quartiles", "at most")


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, several times, and beside it the peer.

    Attributes:
        values: One for each round.
        peer_values: The peer's in the same rounds; the ratio is the median of the pairs' ratios, so that a machine that
            slows down for a while slows down both.
        target: The ratio, or without a peer the value, that shall not be exceeded.
    """

    name: str
    unit: str
    values: Sequence[float]
    peer: str | None = None
    peer_values: Sequence[float] = ()
    target: float | None = None

    @property
    def value(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round; none without a peer."""
        return [own / peers for own, peers in zip(self.values, self.peer_values, strict=self.peer is not None)]

    @property
    def ratio(self) -> float | None:
        """The median of the ratios."""
        return median(self.ratios) if self.ratios else None

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between which two half of the rounds lay: of the ratios, or without a peer of the values."""
        rounds = self.ratios or list(self.values)
        low, _, high = quantiles(rounds, n=4) if len(rounds) > 1 else rounds * 3
        return low, high

    @property
    def is_missed(self) -> bool:
        """Whether the target was exceeded."""
        reached = self.value if self.ratio is None else self.ratio
        return self.target is not None and reached > self.target

    def entry(self) -> Entry:
        """The figure as .local/bench.json has it."""
        return {
            "value": _short(self.value),
            "unit": self.unit,
            "peer": self.peer,
            "peerValue": None if self.peer is None else _short(median(self.peer_values)),
            "ratio": None if self.ratio is None else _short(self.ratio),
            "quartiles": [_short(each) for each in self.quartiles],
            "target": self.target,
        }

    def row(self) -> tuple[str, ...]:
        """The figure as a row of the table."""
        value = f"{_short(self.value):g} {self.unit}"
        target = "" if self.target is None else f"{self.target:g}{' MISSED' if self.is_missed else ''}"
        low, high = self.quartiles
        if self.peer is None or self.ratio is None:
            between = f"{_short(low):g}-{_short(high):g}" if len(self.values) > 1 else ""
            return (self.name, value, "", "", "", between, target)
        peer_value = f"{_short(median(self.peer_values)):g} {self.unit}"
        return (self.name, value, self.peer, peer_value, f"{self.ratio:.2f}", f"{low:.2f}-{high:.2f}", target)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A figure that could not be measured, since its peer needs what this machine does not have."""

    name: str

    def row(self) -> tuple[str, ...]:
        """That it is missing, as a row of the table."""
        return (self.name, "left out", *("" for _ in _HEADER[2:]))


def table(figures: Iterable[Figure | LeftOut]) -> str:
    """The figures, one a line, in columns."""
    rows = [_HEADER, *(figure.row() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _short(number: float) -> float:
    return float(f"{number:.4g}")
