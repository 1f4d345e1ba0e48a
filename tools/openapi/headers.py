"""The headers that answers carry."""

from __future__ import annotations

from typing import Any

RATE_LIMIT = ("RateLimit-Policy", "RateLimit")
"""What tells a platform about its quota; absent where it has none."""

_ALWAYS = ("Cache-Control", "Referrer-Policy", "X-Content-Type-Options")


def _constant(value: str, description: str) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": {"type": "string", "const": value}}


HEADERS: dict[str, Any] = {
    "Cache-Control": _constant("no-store", "No answer is kept by anybody on the way."),
    "Referrer-Policy": _constant("no-referrer", "No token in a URL travels on to the next page."),
    "X-Content-Type-Options": _constant("nosniff", "The body is what Content-Type says it is."),
    "WWW-Authenticate": _constant("Bearer", "The scheme that is expected."),
    "Retry-After": {
        "description": "Seconds to wait before asking again.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "5",
    },
    "RateLimit-Policy": {
        "description": "The platform's quota: its name, `q` how much each window grants, `w` the window's seconds.",
        "required": False,
        "schema": {"type": "string", "pattern": '^"[A-Za-z]+";q=[0-9]+;w=[0-9]+$'},
        "example": '"requestsPerMinute";q=50;w=60',
    },
    "RateLimit": {
        "description": "What is left of that quota: `r` how much, `t` the seconds until the next window.",
        "required": False,
        "schema": {"type": "string", "pattern": '^"[A-Za-z]+";r=[0-9]+;t=[0-9]+$'},
        "example": '"requestsPerMinute";r=49;t=37',
    },
    "Allow": {
        "description": "The methods that this path has.",
        "required": True,
        "schema": {"type": "string"},
        "example": "GET, POST",
    },
    "Location": {
        "description": "The web client's page of the space, with `auth`, `details` and `data` in its query.",
        "required": True,
        "schema": {"type": "string", "format": "uri"},
    },
    "Content-Security-Policy": {
        "description": "The page runs its own script and talks to this API, and nothing else.",
        "required": True,
        "schema": {"type": "string"},
    },
}


def header_references(*names: str) -> dict[str, Any]:
    """The headers of one response: these, after those that every answer has."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*_ALWAYS, *names)}


def perhaps(headers: dict[str, Any]) -> dict[str, Any]:
    """The same headers, where API Gateway may have answered in our place and sends none of them."""
    return {name: HEADERS[name] | {"required": False} for name in headers}
