"""From an HTTP request to the event of an HTTP API's Lambda integration, payload format 2.0."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from local.messages import Request
    from local.routes import Match

ACCOUNT_ID = "123456789012"
API_ID = "local"
STAGE = "$default"

_TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}


def event_for(
    request: Request, match: Match, *, request_id: str, now: datetime, signer: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Builds the event: absent members are left out, as the real gateway does.

    Args:
        request: What came in.
        match: The route that it takes.
        request_id: The gateway's name for it.
        now: When it came in.
        signer: Who signed it, on a route that only IAM lets in.
    """
    headers = {**request.headers, "x-forwarded-for": _forwarded_for(request), "x-forwarded-proto": "http"}
    cookie = headers.pop("cookie", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _context(request, match.route_key, request_id, now),
        "isBase64Encoded": False,
    }
    if signer:
        event["requestContext"]["authorizer"] = {"iam": signer}
    if cookie:
        event["cookies"] = [each.strip() for each in cookie.split(";")]
    if request.query:
        event["queryStringParameters"] = _query_parameters(request.query)
    if match.path_parameters:
        event["pathParameters"] = match.path_parameters
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request)
    return event


def _context(request: Request, route_key: str, request_id: str, now: datetime) -> dict[str, Any]:
    host = request.headers.get("host", "")
    return {
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": route_key,
        "stage": STAGE,
        "time": now.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }


def _forwarded_for(request: Request) -> str:
    before = request.headers.get("x-forwarded-for")
    return f"{before}, {request.source_ip}" if before else request.source_ip


def _query_parameters(query: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    return parameters


def _body(request: Request) -> tuple[str, bool]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in _TEXT_TYPES or media_type.startswith("text/"):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True
