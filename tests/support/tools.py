"""Programs that some tests need and some machines lack."""

from __future__ import annotations

import os
import shutil

import pytest


def find_tool(name: str) -> str:
    """The path of a program; where it is missing the test is skipped, in CI it fails: nothing is left out there."""
    path = shutil.which(name)
    if path:
        return path
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed, and CI leaves nothing out")
    pytest.skip(f"{name} is not installed")
