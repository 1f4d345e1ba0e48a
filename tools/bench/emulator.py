"""Lambda's runtime interface emulator, the one that SAM CLI comes with, in a container of the runtime's image."""

from __future__ import annotations

import http.client
import json
import platform
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tools.bench.errors import EmulatorMissingError, InstanceFailedError
from tools.bench.shipping import ARCHITECTURE, ROOT

_RAPID = f".venv/sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{ARCHITECTURE}"
_INVOCATIONS = "/2015-03-31/functions/function/invocations"
_STARTUP_SECONDS = 30.0
_LOOK_AGAIN_AFTER = 0.002


@dataclass(frozen=True, slots=True)
class Emulator:
    """What containers are made of.

    Attributes:
        image: The runtime's image.
        program: The emulator.
    """

    image: str
    program: Path

    @classmethod
    def found(cls, runtime: str) -> Emulator:
        """The emulator for a runtime.

        Raises:
            EmulatorMissingError: it cannot run here.
        """
        if platform.system() != "Linux":
            raise EmulatorMissingError("its containers share this machine's network, which needs Linux")
        program = next(ROOT.glob(_RAPID), None)
        if program is None:
            raise EmulatorMissingError("SAM CLI's aws-lambda-rie was not found")
        image = f"public.ecr.aws/lambda/{runtime.replace('python', 'python:')}-{ARCHITECTURE}"
        _docker("image", "inspect", image)
        return cls(image, program)


@dataclass(frozen=True, slots=True)
class Package:
    """What is run.

    Attributes:
        task: What is to be in /var/task.
        opt: What is to be in /opt.
        handler: Its name.
        environment: Its variables.
    """

    task: Path
    opt: Path
    handler: str
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answers:
    """How long one container took, in seconds.

    Attributes:
        container: From before its start to the first answer.
        first: The first answer alone: the emulator starts the runtime when it is asked.
        later: Each answer after it.
    """

    container: float
    first: float
    later: tuple[float, ...]


def measured(emulator: Emulator, package: Package, event: Mapping[str, Any], status: int, requests: int) -> Answers:
    """Starts a container and asks it as often as said after its first answer.

    Raises:
        EmulatorMissingError: there is no container.
        InstanceFailedError: it does not listen, or an answer has another status.
    """
    payload = json.dumps(event)
    with _created(emulator, package) as (name, port):
        # Not before: how long an engine takes to copy the image's files says nothing about any function.
        started = time.perf_counter()
        _docker("start", name)
        with closing(_connected(port)) as connection:
            first = _ask(connection, payload, status)
            container = time.perf_counter() - started
            later = tuple(_ask(connection, payload, status) for _ in range(requests))
        return Answers(container, first, later)


def merged(folder: Path, *layers: Path) -> Path:
    """Layers in one folder, as Lambda puts them into /opt."""
    folder.mkdir()
    for layer in layers:
        shutil.copytree(layer, folder, dirs_exist_ok=True)
    return folder


@contextmanager
def _created(emulator: Emulator, package: Package) -> Iterator[tuple[str, int]]:
    name, (port, runtime_port) = f"vocespace-bench-{uuid4().hex}", _free_ports()
    mounts = {emulator.program: "/var/rapid/aws-lambda-rie", package.task: "/var/task", package.opt: "/opt"}
    options = ["--network", "host", "--name", name, "--entrypoint", "/var/rapid/aws-lambda-rie"]
    options += [each for path, place in mounts.items() for each in ("--volume", f"{path}:{place}:ro")]
    options += [each for variable in package.environment.items() for each in ("--env", "=".join(variable))]
    addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    addresses += ["--runtime-api-address", f"127.0.0.1:{runtime_port}", "--log-level", "error"]
    try:
        _docker("create", *options, emulator.image, *addresses, "/var/runtime/bootstrap", package.handler)
        yield name, port
    finally:
        with suppress(EmulatorMissingError):
            _docker("rm", "--force", name)


def _free_ports() -> list[int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in (one, other)]


def _connected(port: int) -> http.client.HTTPConnection:
    last = time.monotonic() + _STARTUP_SECONDS
    while time.monotonic() < last:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_STARTUP_SECONDS)
        with suppress(OSError):
            connection.connect()
            return connection
        time.sleep(_LOOK_AGAIN_AFTER)
    raise InstanceFailedError("the emulator does not listen")


def _ask(connection: http.client.HTTPConnection, payload: str, status: int) -> float:
    started = time.perf_counter()
    connection.request("POST", _INVOCATIONS, payload)
    text = connection.getresponse().read()
    seconds = time.perf_counter() - started
    answered = json.loads(text).get("statusCode")
    if answered != status:
        raise InstanceFailedError(f"a function in the emulator answered {answered}, not {status}")
    return seconds


def _docker(*arguments: str) -> None:
    docker = shutil.which("docker")
    if docker is None:
        raise EmulatorMissingError("docker is not installed")
    answer = subprocess.run([docker, *arguments], check=False, capture_output=True, text=True)
    if answer.returncode:
        raise EmulatorMissingError(answer.stderr.strip() or f"docker {arguments[0]} failed")
