"""The installed `vocespace`, on a service that runs in some folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).parent / "vocespace"


def vocespace(folder: Path, *arguments: str, code: int = 0) -> Any:  # noqa: ANN401 - whatever it answers
    """What a command answers with --json, once it has ended with this exit code."""
    done = subprocess.run(
        [str(COMMAND), *arguments, "--json"],
        env={"PATH": os.environ["PATH"], "LOCAL_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)
