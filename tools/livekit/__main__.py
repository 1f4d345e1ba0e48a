"""`python -m tools.livekit`, which `make livekit` runs: LiveKit's server on 127.0.0.1, at PORT or 7880.

Its webhooks go to WEBHOOK_URL, which is where `make run` takes them in unless that, too, has a PORT of its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from local import demo_env
from tools.livekit import HOST, ROOT, CannotRunError, LiveKit, server

DEFAULT_PORT = "7880"
DEFAULT_WEBHOOK_URL = f"http://{HOST}:3000/hooks/livekit"


def main() -> NoReturn:
    """Becomes LiveKit's server, or says what is in the way."""
    try:
        port = _port(os.environ.get("PORT") or DEFAULT_PORT)
        livekit = LiveKit.on(port, webhook_url=os.environ.get("WEBHOOK_URL") or DEFAULT_WEBHOOK_URL)
        program = server()
    except CannotRunError as error:
        sys.exit(str(error))
    file = _write(Path(os.environ.get("LOCAL_DIR") or ROOT / ".local"), livekit.variables)
    print(
        f"LiveKit serves {livekit.variables['LIVEKIT_URL']} (Ctrl-C ends it) and tells {livekit.webhook_url} who comes"
        f" and goes; in another terminal: . {file}; make run",
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
