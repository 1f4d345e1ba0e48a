"""AWS on this machine, and everything that is asked of it: counted as HTTP requests, in front of moto's application."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock, Thread
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from tools.cost.usage import Usage, usage_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Wire:
    """A WSGI application that counts what reaches the one behind it."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._lock = Lock()
        self._usage = Usage()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Passes a request on, one at a time: moto looks at a condition and writes in two steps."""
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(sent)
        headers = {
            name: environ[variable]
            for name, variable in (("authorization", "HTTP_AUTHORIZATION"), ("x-amz-target", "HTTP_X_AMZ_TARGET"))
            if variable in environ
        }
        with self._lock:
            answered = b"".join(self._app(environ, start_response))
            self._usage += usage_of(headers, environ["REQUEST_METHOD"], sent, answered)
        return [answered]

    def taken(self) -> Usage:
        """What was asked since the last time."""
        with self._lock:
            usage, self._usage = self._usage, Usage()
        return usage


@contextmanager
def counted_aws() -> Iterator[tuple[Wire, str]]:
    """A server of moto's on a free port of loopback; what is asked of it, and its URL."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    wire = Wire(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, wire, threaded=True, request_handler=MotoRequestHandler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield wire, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
