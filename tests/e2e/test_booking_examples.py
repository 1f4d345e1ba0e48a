"""The README of examples/bookings, pasted command by command by somebody who has just started `make run`."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.support.example_runs import EXAMPLES, ROOT
from tests.support.pasted import commands_of, paste
from tests.support.service import Service, running_service

README = EXAMPLES / "bookings" / "README.md"
QUIET_SECONDS = 2.5
"""For how long nothing is printed when everything has settled."""


def test_every_command_shows_what_the_readme_says(tmp_path: Path) -> None:
    """From the first mail to the last cancellation; and the lines that it shows of the other terminal are true."""
    folder = tmp_path / ".local"
    folder.mkdir()
    for name in ("examples", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    commands = list(commands_of(README))
    assert len(commands) > 15
    with running_service(folder) as service:
        paste(iter(commands), tmp_path, dict(os.environ), lambda: _settle(service))
        told = {line.split(maxsplit=3)[3].partition(" http")[0] for line in _sent(service)}
        assert told >= _shown()


def _shown() -> set[str]:
    lines = README.read_text(encoding="utf-8").splitlines()
    shown = {line.split(maxsplit=3)[3].partition(" http")[0] for line in lines if line[2:3] == line[5:6] == ":"}
    assert len(shown) > 6
    return shown


def _sent(service: Service) -> list[str]:
    return [line for line in service.printed().splitlines() if " event  " in line or " mail  " in line]


def _settle(service: Service) -> None:
    deadline = time.monotonic() + 60
    printed, since = service.printed(), time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - since < QUIET_SECONDS:
        time.sleep(0.1)
        if service.printed() != printed:
            printed, since = service.printed(), time.monotonic()
