"""`python -m tools.bench`, which `make bench` runs: measures, prints a table, and writes .local/bench.json."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.bench.errors import InstanceFailedError, NodeMissingError
from tools.bench.node import NodePeer, ship_node

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / ".local" / "bench.json"
ROUNDS = 9


def main(arguments: list[str]) -> int:
    """Runs the command line; the result is the exit status. A missed target is shown and is no failure."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often everything is measured (%(default)s)")
    rounds: int = parser.parse_args(arguments).rounds

    sys.path.insert(0, str(ROOT / "layers" / "vocespace"))
    from tools.bench.contestants import Contestants
    from tools.bench.figures import Figure, table
    from tools.bench.http_measures import HttpBench
    from tools.bench.measures import Bench
    from tools.bench.scene import make_scene
    from tools.bench.shipping import ship
    from tools.verify_build import BuildError

    try:
        with TemporaryDirectory() as folder:
            _tell("installing what is compared with")
            node = _node(Path(folder))
            contestants = Contestants(ship(Path(folder)), make_scene(Path(folder)))
            bench = Bench(contestants, rounds, _tell)
            http = HttpBench(contestants, node, Path(folder) / "make-run", rounds, _tell)
            figures = [*bench.cold(), *http.cold(), *bench.warm(), *http.warm(), *bench.network()]
    except (BuildError, InstanceFailedError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    _tell("")
    print(table(figures))
    RESULT.parent.mkdir(exist_ok=True)
    entries = {each.name: each.entry() for each in figures if isinstance(each, Figure)}
    RESULT.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    print(f"\nwrote {RESULT.relative_to(ROOT)}")
    return 0


def _node(folder: Path) -> NodePeer | None:
    try:
        return ship_node(folder / "node")
    except NodeMissingError as error:
        print(f"bench: without the peer in Node.js: {error}", file=sys.stderr)
        return None


def _tell(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
