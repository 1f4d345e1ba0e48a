"""The figures of .local/bench.json as horizontal bars: docs/images/performance.svg."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET

from tools.bench.targets import BARE, LIVEKIT, NODE, STDLIB, STOCK
from tools.bench.uses import COLD_USES, ISSUE, WARM_USES, Use

_PEERS: Final = {
    STOCK: "stock Powertools application",
    LIVEKIT: "handler with livekit-api",
    NODE: "handler in Node.js",
    BARE: "handler with PyJWT and pydantic",
    STDLIB: "handler of the standard library",
}
_WIDTH, _ROW, _BAR, _TITLE, _GAP = 860, 22, 14, 34, 18
_LABELS, _VALUES = 300, 90
_STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.ground { fill: #ffffff }
.ours { fill: #0969da }
.peer { fill: #8c959f }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .ground { fill: #0d1117 }
  .ours { fill: #4493f8 }
  .peer { fill: #6e7681 }
}
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure.

    Attributes:
        is_peer: Whether it is a peer's.
    """

    label: str
    value: float
    is_peer: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars of one scale under a title."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


def panels_of(entries: Mapping[str, Mapping[str, Any]]) -> list[Panel]:
    """What is drawn of the figures: the CPU of a cold start and of a warm request, the cheapest first.

    Args:
        entries: What .local/bench.json holds.
    """
    panels = (
        _panel("Cold start: CPU until the first answer", "cold", COLD_USES, (STOCK, STDLIB, LIVEKIT, NODE), entries),
        _panel("A request later: CPU", "warm", WARM_USES, (BARE, LIVEKIT, NODE), entries),
    )
    return [panel for panel in panels if panel.bars]


def svg(panels: Sequence[Panel]) -> str:
    """The drawing, light or dark as its reader has it, with all text as text."""
    height = sum(_height(panel) for panel in panels) + _GAP
    root = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH} {height}", role="img")
    ET.SubElement(root, "title").text = "; ".join(panel.title for panel in panels)
    ET.SubElement(root, "style").text = _STYLE
    _add(root, "rect", x=0, y=0, width=_WIDTH, height=height, **{"class": "ground"})
    top = 0.0
    for panel in panels:
        _draw(root, panel, top)
        top += _height(panel)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _panel(
    title: str, kind: str, uses: Sequence[Use], peers: Sequence[str], entries: Mapping[str, Mapping[str, Any]]
) -> Panel:
    bars = [*_ours(kind, uses, entries), *_peers(kind, peers, entries)]
    unit = next((entry["unit"] for name, entry in entries.items() if name.startswith(f"{kind}.")), "")
    return Panel(title, str(unit).replace("us", "µs"), tuple(sorted(bars, key=lambda bar: bar.value)))


def _ours(kind: str, uses: Sequence[Use], entries: Mapping[str, Mapping[str, Any]]) -> Iterator[Bar]:
    for use in uses:
        start = f"{kind}.{use.name}.cpu"
        entry = next(
            (entries[name] for name in (start, f"{start}_to_stock", f"{start}_to_bare") if name in entries), None
        )
        if entry is not None:
            yield Bar(use.name, entry["value"])


def _peers(kind: str, peers: Sequence[str], entries: Mapping[str, Mapping[str, Any]]) -> Iterator[Bar]:
    for peer in peers:
        entry = entries.get(f"{kind}.{ISSUE.name}.cpu_to_{peer.replace('-', '_')}")
        if entry is not None:
            yield Bar(_PEERS[peer], entry["peerValue"], is_peer=True)


def _draw(root: ET.Element, panel: Panel, top: float) -> None:
    _add(root, "text", x=_GAP, y=top + _TITLE - 10, **{"class": "title"}).text = panel.title
    scale = (_WIDTH - _LABELS - _VALUES) / max(bar.value for bar in panel.bars)
    for number, bar in enumerate(panel.bars):
        middle = top + _TITLE + _ROW * (number + 0.5)
        length = max(1.0, round(bar.value * scale, 1))
        side = "peer" if bar.is_peer else "ours"
        _text(root, bar.label, _LABELS - 8, middle, "end")
        _add(root, "rect", x=_LABELS, y=middle - _BAR / 2, width=length, height=_BAR, **{"class": side})
        _text(root, f"{float(f'{bar.value:.3g}'):g} {panel.unit}", _LABELS + length + 6, middle, "start")


def _height(panel: Panel) -> float:
    return _TITLE + _ROW * len(panel.bars) + _GAP


def _text(root: ET.Element, text: str, x: float, middle: float, anchor: str) -> None:
    _add(root, "text", x=x, y=middle, **{"text-anchor": anchor, "dominant-baseline": "central"}).text = text


def _add(root: ET.Element, tag: str, **attributes: object) -> ET.Element:
    return ET.SubElement(root, tag, {name: str(value) for name, value in attributes.items()})
