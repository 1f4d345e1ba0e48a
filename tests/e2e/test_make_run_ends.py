"""How `make run` starts, refuses to start, and ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from local import demo_env
from local.options import ROOT
from tests.support.processes import family_of, is_alive
from tests.support.service import PATIENCE, launched, running_service

IN_TIME = 2
"""Seconds that the end may take."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, or a supervisor's SIGTERM: status 0 within two seconds, no traceback, nothing left behind."""
    with running_service(tmp_path) as service:
        requests.get(f"{service.values['BASE_URL']}/healthz", timeout=10)
        family = family_of(service.process.pid)
        started = time.monotonic()

        status = service.stop(number)

        assert (status, time.monotonic() - started < IN_TIME) == (0, True)
        assert len(family) > 2
        assert [pid for pid in family if is_alive(pid)] == []
        assert not demo_env.path_in(tmp_path).exists()
        assert service.printed().splitlines()[-1] == "stopped"
        assert "Traceback" not in service.printed()


def test_request_on_its_way_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """A function that waits for a silent upstream is cut off, and the end takes no longer for it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        upstream = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with running_service(tmp_path, ConnectionProvider="vocespace", VoceSpaceUrl=upstream) as service:
            now = int(time.time())
            person = {"id": "u", "username": "U", "space": "s", "iat": now, "exp": now + 60}
            address = f"{service.values['BASE_URL']}/api/connection-details"

            def ask() -> None:
                with suppress(requests.ConnectionError):
                    requests.post(address, json=person, timeout=PATIENCE)

            asking = threading.Thread(target=ask)
            asking.start()
            with silent.accept()[0]:
                started = time.monotonic()
                assert service.stop() == 0
                assert time.monotonic() - started < IN_TIME
                asking.join()


def test_gateway_that_is_killed_leaves_no_instance(tmp_path: Path) -> None:
    """Even where nothing can be cleared up, no process stays."""
    with running_service(tmp_path) as service:
        instances = set(family_of(service.process.pid)) - {service.process.pid}

        service.stop(signal.SIGKILL)

        deadline = time.monotonic() + PATIENCE
        while any(map(is_alive, instances)) and time.monotonic() < deadline:
            pass
        assert instances
        assert not any(map(is_alive, instances))


def _refusal(folder: Path, **variables: str) -> tuple[int, list[str]]:
    with launched(folder, **variables) as process:
        status = process.wait(PATIENCE)
    return status, (folder / "terminal.txt").read_text().splitlines()


def test_used_port_is_told_in_one_line(tmp_path: Path) -> None:
    """The second of two services on one port says what to do, and takes nothing from the first."""
    demo_env.write(tmp_path, {"BASE_URL": "of the first"})
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]

        status, lines = _refusal(tmp_path, PORT=str(port))

    assert (status, len(lines)) == (1, 1)
    assert lines[0].startswith(f"cannot start: port {port}: Address already in use")
    assert demo_env.read(tmp_path) == {"BASE_URL": "of the first"}


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PORT": "http"}, "PORT must be a number"),
        ({"GuestAccess": "yes"}, "GuestAccess must be one of true, false"),
        ({"ConnectionProvider": "vocespace"}, "ConnectionProvider vocespace needs VoceSpaceUrl"),
        ({"LIVEKIT_API_KEY": "devkey"}, "LIVEKIT_API_SECRET"),
        ({"LIVEKIT_URL": "localhost:7880"}, "LIVEKIT_URL"),
        ({"LOCAL_DIR": os.devnull}, "cannot be used"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(tmp_path: Path, variables: dict[str, str], words: str) -> None:
    """A wrong variable ends the start with a sentence that names it."""
    status, lines = _refusal(tmp_path, **variables)

    assert (status, len(lines)) == (1, 1)
    assert lines[0].startswith("cannot start: ")
    assert words in lines[0]


def test_values_of_an_earlier_run_are_gone_before_anything_can_read_them(tmp_path: Path) -> None:
    """A start that fails leaves no demo.env of a service that is no more."""
    demo_env.write(tmp_path, {"BASE_URL": "of a run that crashed"})

    status, _ = _refusal(tmp_path, GuestAccess="yes")

    assert status == 1
    assert not demo_env.path_in(tmp_path).exists()


def test_ctrl_c_at_the_terminal_ends_make_run(tmp_path: Path) -> None:
    """Ctrl-C reaches make and all that it started at once, and still everything ends in order."""
    environment = os.environ | {"PORT": "0", "LOCAL_DIR": str(tmp_path)}
    with subprocess.Popen(
        ["make", "run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A group of its own, as a shell gives to what it runs in the foreground.
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        address = next(line.split()[3] for line in lines if line.startswith("VoceSpace Connect serves"))
        health = requests.get(f"{address}/healthz", timeout=10).json()
        family = family_of(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stdout.read()

    assert health == {"status": "ok"}
    assert "stopped" in rest
    assert "Traceback" not in rest
    assert [pid for pid in family if is_alive(pid)] == []
