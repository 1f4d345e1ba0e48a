"""LiveKit's own server as a process, for whatever only it can judge: tracks, messages, and what a token opens."""

from __future__ import annotations

import http.client
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from tools.livekit import HOST, CannotRunError, LiveKit, server

PATIENCE = 30
"""Seconds that a start may take on a busy machine; it is less than one on an idle one."""


@dataclass(frozen=True, slots=True)
class LiveKitServer:
    """A running server.

    Attributes:
        url: Where it is, `ws://127.0.0.1:PORT`.
    """

    url: str
    api_key: str
    api_secret: str

    @property
    def variables(self) -> dict[str, str]:
        """What `make run` takes to use it."""
        return {"LIVEKIT_URL": self.url, "LIVEKIT_API_KEY": self.api_key, "LIVEKIT_API_SECRET": self.api_secret}

    @property
    def http_url(self) -> str:
        """Where its RoomService is."""
        return self.url.replace("ws://", "http://", 1)


@contextmanager
def running_livekit(webhook_url: str = "") -> Iterator[LiveKitServer]:
    """One of our own, with no rooms, which tells nobody or a URL who comes and goes.

    Where it cannot run the test is skipped, in CI it fails.
    """
    livekit = LiveKit.on(0, webhook_url=webhook_url)
    try:
        program = server()
    except CannotRunError as error:
        if os.environ.get("CI"):
            pytest.fail(f"{error}, and CI leaves nothing out")
        pytest.skip(str(error))
    with subprocess.Popen(
        [program], env=livekit.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_until_ready(process, livekit.port)
            yield LiveKitServer(livekit.variables["LIVEKIT_URL"], livekit.api_key, livekit.api_secret)
        finally:
            # It would wait for everybody to leave.
            process.kill()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
            connection.request("GET", "/")
            connection.getresponse()
            connection.close()
            return
        time.sleep(0.05)
    raise AssertionError("LiveKit does not answer")
