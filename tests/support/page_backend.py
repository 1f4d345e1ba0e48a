"""The backend of an example's page, started as its reader would start it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.support.example_runs import EXAMPLES, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANNOUNCEMENT = "Open "


@contextmanager
def page_backend(base_url: str, api_key: str, folder: Path = EXAMPLES / "browser") -> Iterator[str]:
    """Serve the page of a folder on a free port, and give its address."""
    env = environment(base_url, api_key, PORT="0")
    command = [sys.executable, str(folder / "backend.py")]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(ANNOUNCEMENT), "the backend ended before it served"
            yield line.removeprefix(ANNOUNCEMENT).strip()
        finally:
            process.terminate()
