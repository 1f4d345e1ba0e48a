"""The drawing of `make bench`: docs/images/performance.svg."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tools.bench.chart import Bar, Panel, panels_of, svg

SVG = "{http://www.w3.org/2000/svg}"
ENTRIES: dict[str, dict[str, Any]] = {
    "cold.redirect_url.cpu_to_stock": {"value": 0.3, "unit": "s", "peer": "stock", "peerValue": 1.2},
    "cold.redirect_url.cpu_to_stdlib": {"value": 0.3, "unit": "s", "peer": "stdlib", "peerValue": 0.04},
    "cold.redirect_url.memory": {"value": 60.0, "unit": "MiB", "peer": None, "peerValue": None},
    "cold.rooms.cpu_to_stock": {"value": 0.4, "unit": "s", "peer": "stock", "peerValue": 1.3},
    "warm.redirect_url.cpu_to_bare": {"value": 200.0, "unit": "us", "peer": "bare", "peerValue": 50.0},
    "warm.rooms.cpu": {"value": 1234.5, "unit": "us", "peer": None, "peerValue": None},
}


def _bars(drawing: str, *sides: str) -> list[ET.Element]:
    return [each for each in _elements(drawing, "rect") if each.get("class") in sides]


def _texts(drawing: str) -> list[str]:
    return [each.text or "" for each in _elements(drawing, "text")]


def _elements(drawing: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(drawing).iter(SVG + tag))  # noqa: S314 - drawn a moment ago


def test_every_figure_has_a_bar_with_its_value() -> None:
    """Ours and the peers', each labelled, with the value as text; memory is not drawn."""
    drawing = svg(panels_of(ENTRIES))
    assert (len(_bars(drawing, "ours")), len(_bars(drawing, "peer"))) == (4, 3)
    texts = _texts(drawing)
    assert {"redirect_url", "rooms", "0.3 s", "0.04 s", "1.2 s", "0.4 s", "200 µs", "50 µs", "1230 µs"} <= set(texts)


def test_bars_are_as_long_as_their_values() -> None:
    """On the scale of their panel."""
    drawing = svg([Panel("CPU", "s", (Bar("one", 1.0), Bar("four", 4.0, is_peer=True)))])
    one, four = (float(each.attrib["width"]) for each in _bars(drawing, "ours", "peer"))
    assert one * 4 == pytest.approx(four, rel=0.01)


def test_the_cheapest_is_on_top() -> None:
    """A panel is read from the limit down to the stock application."""
    cold, _ = panels_of(ENTRIES)
    assert [bar.value for bar in cold.bars] == [0.04, 0.3, 0.4, 1.2]


def test_text_is_escaped_and_stays_text() -> None:
    """A label is no markup."""
    label = 'a < b & "c"'
    drawing = svg([Panel("CPU", "s", (Bar(label, 1.0),))])
    assert label in _texts(drawing)
    assert "a < b" not in drawing


def test_it_follows_its_reader_and_asks_nobody() -> None:
    """Light or dark by the reader's wish, and nothing in it comes from elsewhere."""
    drawing = svg(panels_of(ENTRIES))
    assert "prefers-color-scheme: dark" in drawing
    assert drawing.count("://") == drawing.count("http://www.w3.org/2000/svg") == 1
    assert "url(" not in drawing
    assert "@import" not in drawing


def test_nothing_is_drawn_of_other_figures() -> None:
    """The figures of rooms alone leave the drawing as it is."""
    assert panels_of({"rooms.pool.10.calls": {"value": 3.0, "unit": "calls", "peer": None, "peerValue": None}}) == []
