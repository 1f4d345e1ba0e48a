"""A web server of the bench as a process of its own, and a client with one connection to it."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from tempfile import TemporaryFile
from typing import Any

from tools.bench.errors import InstanceFailedError

_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked over HTTP, every time, and the status of every answer."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int

    @classmethod
    def of(cls, event: Mapping[str, Any], status: int) -> Request:
        """The request that becomes an event of API Gateway."""
        named = {name: event["headers"][name] for name in ("authorization", "content-type")}
        return cls(event["requestContext"]["http"]["method"], event["rawPath"], named, event["body"].encode(), status)


class Client:
    """One connection."""

    def __init__(self, connection: http.client.HTTPConnection, request: Request) -> None:
        self._connection = connection
        self._request = request

    def ask(self) -> float:
        """Asks once and returns the seconds until the answer was read.

        Raises:
            InstanceFailedError: the answer has another status.
        """
        request = self._request
        started = time.perf_counter()
        self._connection.request(request.method, request.path, request.body, dict(request.headers))
        response = self._connection.getresponse()
        response.read()
        seconds = time.perf_counter() - started
        if response.status != request.status:
            raise InstanceFailedError(f"a server answered {response.status}, not {request.status}")
        return seconds

    def cpu_seconds(self) -> float:
        """What the server says it has used of the processor, user and system."""
        self._connection.request("GET", "/cpu")
        response = self._connection.getresponse()
        if response.status != HTTPStatus.OK:
            raise InstanceFailedError(f"a server answered {response.status} for its CPU")
        return float(json.loads(response.read()))


@dataclass(frozen=True, slots=True)
class Server:
    """A server on a port of loopback."""

    port: int

    @contextmanager
    def client(self, request: Request) -> Iterator[Client]:
        """A client of it."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT)) as connection:
            yield Client(connection, request)


@contextmanager
def serving(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Server]:
    """Starts a server whose first line is its port, and ends it when the block is left.

    Raises:
        InstanceFailedError: it ended before.
    """
    with (
        TemporaryFile("w+") as errors,
        subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                process.wait()
                errors.seek(0)
                raise InstanceFailedError(f"a server did not start: {errors.read().strip()}")
            yield Server(int(line))
        finally:
            process.kill()
