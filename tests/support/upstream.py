"""A stand-in VoceSpace server on loopback: it records what it gets and answers as the face it is given tells it to."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

LOOPBACK = "127.0.0.1"
LONGER_THAN_ANY_TIMEOUT = 30.0

RESET_INSTEAD_OF_FIN = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body, an object as every one we send should be."""
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """What a face says: a status, headers, and a body that may come in pieces."""

    status: int
    body: bytes | Iterable[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def answer_json(status: int, value: object) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def answer_text(status: int, text: str) -> Answer:
    """An answer with a text body."""
    return Answer(status, text.encode(), {"Content-Type": "text/plain"})


class Upstream:
    """The stand-in; `face` may be changed between requests, and `expect` also clears what was recorded.

    Args:
        face: How it answers.
        tls: Within which TLS; None: without.
    """

    def __init__(self, face: Face, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self._server = _Server(self, 0)
        self.port = self._server.server_port
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.stopping = threading.Event()
        self.expect(face)

    def expect(self, face: Face, *, resets: int = 0) -> None:
        """Forget the past, answer as `face` from now on, and reset the first `resets` connections."""
        self.face = face
        self.resets = resets
        self.received: list[Received] = []
        self.connections = 0
        self.sent = 0

    def __enter__(self) -> Self:
        """Start to serve."""
        self._serve()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop, and let go of every request that is being kept waiting."""
        self.stopping.set()
        self._stop()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse connections for a while; the port stays ours, so nobody else can answer on it."""
        with self._closed() as placeholder:
            placeholder.bind((LOOPBACK, self.port))
            yield

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Neither accept nor refuse connections for a while: the queue of those not yet accepted is full."""
        with self._closed() as placeholder:
            placeholder.bind((LOOPBACK, self.port))
            placeholder.listen(0)
            with socket.create_connection((LOOPBACK, self.port)):
                yield

    @contextmanager
    def _closed(self) -> Iterator[socket.socket]:
        self._stop()
        try:
            with socket.socket() as placeholder:
                placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                yield placeholder
        finally:
            self._server = _Server(self, self.port)
            self._serve()

    def _serve(self) -> None:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def _stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


Face = Callable[[Received, Upstream], Answer]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, upstream: Upstream, port: int) -> None:
        self.upstream = upstream
        super().__init__((LOOPBACK, port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; its handshake is left to whoever answers it."""
        connection, address = super().get_request()
        tls = self.upstream.tls
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, *where: Any) -> None:  # noqa: ANN401 - as the base class has it
        """Say nothing of what TLS has refused: a client that does not trust us is what some tests are about."""
        if self.upstream.tls is None:
            super().handle_error(*where)

    def verify_request(self, request: socket.socket | tuple[bytes, socket.socket], _client_address: object) -> bool:
        """Count the connection; where a reset is due, make closing it send one."""
        assert isinstance(request, socket.socket)
        self.upstream.connections += 1
        if self.upstream.resets == 0:
            return True
        self.upstream.resets -= 1
        request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_INSTEAD_OF_FIN)
        request.close()
        return False


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: what was asked is in `received`."""

    def _answer(self) -> None:
        upstream = self.server.upstream
        parts = urlsplit(self.path)
        request = Received(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length", "0"))),
        )
        upstream.received.append(request)
        answer = upstream.face(request, upstream)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        # Without a length the body ends where the connection does, which suits a body in pieces too.
        self.end_headers()
        for piece in [answer.body] if isinstance(answer.body, bytes) else answer.body:
            try:
                self.wfile.write(piece)
            except OSError:
                return  # the client has had enough, which is what some faces are for
            upstream.sent += len(piece)
