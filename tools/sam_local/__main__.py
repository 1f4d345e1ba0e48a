"""`python -m tools.sam_local [VERB ARGUMENTS]`, which `make sam-local` runs: `sam local`, by default `start-api`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ["start-api", "--warm-containers", "LAZY"]


def main(arguments: list[str]) -> int:
    """Runs `sam local` against a deployment of its own; the result is the exit status."""
    sys.path.insert(0, str(ROOT / "layers" / "vocespace"))
    from tools.sam_local.deployment import EngineMissingError, deployed

    try:
        with deployed() as deployment:
            print(f"API key of the platform demo: {deployment.demo.api_key_text}", file=sys.stderr)
            command = deployment.command(*(arguments or DEFAULT))
            return subprocess.run(command, env=deployment.environment(), check=False).returncode
    except KeyboardInterrupt:
        return 0
    except EngineMissingError as error:
        print(f"sam local needs a container engine: {error}", file=sys.stderr)
    except FileNotFoundError as error:
        print(f"{error.filename} is missing: make build", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
