"""Servers that a doctor asks: an API with a clock of its own, and a LiveKit server that knows one key."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET

LIST_ROOMS = "/twirp/livekit.RoomService/ListRooms"


class _Handler(BaseHTTPRequestHandler):
    date: float
    status: int

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
            claims = jwt.decode(
                token, LIVEKIT_SECRET, ["HS256"], issuer=LIVEKIT_KEY, options={"verify_exp": False, "verify_nbf": False}
            )
        except jwt.PyJWTError:
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
def server(*, date: float, status: int = 200) -> Iterator[str]:
    """A server that takes itself to live at a date, and answers GET by a status; gives its `host:port`."""
    handler = type("Handler", (_Handler,), {"date": date, "status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()
