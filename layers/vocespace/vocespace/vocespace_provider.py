"""Connection details by a VoceSpace server, by its documentation and by what the deployed server does.

Documented: POST answers connection details. Deployed: POST answers `{token}`, and GET with `fromServer=true` answers
`{redirectUrl}` with the details inside. Nothing of an upstream error is passed on, and no address it sends is gone to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import urllib3
from pydantic import ConfigDict, Field, ValidationError

from vocespace.admission import Admission
from vocespace.connection_details import ConnectionDetails
from vocespace.errors import UpstreamFailedError, UpstreamTimeoutError
from vocespace.links import CONNECTION_DETAILS_PATH, redirect_url_for
from vocespace.strict_json import StrictJsonError, parse_object

CONNECT_TIMEOUT = 2.0
READ_TIMEOUT = 5.0
MAX_ANSWER = 64 * 1024

_OK = 200
_Text = Annotated[str, Field(min_length=1, max_length=16 * 1024)]


class _UpstreamDetails(ConnectionDetails):
    """Connection details as a server sends them: what it adds is left out."""

    model_config = ConfigDict(extra="ignore")

    server_url: Annotated[str, Field(pattern=r"^(wss?|https?)://[^\s@]+$", max_length=2048)]
    room_name: _Text
    participant_name: _Text
    participant_token: _Text


class VoceSpaceProvider:
    """Asks the VoceSpace server at `url`."""

    name = "vocespace"

    def __init__(self, url: str) -> None:
        self.redeems_elsewhere = url

    def connect(self, admission: Admission) -> ConnectionDetails:
        """Gets connection details from the server for a person who was admitted.

        Raises:
            UpstreamFailedError: the server cannot be reached, refuses, or answers nonsense.
            UpstreamTimeoutError: the server takes longer than 2 s to connect or 5 s to answer.
        """
        # One pool a call: a kept connection would not outlive the freeze between two requests, and fail the next one.
        with urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT), retries=False
        ) as pool:
            person = {"preJoin": False} | admission.person.to_wire()
            answer = _answer(pool, "POST", self.redeems_elsewhere + CONNECTION_DETAILS_PATH, json=person)
            if "token" in answer and "participantToken" not in answer:
                token = str(answer["token"])
                if not token.isascii():
                    raise UpstreamFailedError("upstream_token")
                url = redirect_url_for(self.redeems_elsewhere, admission.link_auth, token)
                answer = _details_within(_answer(pool, "GET", url + "&fromServer=true"))
        try:
            details = _UpstreamDetails.from_wire(answer)
        except ValidationError:
            raise UpstreamFailedError("upstream_details") from None
        return ConnectionDetails(**details.model_dump())


def _answer(pool: urllib3.PoolManager, method: str, url: str, json: dict[str, Any] | None = None) -> dict[str, Any]:
    deadline = time.monotonic() + CONNECT_TIMEOUT + READ_TIMEOUT
    try:
        response = _sent(partial(pool.request, method, url, json=json, redirect=False, preload_content=False))
        try:
            body = _body(response, deadline)
        finally:
            response.release_conn()
    except urllib3.exceptions.HTTPError as error:
        raise _upstream_error(error) from None
    if response.status != _OK:
        raise UpstreamFailedError("upstream_status")
    try:
        return parse_object(body)
    except StrictJsonError:
        raise UpstreamFailedError("upstream_body") from None


def _sent(send: Callable[[], urllib3.BaseHTTPResponse]) -> urllib3.BaseHTTPResponse:
    try:
        return send()
    except urllib3.exceptions.HTTPError as error:
        if not _is_connection_error(error):
            raise
    return send()


def _is_connection_error(error: urllib3.exceptions.HTTPError) -> bool:
    # A connection that breaks before the answer is one too; what is asked for changes nothing there, so it may be
    # asked again.
    broken = isinstance(error, urllib3.exceptions.ProtocolError) and isinstance(error.args[-1], ConnectionError)
    return broken or isinstance(error, urllib3.exceptions.ConnectTimeoutError)


def _body(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    # The socket's timeout starts anew with every byte: only a deadline ends an answer that drips.
    body = b""
    while time.monotonic() < deadline:
        chunk = response.read1(MAX_ANSWER)
        if not chunk:
            return body
        body += chunk
        if len(body) > MAX_ANSWER:
            raise UpstreamFailedError("upstream_body_too_large")
    raise UpstreamTimeoutError("upstream_slow_body")


def _details_within(answer: dict[str, Any]) -> dict[str, Any]:
    try:
        query = parse_qs(urlsplit(str(answer["redirectUrl"])).query, max_num_fields=16)
        return parse_object(query["details"][0].encode())
    except (KeyError, ValueError):
        raise UpstreamFailedError("upstream_redirect_url") from None


def _upstream_error(error: urllib3.exceptions.HTTPError) -> UpstreamFailedError | UpstreamTimeoutError:
    # urllib3 counts a refused connection among the timeouts.
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)
    if isinstance(error, urllib3.exceptions.TimeoutError) and not refused:
        return UpstreamTimeoutError("upstream_timeout")
    return UpstreamFailedError("upstream_unreachable")
