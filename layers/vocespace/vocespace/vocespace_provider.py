"""Connection details by a VoceSpace server, by its documentation and by what the deployed server does.

Documented: POST answers connection details. Deployed: POST answers `{token}`, and GET with `fromServer=true` answers
`{redirectUrl}` with the details inside. Nothing of an upstream error is passed on, and no address it sends is gone to.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ConfigDict, Field, ValidationError

from vocespace.admission import Admission
from vocespace.connection_details import ConnectionDetails
from vocespace.errors import UpstreamFailedError, UpstreamTimeoutError
from vocespace.http_json import HttpFailedError, HttpJsonError, HttpTimedOutError, request_json
from vocespace.links import CONNECTION_DETAILS_PATH, redirect_url_for
from vocespace.strict_json import parse_object

CONNECT_TIMEOUT = 2.0
READ_TIMEOUT = 5.0

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
        self._url = url

    def connect(self, admission: Admission) -> ConnectionDetails:
        """Gets connection details from the server for a person who was admitted.

        Raises:
            UpstreamFailedError: the server cannot be reached, refuses, or answers nonsense.
            UpstreamTimeoutError: the server takes longer than 2 s to connect or 5 s to answer.
        """
        person = {"preJoin": False} | admission.person.to_wire()
        answer = _answer("POST", self._url + CONNECTION_DETAILS_PATH, person)
        if "token" in answer and "participantToken" not in answer:
            token = str(answer["token"])
            if not token.isascii():
                raise UpstreamFailedError("upstream_token")
            url = redirect_url_for(self._url, admission.link_auth, token)
            answer = _details_within(_answer("GET", url + "&fromServer=true"))
        try:
            details = _UpstreamDetails.from_wire(answer)
        except ValidationError:
            raise UpstreamFailedError("upstream_details") from None
        return ConnectionDetails(**details.model_dump())


def _answer(method: str, url: str, json: dict[str, Any] | None = None) -> dict[str, Any]:
    try:
        status, answer = _answered(method, url, json)
    except HttpTimedOutError as error:
        raise UpstreamTimeoutError(f"upstream_{error.reason}") from None
    except HttpFailedError as error:
        raise UpstreamFailedError(f"upstream_{error.reason}") from None
    if status != HTTPStatus.OK:
        raise UpstreamFailedError("upstream_status")
    return answer


def _answered(method: str, url: str, json: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
    send = partial(request_json, method, url, connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, json=json)
    try:
        return send()
    except HttpJsonError as error:
        if error.connected:
            raise
    # What is asked for changes nothing there, so it may be asked again.
    return send()


def _details_within(answer: dict[str, Any]) -> dict[str, Any]:
    try:
        query = parse_qs(urlsplit(str(answer["redirectUrl"])).query, max_num_fields=16)
        return parse_object(query["details"][0].encode())
    except (KeyError, ValueError):
        raise UpstreamFailedError("upstream_redirect_url") from None
