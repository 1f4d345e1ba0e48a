"""The LiveKit example, installed and started as its README tells its reader to."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.support.example_runs import EXAMPLES, ROOT, install_from_npm
from tests.support.page_backend import page_backend

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

EXAMPLE = EXAMPLES / "livekit"
CLIENT = "node_modules/livekit-client/dist/livekit-client.esm.mjs"


def installed_example() -> Path:
    """A copy of the example outside its own folder, with livekit-client; npm is run only for another version of it."""
    folder = ROOT / ".local" / "examples-livekit"
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    install_from_npm(EXAMPLE / "package.json", "livekit-client", folder)
    return folder


def livekit_page(base_url: str, api_key: str) -> AbstractContextManager[str]:
    """Serve the page on a free port, and give its address."""
    return page_backend(base_url, api_key, installed_example())
