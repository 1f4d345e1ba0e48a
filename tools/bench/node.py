"""The peer in Node.js: LiveKit's reference token server, livekit-server-sdk in a plain `http` server."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tools.bench.errors import NodeMissingError
from tools.bench.server_process import Request, Server, serving

SOURCE = Path(__file__).with_name("peers") / "node"

_INSTALL = ("install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")


@dataclass(frozen=True, slots=True)
class Start:
    """What it took from the start of the process to the first answer, in seconds."""

    cpu: float
    elapsed: float


@dataclass(frozen=True, slots=True)
class NodePeer:
    """The installed peer."""

    program: str
    folder: Path

    def served(self, environment: Mapping[str, str]) -> AbstractContextManager[Server]:
        """The server, ended when the block is left.

        Raises:
            InstanceFailedError: it does not start.
        """
        variables = {"NODE_ENV": "production", "TZ": "UTC"} | dict(environment)
        return serving([self.program, str(self.folder / "server.js")], variables)

    def start(self, environment: Mapping[str, str], request: Request) -> Start:
        """Starts the server, asks it once and ends it.

        Raises:
            InstanceFailedError: it does not start, or the answer has another status.
        """
        started = time.perf_counter()
        with self.served(environment) as server, server.client(request) as client:
            client.ask()
            elapsed = time.perf_counter() - started
            return Start(client.cpu_seconds(), elapsed)


def ship_node(folder: Path) -> NodePeer:
    """Installs the peer into a new folder.

    Raises:
        NodeMissingError: Node.js or npm is not there, or npm could not install.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        raise NodeMissingError(f"{'npm' if node else 'node'} was not found")
    shutil.copytree(SOURCE, folder)
    command = [npm, *_INSTALL, "--engine-strict", "--prefix", str(folder)]
    if subprocess.run(command, check=False, capture_output=True, env=os.environ | {"NO_COLOR": "1"}).returncode:
        raise NodeMissingError("npm could not install livekit-server-sdk")
    return NodePeer(node, folder)
