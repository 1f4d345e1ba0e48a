"""Calls to an instance of the service that stands before a VoceSpace server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/api/connection-details"
PATIENCE = 30


def person(**changes: object) -> dict[str, Any]:
    """A TokenResult of somebody who may enter for an hour, with changes."""
    now = int(time.time())
    whole: dict[str, Any] = {
        "id": "user_12345",
        "username": "Zhang San",
        "space": "my-workspace",
        "room": "$empty",
        "identity": "participant",
        "iat": now,
        "exp": now + 3600,
    }
    return whole | changes


def post(proxied: Mapping[str, str], body: dict[str, Any], *, by_platform: bool = True) -> requests.Response:
    """Ask for connection details, as a platform or as nobody."""
    headers = {"Authorization": f"Bearer {proxied['API_KEY']}"} if by_platform else {}
    return requests.post(f"{proxied['BASE_URL']}{PATH}", json=body, headers=headers, timeout=PATIENCE)


def signed_link(proxied: Mapping[str, str], **changes: object) -> dict[str, str]:
    """A redirect URL and its token."""
    answer = requests.post(
        f"{proxied['BASE_URL']}/api/redirect-url",
        json=person(**changes),
        headers={"Authorization": f"Bearer {proxied['API_KEY']}"},
        timeout=PATIENCE,
    )
    assert answer.status_code == 201
    link: dict[str, str] = answer.json()
    return link


def redeem(proxied: Mapping[str, str], query: dict[str, str], accept: str = "text/html") -> requests.Response:
    """Redeem a token at our own address."""
    return requests.get(
        f"{proxied['BASE_URL']}{PATH}",
        params=query,
        headers={"Accept": accept},
        allow_redirects=False,
        timeout=PATIENCE,
    )
