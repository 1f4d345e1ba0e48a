"""The file that tells scripts where the service is."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from local import demo_env

VALUES = {"BASE_URL": "http://127.0.0.1:3000", "SECRET": "a b'c\"$(echo no)\\", "EMPTY": ""}


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Whatever a value holds, it survives."""
    demo_env.write(tmp_path, VALUES)

    assert demo_env.read(tmp_path) == VALUES


def test_a_shell_reads_the_same(tmp_path: Path) -> None:
    """The file can be sourced, and no value is run as a command."""
    demo_env.write(tmp_path, VALUES)

    script = f'. {demo_env.path_in(tmp_path)}; printf "%s" "$SECRET"'
    shown = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)

    assert shown.stdout == VALUES["SECRET"]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """It holds secrets, and nothing else is left beside it."""
    demo_env.write(tmp_path, VALUES)

    assert stat.S_IMODE(demo_env.path_in(tmp_path).stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [demo_env.path_in(tmp_path)]


def test_removing_it_twice_is_no_error(tmp_path: Path) -> None:
    """A stale file goes, a missing one is fine."""
    demo_env.write(tmp_path, VALUES)
    demo_env.remove(tmp_path)
    demo_env.remove(tmp_path)

    with pytest.raises(FileNotFoundError):
        demo_env.read(tmp_path)
