"""What `sam build` has made, for `sam local`: in Lambda's container, against moto on this machine.

SAM CLI gives a function only those variables that its template names, and AWS_ENDPOINT_URL is none of them, nor does it
know the table and the secrets. So the built template is written once more, with the variables of a deployment in it.
"""

from __future__ import annotations

import ipaddress
import json
import os
import platform
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from local import stack
from local.cloud import ENVIRONMENT, start_cloud
from local.demo import Demo, make_demo
from local.intrinsics import Tree, load
from local.options import ROOT, Options
from local.stack import Stack

BUILD = ROOT / ".aws-sam" / "build"
TEMPLATE = BUILD / "sam-local.json"
SAM = (str(ROOT / ".venv" / "sam" / "bin" / "python"), "-m", "samcli", "local")
# What Docker Desktop calls the machine that it runs on, and what containers of this tool are told elsewhere.
HOST = "host.docker.internal"


class EngineMissingError(Exception):
    """There is no container engine, or none that answers."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The stack as containers see it.

    Attributes:
        stack: The table and the secrets, filled as `make run` fills them.
        endpoint: Where AWS is, seen from this machine.
    """

    stack: Stack
    demo: Demo
    endpoint: str
    _options: tuple[str, ...]

    def command(self, verb: str, *arguments: str) -> list[str]:
        """`sam local <verb>` for this deployment."""
        return [*SAM, verb, "--template", str(TEMPLATE), *self._options, *arguments]

    def environment(self) -> dict[str, str]:
        """The environment of that command: no variable of the developer's own gets through to a function."""
        kept = {
            name: value for name, value in os.environ.items() if name.startswith("DOCKER_") or name in {"HOME", "PATH"}
        }
        # SAM CLI asks STS whose account it is; where there is none it would wait for an answer at every start.
        return kept | ENVIRONMENT | {"AWS_ENDPOINT_URL_STS": self.endpoint, "SAM_CLI_TELEMETRY": "0"}


@contextmanager
def deployed(**parameters: str) -> Iterator[Deployment]:
    """Makes a deployment of what was built, with template parameters other than those of `make run`.

    Raises:
        EngineMissingError: no container could run.
        FileNotFoundError: nothing was built.
    """
    document = load((BUILD / "template.yaml").read_text(encoding="utf-8"))
    options = Options.from_environment(parameters, document["Parameters"])
    address, sam_options = _reachable_address()
    cloud = start_cloud(address)
    demo = make_demo(options.livekit, now=int(time.time()))
    made = stack.create(document, options.parameters, cloud, demo)
    try:
        _write_template(document, options.parameters, made, f"http://{HOST}:{urlsplit(cloud.endpoint).port}")
        yield Deployment(made, demo, cloud.endpoint, (*sam_options, *_image_options(document)))
    finally:
        TEMPLATE.unlink(missing_ok=True)


def _write_template(document: Tree, parameters: Mapping[str, str], made: Stack, endpoint: str) -> None:
    # What a function has of layers depends on them, too.
    for name, value in parameters.items():
        document["Parameters"][name]["Default"] = value
    for function in made.template.functions():
        variables = function.environment | {"AWS_ENDPOINT_URL": endpoint}
        document["Resources"][function.logical_id]["Properties"]["Environment"] = {"Variables": variables}
    document["Parameters"]["Architecture"]["Default"] = _architecture()
    TEMPLATE.write_text(json.dumps(document), encoding="utf-8")


def _reachable_address() -> tuple[str, tuple[str, ...]]:
    # On Linux containers reach this machine at their bridge's gateway; Docker Desktop forwards them to loopback.
    networks = json.loads(_docker("network", "inspect", "bridge"))
    config = networks[0]["IPAM"]["Config"][0]
    gateway = config.get("Gateway") or str(next(ipaddress.ip_network(config["Subnet"]).hosts()))
    with suppress(OSError), socket.socket() as probe:
        probe.bind((gateway, 0))
        return gateway, ("--add-host", f"{HOST}:{gateway}")
    return "127.0.0.1", ()


def _image_options(document: Tree) -> tuple[str, ...]:
    runtime: str = document["Globals"]["Function"]["Runtime"]
    image = f"public.ecr.aws/lambda/{runtime.replace('python', 'python:')}-{_architecture()}"
    try:
        _docker("image", "inspect", image)
    except EngineMissingError:
        return ()
    return ("--skip-pull-image",)


def _architecture() -> str:
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def _docker(*arguments: str) -> str:
    docker = shutil.which("docker")
    if docker is None:
        raise EngineMissingError("docker is not installed")
    answer = subprocess.run([docker, *arguments], check=False, capture_output=True, text=True)
    if answer.returncode:
        raise EngineMissingError(answer.stderr.strip() or f"docker {arguments[0]} failed")
    return answer.stdout
