"""Writes the OpenAPI document, or with --check says whether the committed one still is what the code says."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Runs the command line; the result is the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is out of date")
    check: bool = parser.parse_args(arguments).check

    sys.path.insert(0, str(ROOT / "layers" / "vocespace"))
    from tools.openapi.files import difference, stale

    outdated = stale()
    for path, text in outdated.items():
        name = path.relative_to(ROOT)
        if check:
            print(f"{name} is out of date: run `make openapi` and commit it\n{difference(path, text)}", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return 1 if check and outdated else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
