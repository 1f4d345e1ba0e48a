"""Servers of `make bench`: how they are started, asked and believed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping

import pytest

from tools.bench.errors import InstanceFailedError
from tools.bench.server_process import Request, serving
from tools.bench.traffic import TURN_REQUESTS, TURNS, Contender, take_turns

SERVER = """
import http.server, os, time

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self):
        self.answer(200, str(time.process_time()).encode())

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.answer(int(os.environ["STATUS"]), b"{}")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
EVENT = {
    "rawPath": "/api/livekit-token",
    "headers": {"authorization": "Bearer key", "content-type": "application/json", "host": "example.com"},
    "requestContext": {"http": {"method": "POST"}},
    "body": "{}",
}


def _command(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def _environment(status: int) -> Mapping[str, str]:
    return os.environ | {"STATUS": str(status)}


def test_every_server_has_its_turns() -> None:
    """Each of them answers as many requests, and says what they cost if it can."""
    request = Request.of(EVENT, 201)
    with serving(_command(SERVER), _environment(201)) as one, serving(_command(SERVER), _environment(201)) as other:
        traffic = take_turns({"one": Contender(one, request), "other": Contender(other, request, tells_cpu=False)})
    assert {name: len(each.seconds) for name, each in traffic.items()} == dict.fromkeys(
        ("one", "other"), TURNS * TURN_REQUESTS
    )
    assert traffic["one"].cpu > 0
    # Not a number is no number, not even itself.
    assert traffic["other"].cpu != traffic["other"].cpu


def test_another_status_is_no_measurement() -> None:
    """A server that refuses is not measured as a fast one."""
    with (
        serving(_command(SERVER), _environment(401)) as server,
        server.client(Request.of(EVENT, 201)) as client,
        pytest.raises(InstanceFailedError, match="401, not 201"),
    ):
        client.ask()


def test_server_that_does_not_start_says_why() -> None:
    """What it wrote on standard error is in the message."""
    with pytest.raises(InstanceFailedError, match="no such thing"), serving(_command("exit('no such thing')"), {}):
        pass


def test_request_is_the_one_of_the_event() -> None:
    """Method, path, credential and body are the event's; headers that a client sets itself are not taken over."""
    request = Request.of(EVENT, 201)
    assert (request.method, request.path, json.loads(request.body)) == ("POST", "/api/livekit-token", {})
    assert set(request.headers) == {"authorization", "content-type"}
