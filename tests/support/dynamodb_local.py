"""DynamoDB Local as a process, for whatever relies on conditional writes: moto's are not atomic."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tools.dynamodb import CannotRunError, command

HOST = "127.0.0.1"
PATIENCE = 30
"""Seconds that a start may take on a busy machine; it is about one on an idle one."""


@contextmanager
def running_dynamodb() -> Iterator[str]:
    """The URL of one of our own, empty at first; where it cannot run the test is skipped, in CI it fails."""
    port = _free_port()
    try:
        words = command(port)
    except CannotRunError as error:
        if os.environ.get("CI"):
            pytest.fail(f"{error}, and CI leaves nothing out")
        pytest.skip(str(error))
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_ready(process, port)
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


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
    raise AssertionError("DynamoDB Local does not answer")
