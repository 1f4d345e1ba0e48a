"""`python -m tools.cost`: what a million of each thing costs at list prices, from what was measured and counted."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
BENCH: Final = ROOT / ".local" / "bench.json"
COLD: Final = "cold.redirect_url.cpu_to_stock"
IMPORT: Final = "cold.redirect_url.import"


def main(arguments: list[str]) -> int:
    """Runs the command line; the result is the exit status."""
    sys.path.insert(0, str(ROOT / "layers" / "vocespace"))
    from tools.cost.measured import Cold, Measurements, measure
    from tools.cost.model import Assumptions
    from tools.cost.tables import costs, hosted, price_list

    usual = Assumptions()
    parser = argparse.ArgumentParser(prog="python -m tools.cost", description=__doc__)
    parser.add_argument("--rate", type=float, default=usual.rate, help="requests a second to an instance (%(default)s)")
    parser.add_argument("--cold", type=float, default=usual.cold, help="part that meets a new one (%(default)s)")
    parser.add_argument("--architecture", choices=("x86_64", "arm64"), default=usual.architecture)
    parser.add_argument("--prices", action="store_true", help="the price list, with its sources")
    parser.add_argument("--measure", type=int, metavar="ROUNDS", help="measure anew, and keep that")
    options = parser.parse_args(arguments)

    if options.prices:
        print(price_list())
        return 0
    if options.measure:
        kept = Measurements.read().cold
        told = json.loads(BENCH.read_text(encoding="utf-8")) if BENCH.is_file() else {}
        if COLD in told:
            imports = told[IMPORT]["value"]
            kept = Cold(imports, told[COLD]["value"] - imports)
        measure(options.measure, kept, lambda what: print(what, file=sys.stderr)).write()
    assumptions = Assumptions(rate=options.rate, cold=options.cold, architecture=options.architecture)
    print(costs(Measurements.read(), assumptions))
    print()
    print(hosted())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
