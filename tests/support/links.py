"""Reading links apart."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def web_client_link(url: str) -> tuple[str, str, str, dict[str, Any], dict[str, Any]]:
    """A link into VoceSpace's web client: its origin, space, auth, details and data."""
    parts = urlsplit(url)
    query = parse_qs(parts.query, strict_parsing=True)
    assert sorted(query) == ["auth", "data", "details"]
    return (
        f"{parts.scheme}://{parts.netloc}",
        unquote(parts.path[1:]),
        query["auth"][0],
        json.loads(query["details"][0]),
        json.loads(query["data"][0]),
    )
