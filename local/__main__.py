"""The command `python -m local`."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path


def main() -> int:
    """Serves until somebody ends it, and says in one line what is in the way."""
    # Also where a shell that is not interactive started us with SIGINT ignored.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "layers" / "vocespace"))
    try:
        from local.options import CannotStartError
        from local.serve import run

        try:
            run(os.environ)
        except CannotStartError as error:
            print(f"cannot start: {error}", file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        pass
    # Where the output went may be gone.
    with suppress(OSError):
        print("stopped", flush=True)
    return 0


if __name__ == "__main__":
    # Everything is cleared up; to take moto's modules apart would last longer than the whole end before it.
    os._exit(main())
