"""`python -m tools.livekit`, which `make livekit` runs: LiveKit's server on 127.0.0.1, at PORT or 7880."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from local import demo_env
from tools.livekit import ROOT, CannotRunError, LiveKit, server

DEFAULT_PORT = "7880"


def main() -> NoReturn:
    """Becomes LiveKit's server, or says what is in the way."""
    try:
        livekit = LiveKit.on(_port(os.environ.get("PORT") or DEFAULT_PORT))
        program = server()
    except CannotRunError as error:
        sys.exit(str(error))
    file = _write(Path(os.environ.get("LOCAL_DIR") or ROOT / ".local"), livekit.variables)
    print(
        f"LiveKit serves {livekit.variables['LIVEKIT_URL']} (Ctrl-C ends it); in another terminal: . {file}; make run",
        flush=True,
    )
    os.execve(program, [program], livekit.environment)  # noqa: S606 - a fixed argument list, no shell


def _write(folder: Path, variables: Mapping[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "livekit.env"
    with tempfile.TemporaryDirectory(dir=folder) as made:
        # Exported, for `make run` is a process of its own.
        demo_env.write(Path(made), {f"export {name}": value for name, value in variables.items()})
        demo_env.path_in(Path(made)).replace(file)
    return file


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):  # noqa: PLR2004 - what a port is
        raise CannotRunError("PORT must be a number from 0 to 65535")
    return int(text)


if __name__ == "__main__":
    main()
