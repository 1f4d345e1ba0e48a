"""The web server: waitress on loopback, in front of the gateway and the stand-in page."""

from __future__ import annotations

import logging
import signal
import socket
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from waitress.server import create_server

from local import client_page
from local.gateway import MAX_BODY
from local.messages import Answer, Request
from local.options import CannotStartError
from local.request_log import Entry

if TYPE_CHECKING:
    from types import FrameType

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
THREADS = 32
"""How many requests may wait for an instance at once."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listen(port: int) -> socket.socket:
    """Takes the port, so that nobody else does while the rest starts.

    Raises:
        CannotStartError: somebody has it.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise CannotStartError(f"port {port}: {error.strerror}; choose another with PORT=, or PORT=0") from None
    return listener


def with_client_page(answer: Callable[[Request], Answer], log: Callable[[Entry], None]) -> Callable[[Request], Answer]:
    """Puts the page that stands in for the web client beside the API."""

    def answer_both(request: Request) -> Answer:
        if not request.path.startswith(client_page.PREFIX):
            return answer(request)
        started = time.perf_counter()
        page = client_page.page_for(request)
        milliseconds = (time.perf_counter() - started) * 1000
        log(Entry(request.method, f"{client_page.PREFIX}{{space}}", page.status, milliseconds, "stand-in page"))
        return page

    return answer_both


def application(answer: Callable[[Request], Answer]) -> WSGIApplication:
    """What a WSGI server calls."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request.from_wsgi(environ)
        return answer(request).send(start_response, method=request.method)

    return serve


def serve(
    app: WSGIApplication, listener: socket.socket, *, when_ready: Callable[[], None], on_stop: Callable[[], None]
) -> None:
    """Serves until SIGINT or SIGTERM.

    Args:
        app: What answers.
        listener: The socket to serve on.
        when_ready: Called once connections are taken.
        on_stop: Called at the signal; it must set free whatever the requests on their way wait for.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident="",
        # Above what the gateway refuses in its own words.
        max_request_body_size=2 * MAX_BODY,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=False,
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        ignore_stop_signals()
        on_stop()
        # Waitress ends its loop and its threads on this one.
        raise KeyboardInterrupt

    for each in STOP_SIGNALS:
        signal.signal(each, stop)
    try:
        when_ready()
        server.run()
    finally:
        server.close()


def ignore_stop_signals() -> None:
    """Lets nothing interrupt the clearing up."""
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
