"""`python -m tools.livekit.build`, which `make livekit-server` runs: builds LiveKit's server where there is none."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.livekit import BUILT, FOLDER, VERSION, CannotRunError, server

MODULE = "github.com/livekit/livekit-server"
SUM = "h1:HWfxfKvi5k1czMVqLV/htGmPgEBhrqHMxpfyMvfhyVo="
"""Of the module at VERSION, as go.sum would have it; its own go.sum pins all that it needs."""
LEAST_GO = (1, 21)
"""From here on Go fetches the newer Go that a module asks for."""

_GO = re.compile(r"go(\d+)\.(\d+)")


def main() -> None:
    """Builds it, unless it is there; says in one line what is in the way."""
    try:
        server()
    except CannotRunError:
        try:
            build()
        except CannotRunError as error:
            sys.exit(str(error))


def build() -> None:
    """Fetches the module and builds the server from it.

    Raises:
        CannotRunError: there is no Go for it, or it fails.
    """
    go = shutil.which("go")
    if go is None or _version(go) < LEAST_GO:
        least = ".".join(map(str, LEAST_GO))
        raise CannotRunError(f"livekit-server is not on PATH, and to build it needs Go {least} or newer")
    print(f"building livekit-server {VERSION}: some minutes, once", flush=True)
    source = _fetch(go)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        built = Path(folder) / BUILT.name
        _run([go, "build", "-ldflags=-s -w", "-o", str(built), "./cmd/server"], source)
        # In one step: an interrupted build leaves nothing that looks like a server.
        built.replace(BUILT)


def _version(go: str) -> tuple[int, ...]:
    # In the root folder, where no go.mod asks for another version.
    version = _GO.search(_run([go, "env", "GOVERSION"], Path("/")))
    return tuple(map(int, version.groups())) if version else (0, 0)


def _fetch(go: str) -> Path:
    # `go install` would do for a module without `replace` only, and would take whatever is served.
    told = json.loads(_run([go, "mod", "download", "-json", f"{MODULE}@{VERSION}"], Path("/")))
    if told["Sum"] != SUM:
        raise CannotRunError(f"{MODULE} {VERSION} is not what it was: its checksum differs from the pinned one")
    return Path(told["Dir"])


def _run(words: list[str], folder: Path) -> str:
    # Neither flags nor a workspace of the person who builds; and no C compiler is needed.
    ours = {"GOFLAGS": "-mod=readonly -trimpath", "GOWORK": "off", "CGO_ENABLED": "0"}
    done = subprocess.run(words, cwd=folder, env=os.environ | ours, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["go failed"]
        raise CannotRunError(f"livekit-server was not built: {said[-1]}")
    return done.stdout


if __name__ == "__main__":
    main()
