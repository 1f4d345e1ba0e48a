"""The arithmetic of `make bench`; what it measures is asserted nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.bench.errors import NodeMissingError
from tools.bench.figures import Figure, LeftOut, table
from tools.bench.node import ship_node
from tools.bench.traffic import Traffic


def test_ratio_is_taken_pair_by_pair() -> None:
    """A machine that was slow for one pair does not change the ratio, as a ratio of medians or means would."""
    figure = Figure("cold", "s", [1.0, 40.0, 3.0], "stock", [2.0, 80.0, 4.0])
    assert figure.ratio == 0.5
    assert figure.value == 3.0


def test_pairs_that_do_not_match_are_refused() -> None:
    """A lost measurement is an error, not a ratio of what was left."""
    with pytest.raises(ValueError, match="shorter"):
        _ = Figure("cold", "s", [1.0, 2.0], "stock", [1.0]).ratio


def test_entry_has_the_members_of_the_file() -> None:
    """bench.json tells both values, the ratio and its quartiles to four digits, and the target."""
    figure = Figure("cold", "s", [0.123456], "stock", [0.370368], target=0.25)
    assert figure.entry() == {
        "value": 0.1235,
        "unit": "s",
        "peer": "stock",
        "peerValue": 0.3704,
        "ratio": 0.3333,
        "quartiles": [0.3333, 0.3333],
        "target": 0.25,
    }


def test_entry_without_a_peer_has_no_ratio() -> None:
    """What stands for itself has null for peer and ratio, and the quartiles are its own."""
    entry = Figure("network", "calls", [1, 2, 3]).entry()
    assert (entry["peer"], entry["peerValue"], entry["ratio"], entry["target"]) == (None, None, None, None)
    assert (entry["value"], entry["quartiles"]) == (2.0, [1.0, 3.0])


@pytest.mark.parametrize(
    ("figure", "missed"),
    [
        (Figure("at", "s", [4.0], "stock", [8.0], target=0.5), False),
        (Figure("over", "s", [4.1], "stock", [8.0], target=0.5), True),
        (Figure("none", "s", [4.1], "stock", [8.0]), False),
        (Figure("value", "calls", [0.0], target=0), False),
        (Figure("value over", "calls", [0.5], target=0), True),
    ],
    ids=lambda value: value.name if isinstance(value, Figure) else "",
)
def test_target_bounds_the_ratio_or_else_the_value(figure: Figure, missed: bool) -> None:
    """A target is missed when it is exceeded, and the table says so."""
    assert figure.is_missed is missed
    assert ("MISSED" in table([figure])) is missed


def test_table_shows_every_figure_beside_its_peer() -> None:
    """One line a figure under the header, with both values, the ratio and its quartiles."""
    figures = [
        Figure("cold", "s", [1.0, 2.0, 3.0, 4.0], "stock", [2.0, 2.0, 2.0, 2.0]),
        Figure("network", "calls", [0]),
    ]
    header, cold, network = table(figures).splitlines()
    assert header.split() == ["value", "peer", "its", "value", "ratio", "quartiles", "at", "most"]
    assert cold.split() == ["cold", "2.5", "s", "stock", "2", "s", "1.25", "0.62-1.88"]
    assert network.split() == ["network", "0", "calls"]


def test_table_says_what_was_left_out() -> None:
    """A figure whose peer is not there has a line, and no number in it."""
    _, line = table([LeftOut("cold beside node")]).splitlines()
    assert line.split() == ["cold", "beside", "node", "left", "out"]


def test_percentiles_are_of_the_answers_of_a_round() -> None:
    """Of a hundred answers one took longer than p99, and half of them longer than p50."""
    traffic = Traffic(cpu=0.0, seconds=tuple(float(each) for each in range(1, 101)))
    assert traffic.p50 == 50.5
    assert 99 <= traffic.p99 <= 100


def test_peer_in_node_is_missed_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Node.js nothing is installed, and the reason is one for a person."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeMissingError, match=r"^node was not found$"):
        ship_node(tmp_path / "node")
    assert not (tmp_path / "node").exists()
