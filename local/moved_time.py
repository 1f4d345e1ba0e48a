"""`.local/clock`: by how many seconds the time of a run is ahead of the machine's. `vocespace local advance` moves it.

All that tells the time here goes by it: the functions, the schedules, and the parts of moto where something waits.
"""

from __future__ import annotations

import os
from pathlib import Path

from moto.events import models as moto_events
from moto.sqs import models as moto_sqs

from vocespace.clock import Clock


def path_in(folder: Path) -> Path:
    """Where the file is."""
    return folder / "clock"


def start(folder: Path) -> Path:
    """Writes the file anew: nothing is moved yet."""
    file = path_in(folder)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write("0\n")
    return file


def lead_moto(clock: Clock) -> None:
    """Lets moto's SQS and EventBridge go by a clock.

    They have no clock that could be handed to them, and what a queue holds back comes out by the time that they read.
    """
    for models in (moto_sqs, moto_events):
        vars(models).update(unix_time=clock.time, unix_time_millis=lambda: clock.time() * 1000)
