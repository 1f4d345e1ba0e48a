"""Rotates the signing secret again and again, each time in a process of its own, and kills some of these."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping

from tools.soak.haste import RULES
from tools.soak.rotation import AGAIN, DONE

KILLED_AFTER = ("", "create", "test", "", "finish")
"""After which step a rotation is killed once, one rotation after the other; after none where it is empty."""

KILLED = -signal.SIGKILL

_BREATH = 0.2


class Rotations(threading.Thread):
    """What Secrets Manager does on a schedule, in a hurry."""

    def __init__(self, values: Mapping[str, str], over: threading.Event) -> None:
        super().__init__()
        self.killed = 0
        self.given_up = 0
        self._published = 0.0
        self._kids = {values["SIGNING_KID"]}
        self._environment = {**os.environ, **values}
        self._over = over

    @property
    def done(self) -> int:
        """How often another key has taken over."""
        return len(self._kids) - 1

    def run(self) -> None:
        """Rotates until it is over."""
        for killed_after in itertools.cycle(KILLED_AFTER):
            self._rotate(killed_after)
            if self._over.wait(self._published + RULES.publication - time.monotonic()):
                break

    def _rotate(self, killed_after: str) -> None:
        version = str(uuid.uuid4())
        while (status := self._process(version, killed_after)) != DONE and not self._over.wait(_BREATH):
            if status == KILLED:
                killed_after = ""
            elif status != AGAIN:
                self.given_up += 1
                version = str(uuid.uuid4())

    def _process(self, version: str, killed_after: str) -> int:
        command = [sys.executable, "-m", "tools.soak.rotation", version]
        with subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            for line in process.stderr or ():
                step, kid = line.split()
                if step == "create":
                    self._published = time.monotonic()
                if step == "finish":
                    self._kids.add(kid)
                if step == killed_after:
                    process.kill()
                    self.killed += 1
            return process.wait()
