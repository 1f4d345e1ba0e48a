"""The HTTP API in front of the functions: limits, CORS, route, signature, event, function, answer."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol

from local.cors import Cors
from local.event import event_for
from local.instances import BusyError, HandlerError, InstanceLostError
from local.messages import Answer, Request
from local.request_log import Entry
from local.result import answer_for
from local.routes import Match, Routes
from local.signature import signer_of

MAX_BODY = 10 * 1024 * 1024
MAX_HEAD = 10_240
"""API Gateway's quotas: the payload, and request line plus header values."""


class Function(Protocol):
    """What takes the events of one function."""

    def invoke(self, event: dict[str, Any], request_id: str) -> object:
        """Gives the event to the function and returns its result."""
        ...


class Gateway:
    """Answers requests with functions, and says in one line each what came of it."""

    def __init__(
        self, routes: Routes, functions: Mapping[str, Function], log: Callable[[Entry], None], cors: Cors | None = None
    ) -> None:
        self._routes = routes
        self._functions = functions
        self._log = log
        self._cors = cors or Cors()

    def answer(self, request: Request) -> Answer:
        """Answers one request, whatever happens behind it."""
        started = time.perf_counter()
        request_id = str(uuid.uuid4())
        match = self._routes.match(request.method, request.path)
        early = _over_quota(request) or self._cors.preflight(request)
        answer = self._cors.marked(request, early or self._from_function(request, match, request_id))
        answer.headers.append(("apigw-requestid", request_id))
        self._log(
            Entry(
                method=request.method,
                # A route's variables may be codes that let somebody in: the line shows their names.
                path=match.path if match and match.path_parameters else request.path,
                status=answer.status,
                milliseconds=(time.perf_counter() - started) * 1000,
                function=match.function if match else "",
                code=_problem_code(answer),
            )
        )
        return answer

    def _from_function(self, request: Request, match: Match | None, request_id: str) -> Answer:
        if match is None:
            return Answer.message(HTTPStatus.NOT_FOUND, "Not Found")
        now = datetime.now(UTC)
        signer = signer_of(request, now) if match.is_signed else None
        if match.is_signed and signer is None:
            return Answer.message(HTTPStatus.FORBIDDEN, "Forbidden")
        event = event_for(request, match, request_id=request_id, now=now, signer=signer)
        try:
            return answer_for(self._functions[match.function].invoke(event, request_id))
        except BusyError:
            return Answer.message(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable")
        except (HandlerError, InstanceLostError):
            return Answer.message(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")


def _over_quota(request: Request) -> Answer | None:
    if len(request.body) > MAX_BODY:
        return Answer.message(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
    line = f"{request.method} {request.path}?{request.query} {request.protocol}"
    if len(line) + sum(map(len, request.headers.values())) > MAX_HEAD:
        return Answer.message(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large")
    return None


def _problem_code(answer: Answer) -> str:
    if not answer.header("content-type").startswith("application/problem+json"):
        return ""
    try:
        code = json.loads(answer.body)["code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return str(code)
