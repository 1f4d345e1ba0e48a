"""A page in place of VoceSpace's web client, so that a redirect ends somewhere: who arrived where, and with what."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import parse_qs

from local.messages import Answer, Request

PREFIX = "/client/"

_HERE = Path(__file__).parent
_PAGE = Template((_HERE / "client_page.html").read_text(encoding="utf-8"))
_STYLE = (_HERE / "client_page.css").read_text(encoding="utf-8").strip()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"

_HEADERS = [
    ("content-type", "text/html; charset=utf-8"),
    ("content-security-policy", _POLICY),
    ("x-frame-options", "DENY"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
]
_NOTHING = "nothing"


def page_for(request: Request) -> Answer:
    """Answers `GET /client/{space}?auth=&details=&data=`; like the real client it insists on all three."""
    if request.method not in {"GET", "HEAD"}:
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, headers=[("allow", "GET, HEAD")])
    query = parse_qs(request.query)
    auth, details, data = (query.get(name, [""])[0] for name in ("auth", "details", "data"))
    link = _Link(request.path.removeprefix(PREFIX), auth, _object(details), _object(data))
    missing = [name for name in ("auth", "details", "data") if not getattr(link, name)]
    page = _page(link, missing)
    return Answer(HTTPStatus.BAD_REQUEST if missing else HTTPStatus.OK, page.encode(errors="replace"), list(_HEADERS))


@dataclass(frozen=True, slots=True)
class _Link:
    space: str
    auth: str
    details: dict[str, Any]
    data: dict[str, Any]


def _page(link: _Link, missing: list[str]) -> str:
    if missing:
        headline = "Nobody arrived"
        lead = f"The link came without a readable {' and '.join(missing)}."
    else:
        headline = f"{link.data.get('username')} is in {link.space}"
        lead = "A device check comes first." if link.data.get("preJoin") else "Straight in, without a device check."
    texts = {
        "title": headline,
        "headline": headline,
        "lead": lead,
        "space": link.space,
        "room": link.data.get("room", "the person chooses"),
        "identity": link.data.get("identity", _NOTHING),
        "livekit_room": link.details.get("roomName", _NOTHING),
        "livekit_server": link.details.get("serverUrl", _NOTHING),
        "auth": link.auth or _NOTHING,
        "details": _pretty(_without_token(link.details)),
        "data": _pretty(link.data),
    }
    escaped = {name: html.escape(str(text)) for name, text in texts.items()}
    return _PAGE.substitute(escaped, style=_STYLE)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
        _pretty(value)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _without_token(details: dict[str, Any]) -> dict[str, Any]:
    # It is good for ten minutes, and this page is what gets shown on a projector.
    if "participantToken" not in details:
        return details
    return details | {"participantToken": f"({len(str(details['participantToken']))} characters, not shown)"}


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) if value else _NOTHING
