"""`python -m tools.bench`, which `make bench` runs: measures, prints a table, and keeps and draws the figures."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tools.bench.chart import panels_of, svg
from tools.bench.errors import DynamoDBMissingError, EmulatorMissingError, InstanceFailedError, NodeMissingError
from tools.bench.figures import Figure, LeftOut, table
from tools.bench.growth_part import growth
from tools.bench.node import NodePeer, ship_node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / ".local" / "bench.json"
CHART = ROOT / "docs" / "images" / "performance.svg"
ROUNDS = 9


def main(arguments: list[str]) -> int:
    """Runs the command line; the result is the exit status. A missed target is shown and is no failure."""
    measures: dict[str, Callable[[int], Iterable[Figure | LeftOut]]] = {
        "requests": _requests,
        "rooms": _rooms,
        "growth": lambda rounds: growth(rounds, _tell),
    }
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=measures, help="measure this alone, and write nothing else down")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often everything is measured (%(default)s)")
    options = parser.parse_args(arguments)

    sys.path.insert(0, str(ROOT / "layers" / "vocespace"))
    from tools.verify_build import BuildError

    try:
        figures = [
            figure
            for name, measure in measures.items()
            if options.part in {None, name}
            for figure in measure(options.rounds)
        ]
    except (BuildError, InstanceFailedError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    _tell("")
    print(table(figures))
    RESULT.parent.mkdir(exist_ok=True)
    entries = {each.name: each.entry() for each in figures if isinstance(each, Figure)}
    RESULT.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    print(f"\nwrote {RESULT.relative_to(ROOT)}")
    panels = panels_of(json.loads(RESULT.read_text(encoding="utf-8")))
    if panels:
        CHART.write_text(svg(panels), encoding="utf-8")
        print(f"wrote {CHART.relative_to(ROOT)}")
    return 0


def _requests(rounds: int) -> Iterator[Figure | LeftOut]:
    from tools.bench.cold_measures import ColdBench
    from tools.bench.contestants import Contestants
    from tools.bench.emulator_measures import EmulatorBench
    from tools.bench.http_measures import HttpBench
    from tools.bench.measures import Bench
    from tools.bench.scene import PARAMETERS, make_scene
    from tools.bench.shipping import ship

    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _tell("installing what is compared with")
        node, shipping = _node(folder), ship(folder, PARAMETERS)
        with make_scene(folder) as scene:
            contestants = Contestants(shipping, scene, node)
            bench = Bench(contestants, rounds, _tell)
            yield from ColdBench(contestants, rounds, _tell).figures()
            yield from bench.warm()
            yield from HttpBench(contestants, folder / "make-run", rounds, _tell).warm()
            yield from bench.network()
            yield from bench.packages()
            try:
                yield from EmulatorBench(contestants, folder / "emulator", rounds, _tell).figures()
            except EmulatorMissingError as error:
                print(f"bench: without Lambda's emulator: {error}", file=sys.stderr)
                yield LeftOut("emulator")


def _rooms(rounds: int) -> Iterator[Figure | LeftOut]:
    from tools.bench.room_measures import RoomBench

    try:
        yield from RoomBench(rounds, _tell).figures()
    except DynamoDBMissingError as error:
        print(f"bench: without rooms: {error}", file=sys.stderr)
        yield LeftOut("rooms")


def _node(folder: Path) -> NodePeer | None:
    try:
        return ship_node(folder / "node")
    except NodeMissingError as error:
        print(f"bench: without the peers in Node.js: {error}", file=sys.stderr)
        return None


def _tell(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
