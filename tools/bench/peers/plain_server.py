"""A handler behind a plain web server: waitress with one thread, which makes an event of what comes in.

It stands beside the Node.js server, and for ours and for the peer it is the same one.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Handler = Callable[[dict[str, Any], object], dict[str, Any]]


def serve(handler: Handler, event: dict[str, Any], context: object, output: int) -> None:
    """Serves on a free port of loopback until the process is ended.

    Args:
        handler: What answers.
        event: What it is given, but for headers and body.
        context: What it is given beside that.
        output: The file that the port is written to, once connections are taken.
    """
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    # One thread, as Lambda gives an instance one event at a time.
    server = create_server(_application(handler, event, context), sockets=[listener], threads=1, ident="")
    os.write(output, f"{listener.getsockname()[1]}\n".encode())
    server.run()


def _application(handler: Handler, event: dict[str, Any], context: object) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] == "/cpu":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(time.process_time()).encode()]
        body = environ["wsgi.input"].read().decode()
        result = handler(event | {"headers": _headers(environ), "body": body}, context)
        status = HTTPStatus(result["statusCode"])
        start_response(f"{status.value} {status.phrase}", list(result["headers"].items()))
        return [result["body"].encode()]

    return answer


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): text for name, text in environ.items() if name.startswith("HTTP_")}
    return headers | {"content-type": environ.get("CONTENT_TYPE", "")}
