"""What goes out: answers, and what API Gateway takes for one from a Lambda integration, payload format 2.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic_core import to_json

from vocespace.request_body import JSON
from vocespace.wire import WireModel

_ALWAYS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer.

    Attributes:
        status: Its status.
        headers: Its headers, but for cookies.
        body: Its text; None where there is none.
        cookies: Values of `Set-Cookie`.
    """

    status: HTTPStatus
    headers: Mapping[str, str]
    body: str | None = None
    cookies: tuple[str, ...] = ()

    def to_payload(self) -> dict[str, Any]:
        """What a function returns to API Gateway."""
        return {
            "statusCode": int(self.status),
            "body": self.body,
            "isBase64Encoded": False,
            "headers": dict(self.headers),
            "cookies": list(self.cookies),
        }


def answer(
    status: HTTPStatus,
    body: WireModel | dict[str, Any],
    headers: Mapping[str, str] | None = None,
    content_type: str = JSON,
) -> HttpResponse:
    """An answer in JSON, of whatever media type."""
    members = body.to_wire() if isinstance(body, WireModel) else body
    return document(status, to_json(members).decode(), content_type, headers)


def document(
    status: HTTPStatus, text: str, content_type: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """An answer whose text is ready."""
    return HttpResponse(status, {**_ALWAYS, **(headers or {}), "Content-Type": content_type}, text)


def empty(headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer that says it is done and nothing more."""
    return HttpResponse(HTTPStatus.NO_CONTENT, {**_ALWAYS, **(headers or {})})


def redirect(location: str, status: HTTPStatus = HTTPStatus.FOUND, cookies: tuple[str, ...] = ()) -> HttpResponse:
    """Sends a browser on."""
    return HttpResponse(status, _ALWAYS | {"Location": location}, cookies=cookies)
