"""The ways to a participant token, over HTTP: each gives the same person the same ticket."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

from tests.support.livekit_people import Ticket
from vocespace.identities import Identity

PATIENCE = 30
IDENTITIES = [each.value for each in Identity]
UNDER = dict.fromkeys(IDENTITIES, "demo") | {"assistant": "c_s", "customer": "c_s"}
"""By which auth type of the platform `demo` people come."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who wants to go where.

    Attributes:
        auth: The auth type.
        room: The room of VoceSpace; None where the person chooses.
    """

    id: str
    space: str
    identity: str = "participant"
    auth: str = "demo"
    room: str | None = None
    name: str = "Ada"


def visitor(identity: str, space: str, name: str = "visitor") -> Visitor:
    """Somebody whom the platform `demo` sends as something."""
    return Visitor(id=f"{name}_{identity}", space=space, identity=identity, auth=UNDER[identity], room="lounge")


class NoTicketError(Exception):
    """A door stays shut.

    Attributes:
        status: What it answers.
        code: And why.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


def by_connection_details(service: Mapping[str, str], visitor: Visitor) -> Ticket:
    """As VoceSpace's documentation has it.

    Raises:
        NoTicketError: it is refused.
    """
    now = int(time.time())
    body = person_of(visitor) | {"iat": now, "exp": now + 600}
    return _ticket(_post(service, "/api/connection-details", visitor.auth, body))


def by_redirect_url(service: Mapping[str, str], visitor: Visitor) -> Ticket:
    """A link is signed, and followed by a client that takes JSON.

    Raises:
        NoTicketError: it is refused.
    """
    link = _post(service, "/api/redirect-url", visitor.auth, person_of(visitor))["redirectUrl"]
    return follow(link)


def follow(link: str) -> Ticket:
    """Follows a link.

    Raises:
        NoTicketError: it is refused.
    """
    return _ticket(_checked(requests.get(link, headers={"Accept": "application/json"}, timeout=PATIENCE)))


def by_livekit_token(service: Mapping[str, str], visitor: Visitor) -> Ticket:
    """As a LiveKit client does.

    Raises:
        NoTicketError: it is refused.
    """
    wishes = {"identity": visitor.identity, "auth": visitor.auth} | ({"room": visitor.room} if visitor.room else {})
    body = {
        "room_name": visitor.space,
        "participant_identity": visitor.id,
        "participant_name": visitor.name,
        "participant_attributes": wishes,
    }
    told = _post(service, "/api/livekit-token", None, body)
    return Ticket(told["server_url"], told["participant_token"], told["room_name"])


Door = Callable[[Mapping[str, str], Visitor], Ticket]
DOORS: tuple[Door, ...] = (by_connection_details, by_redirect_url, by_livekit_token)


def call(service: Mapping[str, str], method: str, path: str, **request: Any) -> requests.Response:  # noqa: ANN401
    """What the platform calls, with its API key."""
    headers = {"Authorization": f"Bearer {service['API_KEY']}"}
    return requests.request(method, service["BASE_URL"] + path, headers=headers, timeout=PATIENCE, **request)


def person_of(visitor: Visitor) -> dict[str, Any]:
    """What a platform says about somebody."""
    who = {"id": visitor.id, "username": visitor.name, "space": visitor.space, "identity": visitor.identity}
    return who | ({"room": visitor.room} if visitor.room else {})


def _post(service: Mapping[str, str], path: str, auth: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
    return _checked(call(service, "POST", path, params={"auth": auth} if auth else {}, json=body))


def _checked(answer: requests.Response) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    if answer.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        raise NoTicketError(answer.status_code, told["code"])
    return told


def _ticket(details: Mapping[str, Any]) -> Ticket:
    return Ticket(details["serverUrl"], details["participantToken"], details["roomName"])
