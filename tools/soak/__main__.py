"""`python -m tools.soak`: for SECONDS, and its last line says what came of it."""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.support.load import Tally
from tests.support.outage import Outage
from tests.support.service import running_service
from tools.soak.haste import FASTER_BY, TOKEN_SECONDS
from tools.soak.rotations import Rotations
from tools.soak.visitors import Links, Visitor

VISITORS = 6
GOOD_TIMES = 3.0
SILENT, HANGING_UP = 1.2, 2.0
"""How long outages last, in seconds: together with the soft TTL, less than the hard one."""

_SHOWN = 10
_LONG_ENOUGH = 30
"""Seconds after which a key must have taken over."""


def _weather(secrets_manager: Outage, over: threading.Event) -> int:
    outages = 0
    for begin, seconds in itertools.cycle(
        [(secrets_manager.fall_silent, SILENT), (secrets_manager.hang_up, HANGING_UP)]
    ):
        if over.wait(GOOD_TIMES):
            break
        begin()
        outages += 1
        over.wait(seconds)
        secrets_manager.end()
    return outages


def _soak(folder: Path, seconds: float) -> tuple[Tally, Rotations, int]:
    tally, links, over = Tally(), Links(), threading.Event()
    variables = {"SECRETS_AGE_FASTER_BY": str(FASTER_BY), "MaxTtlSeconds": str(TOKEN_SECONDS)}
    with (
        Outage.proxy() as secrets_manager,
        running_service(folder, SECRETS_MANAGER_URL=secrets_manager.url, **variables) as service,
    ):
        secrets_manager.target = service.values["AWS_ENDPOINT_URL"]
        secrets_manager.end()
        until = time.monotonic() + seconds
        rotations = Rotations(service.values, over)
        visitors = [Visitor(service.values, number, until, links) for number in range(VISITORS)]
        end = threading.Timer(seconds, over.set)
        for thread in (end, rotations, *visitors):
            thread.start()
        outages = _weather(secrets_manager, over)
        for visitor in visitors:
            visitor.join()
            tally.add(visitor.tally)
        rotations.join()
    return tally, rotations, outages


def main() -> int:
    """Soaks, and tells."""
    seconds = float(os.environ.get("SECONDS") or 60)
    with tempfile.TemporaryDirectory() as folder:
        tally, rotations, outages = _soak(Path(folder), seconds)
    for each in tally.wrong[:_SHOWN]:
        print(each, file=sys.stderr)
    print(", ".join(f"{number} {kind}" for kind, number in sorted(tally.answered.items())))
    print(f"{rotations.killed} rotations killed, {rotations.given_up} begun anew")
    print(
        f"{tally.answered.total()} requests, {len(tally.wrong)} failed, {rotations.done} rotations, {outages} outages",
        flush=True,
    )
    rotated = rotations.done > 0 or seconds < _LONG_ENOUGH
    return 0 if rotated and not tally.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
