"""What goes into and comes out of the gateway: one HTTP request, one HTTP answer, free of any server's own types."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIEnvironment

_BODILESS = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came from the client.

    Attributes:
        path: The path with its percent-encoding undone, as an HTTP API hands it on.
        query: What stood behind the question mark, untouched.
        headers: By lower-case name; several of one name are joined by a comma.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"

    @classmethod
    def from_wsgi(cls, environ: WSGIEnvironment) -> Request:
        """Reads the request that a WSGI server took in."""
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
            for name, value in environ.items()
            if value and (name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"})
        }
        stream: InputStream = environ["wsgi.input"]
        return cls(
            method=environ["REQUEST_METHOD"],
            path=_path(environ),
            query=environ["QUERY_STRING"],
            headers=headers,
            body=stream.read(),
            source_ip=environ["REMOTE_ADDR"],
            protocol=environ["SERVER_PROTOCOL"],
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the client gets it."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def message(cls, status: HTTPStatus, text: str) -> Answer:
        """The gateway's own answer, in API Gateway's form."""
        body = json.dumps({"message": text}, separators=(",", ":")).encode()
        return cls(status, body, [("content-type", "application/json")])

    def header(self, name: str) -> str:
        """The first header of this (lower-case) name, or an empty string."""
        return next((value for each, value in self.headers if each.lower() == name), "")

    def send(self, start_response: StartResponse, *, method: str) -> Iterable[bytes]:
        """Hands the answer to a WSGI server."""
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Unknown"
        headers = [(name, _wsgi(value)) for name, value in self.headers]
        is_bodiless = self.status in _BODILESS
        if not is_bodiless:
            headers.append(("content-length", str(len(self.body))))
        start_response(f"{self.status} {reason}", headers)
        # A server leaves it to the application that nothing follows the headers which HEAD asked for.
        return [] if is_bodiless or method == "HEAD" else [self.body]


def _path(environ: WSGIEnvironment) -> str:
    # From what was sent: in PATH_INFO waitress has made one slash of several, and `//a` is not the route `/a`.
    target: str = environ["REQUEST_URI"]
    if target.startswith("/"):
        return unquote(_text(target.partition("?")[0]), errors="replace")
    return _text(environ["PATH_INFO"]) or "/"


def _text(value: str) -> str:
    # WSGI carries bytes as latin-1; HTTP APIs take them for UTF-8.
    return value.encode("latin-1").decode("utf-8", "replace")


def _wsgi(value: str) -> str:
    return value.encode().decode("latin-1")
