"""From what a function returned to the HTTP answer, as an HTTP API maps payload format 2.0."""

from __future__ import annotations

import base64
import binascii
import json
from http import HTTPStatus
from typing import Any

from local.messages import Answer

# The gateway writes these itself, whatever a function says.
_OWN_HEADERS = {"connection", "content-length", "date", "server", "transfer-encoding"}
_STATUSES = range(200, 600)


class MalformedResultError(ValueError):
    """A function returned something that the gateway cannot turn into an answer."""


def answer_for(result: object) -> Answer:
    """Maps a result. Without `statusCode` all of it is the body of a 200; anything malformed is a 500.

    `multiValueHeaders` is not read: format 2.0 has no such member, and a function that relied on it
    would work here and fail in AWS.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        return Answer(HTTPStatus.OK, json.dumps(result).encode(), [("content-type", "application/json")])
    try:
        return Answer(_status(result["statusCode"]), _body(result), _headers(result))
    except MalformedResultError:
        return Answer.message(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")


def _status(value: object) -> int:
    if type(value) is not int or value not in _STATUSES:
        raise MalformedResultError("statusCode")
    return value


def _body(result: dict[str, Any]) -> bytes:
    body = result.get("body") or ""
    if not isinstance(body, str):
        raise MalformedResultError("body")
    if not result.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise MalformedResultError("body") from None


def _headers(result: dict[str, Any]) -> list[tuple[str, str]]:
    given = result.get("headers") or {}
    cookies = result.get("cookies") or []
    if not isinstance(given, dict) or not isinstance(cookies, list):
        raise MalformedResultError("headers")
    headers = {str(name).lower(): _header_value(value) for name, value in given.items()}
    headers.setdefault("content-type", "text/plain; charset=utf-8")
    kept = [(name, value) for name, value in headers.items() if name not in _OWN_HEADERS]
    return kept + [("set-cookie", _header_value(cookie)) for cookie in cookies]


def _header_value(value: object) -> str:
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str) or not value.isprintable():
        raise MalformedResultError("headers")
    return value
