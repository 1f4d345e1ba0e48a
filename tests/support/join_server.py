"""The function `join` behind the local gateway, over a test's world and clock, and a stand-in for the web client."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from io import BytesIO
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from local.gateway import Gateway
from local.routes import Routes
from local.server import application
from tests.support.upstream import LOOPBACK, Answer, Received, Upstream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from local.request_log import Entry
    from tests.support.world import World

ROUTES = [
    ("join", method, path)
    for method, path in (
        ("GET", "/join/{code}"),
        ("HEAD", "/join/{code}"),
        ("POST", "/join/{code}"),
        ("GET", "/join/{code}/calendar.ics"),
    )
]
SPACE_PAGE = b"<!doctype html><html lang=en><title>space</title><h1>The space</h1>"


class _Function:
    """The handler, called in this process, one event after the other."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._turn = threading.Lock()

    def invoke(self, event: dict[str, Any], request_id: str) -> object:
        """Gives the event to the handler."""
        del request_id
        with self._turn:
            return self._world.invoke("join", event)


class _Server(ThreadingMixIn, WSGIServer):
    # Browsers open connections on which they send nothing.
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        """Say what the gateway's own server does: the target as it came, and where the body ends."""
        length = int(self.headers.get("Content-Length", "0"))
        return super().get_environ() | {"REQUEST_URI": self.path, "join.body": self.rfile.read(length)}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the path is a code."""


@contextmanager
def served(world: World) -> Iterator[tuple[str, list[Entry]]]:
    """Serve links; their addresses begin with what is given, and every request leaves an entry."""
    entries: list[Entry] = []
    serve = application(Gateway(Routes(ROUTES), {"join": _Function(world)}, entries.append).answer)

    def with_body(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return serve(environ | {"wsgi.input": BytesIO(environ["join.body"])}, start_response)

    with make_server(LOOPBACK, 0, with_body, _Server, _Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}", entries
        finally:
            server.shutdown()


@contextmanager
def web_client() -> Iterator[str]:
    """A page at another origin, where people are sent on to."""
    with Upstream(_space_page) as upstream:
        yield upstream.url


def _space_page(_request: Received, _upstream: Upstream) -> Answer:
    return Answer(200, SPACE_PAGE, {"Content-Type": "text/html"})
