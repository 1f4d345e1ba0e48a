"""What the service says about itself, and what it says about routes that do not exist."""

from __future__ import annotations

import json
import os
import secrets
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.api import Api
from vocespace.errors import MethodNotAllowedError, NotFoundError
from vocespace.http_response import HttpResponse, answer, document, empty
from vocespace.request_body import JSON
from vocespace.settings import docs_enabled

_DOCS = "/docs"

api = Api()


@api.route("GET", "/healthz")
def get_health() -> HttpResponse:
    """Says that the service answers; it asks nobody else."""
    return answer(HTTPStatus.OK, {"status": "ok"})


@api.route("GET", "/openapi.json")
def get_openapi() -> HttpResponse:
    """The API's description, generated when the code was committed."""
    return document(HTTPStatus.OK, _description(), JSON)


@api.route("GET", _DOCS)
def get_docs() -> HttpResponse:
    """The same as a page, where the operator wants one."""
    if not docs_enabled(os.environ):
        raise NotFoundError("docs_off")
    from functions.service_info.docs_page import CONTENT_TYPE, page, policy

    nonce = secrets.token_urlsafe(16)
    return document(HTTPStatus.OK, page(nonce), CONTENT_TYPE, {"Content-Security-Policy": policy(nonce)})


@api.default_route
def answer_elsewhere() -> HttpResponse:
    """Tells a path that does not exist from a method that a path does not have."""
    request = api.request
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        # A catch-all route gets the preflights too; API Gateway adds the CORS headers, if the origin is allowed.
        return empty()
    allowed = _methods_of(request.path)
    if allowed:
        raise MethodNotAllowedError(allowed)
    raise NotFoundError("route")


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)


@cache
def _description() -> str:
    return Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")


def _methods_of(path: str) -> tuple[str, ...]:
    if path == _DOCS and not docs_enabled(os.environ):
        return ()
    paths: dict[str, dict[str, object]] = json.loads(_description())["paths"]
    operations = next((each for template, each in paths.items() if _is_like(path, template)), {})
    return tuple(method.upper() for method in operations)


def _is_like(path: str, template: str) -> bool:
    segments, wanted = path.split("/"), template.split("/")
    pairs = zip(segments, wanted, strict=False)
    return len(segments) == len(wanted) and all(each == like or (each and like[:1] == "{") for each, like in pairs)
