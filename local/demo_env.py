"""`.local/demo.env`: what a script needs to call the running service; it is there exactly while that answers."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path


def path_in(folder: Path) -> Path:
    """Where the file is."""
    return folder / "demo.env"


def write(folder: Path, values: Mapping[str, str]) -> None:
    """Writes the file in one step, readable by its owner only; a shell can source it."""
    lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".demo.env.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(lines)
    Path(temporary).replace(path_in(folder))


def read(folder: Path) -> dict[str, str]:
    """Reads the file back.

    Raises:
        FileNotFoundError: the service is not ready.
    """
    pairs = (line.partition("=") for line in path_in(folder).read_text(encoding="utf-8").splitlines())
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}


def remove(folder: Path) -> None:
    """Removes the file, or what an earlier run left of it."""
    path_in(folder).unlink(missing_ok=True)
