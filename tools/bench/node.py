"""The peers in Node.js: handlers, and LiveKit's reference token server, livekit-server-sdk in a plain `http` server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.bench.errors import NodeMissingError
from tools.bench.instance import Sample, sample
from tools.bench.server_process import Server, serving

SOURCE = Path(__file__).with_name("peers") / "node"

_INSTALL = ("install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")


@dataclass(frozen=True, slots=True)
class NodeInstance:
    """A handler that is started anew for each sample."""

    program: str
    folder: Path
    handler: str
    environment: Mapping[str, str]

    def run(self, event: Mapping[str, Any], status: int, *, blocks: int = 0, requests: int = 0) -> Sample:
        """As `Instance.run`.

        Raises:
            InstanceFailedError: the handler cannot be imported, or an answer has another status.
        """
        job = {"handler": self.handler, "event": event, "blocks": blocks, "requests": requests}
        command = [self.program, str(self.folder / "child.mjs"), json.dumps(job)]
        return sample(command, _variables(self.environment), status, (self.handler,))


@dataclass(frozen=True, slots=True)
class NodePeer:
    """The installed peers."""

    program: str
    folder: Path

    def instance(self, handler: str, environment: Mapping[str, str]) -> NodeInstance:
        """A handler, by its module and name."""
        return NodeInstance(self.program, self.folder, handler, environment)

    def served(self, environment: Mapping[str, str]) -> AbstractContextManager[Server]:
        """The server, ended when the block is left.

        Raises:
            InstanceFailedError: it does not start.
        """
        return serving([self.program, str(self.folder / "server.js")], _variables(environment))


def ship_node(folder: Path) -> NodePeer:
    """Installs the peers into a new folder.

    Raises:
        NodeMissingError: Node.js or npm is not there, or npm could not install.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        raise NodeMissingError(f"{'npm' if node else 'node'} was not found")
    shutil.copytree(SOURCE, folder)
    command = [npm, *_INSTALL, "--engine-strict", "--prefix", str(folder)]
    if subprocess.run(command, check=False, capture_output=True, env=os.environ | {"NO_COLOR": "1"}).returncode:
        raise NodeMissingError("npm could not install what the peers need")
    return NodePeer(node, folder)


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    return {"NODE_ENV": "production", "TZ": "UTC"} | dict(environment)
