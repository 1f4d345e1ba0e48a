"""One request to somebody else's server, and the JSON object it answers with: bounded in time and in size.

urllib3's own timeout starts anew with every byte, its retries and redirects go where nobody looked; here neither can.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import urllib3

from vocespace.http_deadline import end_answers
from vocespace.strict_json import StrictJsonError, parse_object

MAX_ANSWER = 64 * 1024


class HttpJsonError(Exception):
    """No usable answer.

    Attributes:
        reason: A word of ours, never of the server's.
        connected: Whether a connection came about and held until an answer began; if not, asking again may help.
    """

    def __init__(self, reason: str, *, connected: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.connected = connected


class HttpFailedError(HttpJsonError):
    """The server cannot be reached, or what it says is no JSON object that is small enough."""


class HttpTimedOutError(HttpJsonError):
    """The server takes too long."""


def request_json(  # noqa: PLR0913 - each of them bounds something, or is part of the request
    method: str,
    url: str,
    *,
    connect_timeout: float,
    read_timeout: float,
    json: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    max_answer: int = MAX_ANSWER,
) -> tuple[int, dict[str, Any]]:
    """Sends one request; a redirect is an answer like any other, and nothing is tried twice.

    Args:
        method: The HTTP method.
        url: Where to; a certificate is checked, and whether it has to be https is the caller's to know.
        connect_timeout: Seconds until a connection stands.
        read_timeout: Seconds that the server may be silent. With `connect_timeout`, it is also how long the whole may
            last: an answer that is still coming then is given up.
        json: The body.
        headers: Further headers.
        max_answer: How many bytes of a body are read.

    Returns:
        The status and the object. Other statuses than 200 need no body of this form: without one it is empty.

    Raises:
        HttpFailedError: there is no answer, or none that can be used.
        HttpTimedOutError: there is none in time.
    """
    deadline = time.monotonic() + connect_timeout + read_timeout
    timeout = urllib3.Timeout(connect=connect_timeout, read=read_timeout)
    # One pool a call: a kept connection would not outlive the freeze between two requests, and fail the next one.
    with urllib3.PoolManager(timeout=timeout, retries=False) as pool:
        try:
            end_answers(pool.connection_from_url(url), deadline)
            response = pool.request(method, url, json=json, headers=headers, redirect=False, preload_content=False)
        except urllib3.exceptions.HTTPError as error:
            raise _named(error, connected=not _is_connection_error(error)) from None
        try:
            body = _body(response, max_answer)
        except urllib3.exceptions.HTTPError as error:
            raise _named(error) from None
        finally:
            # Not only given back to the pool: of an answer that is given up, the rest is still on its way.
            response.close()
    return response.status, _object(body, response.status)


def _body(response: urllib3.BaseHTTPResponse, limit: int) -> bytes:
    body = bytearray()
    while chunk := response.read1(MAX_ANSWER):
        body += chunk
        if len(body) > limit:
            raise HttpFailedError("body_too_large")
    return bytes(body)


def _object(body: bytes, status: int) -> dict[str, Any]:
    try:
        return parse_object(body)
    except StrictJsonError:
        if status == HTTPStatus.OK:
            raise HttpFailedError("body") from None
        return {}


def _is_connection_error(error: urllib3.exceptions.HTTPError) -> bool:
    # A connection that breaks before the answer is one too.
    broken = isinstance(error, urllib3.exceptions.ProtocolError) and isinstance(error.args[-1], ConnectionError)
    return broken or isinstance(error, urllib3.exceptions.ConnectTimeoutError)


def _named(error: urllib3.exceptions.HTTPError, *, connected: bool = True) -> HttpJsonError:
    # urllib3 counts a refused connection among the timeouts.
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)
    if isinstance(error, urllib3.exceptions.TimeoutError) and not refused:
        return HttpTimedOutError("timeout", connected=connected)
    return HttpFailedError("unreachable", connected=connected)
