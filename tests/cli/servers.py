"""Servers that a doctor asks: an API with a clock of its own, and a LiveKit server that knows its keys."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET

LIVEKIT_KEYS = {LIVEKIT_KEY: LIVEKIT_SECRET}
LIST_ROOMS = "/twirp/livekit.RoomService/ListRooms"


class _Handler(BaseHTTPRequestHandler):
    date: float
    status: int
    keys: Mapping[str, str]

    def do_GET(self) -> None:
        self._answer(self.status, {"status": "ok"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer(200 if self._is_allowed() else 401, {"rooms": [{"name": "a"}, {"name": "b"}]})

    def date_time_string(self, timestamp: float | None = None) -> str:
        assert timestamp is None
        return formatdate(self.date, usegmt=True)

    def log_message(self, *_: object) -> None:
        pass

    def _is_allowed(self) -> bool:
        token = self.headers["authorization"].removeprefix("Bearer ")
        try:
            key = self.keys[jwt.decode(token, options={"verify_signature": False})["iss"]]
            claims = jwt.decode(token, key, ["HS256"], options={"verify_exp": False, "verify_nbf": False})
        except (jwt.PyJWTError, KeyError):
            return False
        return self.path == LIST_ROOMS and claims["video"] == {"roomList": True}

    def _answer(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def server(*, date: float, status: int = 200, keys: Mapping[str, str] = LIVEKIT_KEYS) -> Iterator[str]:
    """A server that takes itself to live at a date, answers GET by a status, and knows keys; gives its `host:port`."""
    handler = type("Handler", (_Handler,), {"date": date, "status": status, "keys": keys})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()
