"""The documented scenarios: customer support and a collaboration workspace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import livekit_oracle as oracle
from tests.support.example_runs import EXAMPLES, run_python

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUR = 3600
MANAGING = {"manageRoom", "controlUser", "recording", "manageFile", "managePlayer"}


def people(output: str) -> list[dict[str, Any]]:
    """Each JSON object that a scenario printed, in order."""
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    rest = output.lstrip()
    while rest:
        details, end = decoder.raw_decode(rest)
        found.append(details)
        rest = rest[end:].lstrip()
    return found


def allowed(details: Mapping[str, Any]) -> set[str]:
    """The permissions that an answer grants."""
    assert len(details["permissions"]) == 10
    return {name for name, value in details["permissions"].items() if value}


def hours(details: Mapping[str, Any], demo: Mapping[str, str]) -> float:
    """For how many hours the token of an answer is signed."""
    issued, expires = oracle.lifetime(details["token"], demo["SIGNING_SECRET"])
    assert details["expiresAt"] == expires
    return (expires - issued) / HOUR


@pytest.fixture
def support(running: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the assistant and the customer of the support scenario get."""
    output = run_python(EXAMPLES / "scenarios" / "customer_support.py", running["BASE_URL"], running["API_KEY"])
    assistant, customer = people(output)
    return assistant, customer


def test_assistant_works_a_shift(support: tuple[dict[str, Any], dict[str, Any]], running: Mapping[str, str]) -> None:
    """The assistant may manage rooms, has the sidebar and no AI, and may come back for 8 hours."""
    assistant, _ = support

    claims = oracle.verified(assistant, running)
    assert (claims.identity, claims.name) == ("assistant_001", "Support Wang")
    assert claims.attributes == {"identity": "assistant", "auth": "c_s"}
    assert oracle.granted(claims) == oracle.EVERYBODYS | {"room_admin"}
    assert allowed(assistant) == MANAGING | {"viewRoom", "createRoom", "showSideChannel"}
    assert hours(assistant, running) == 8


def test_customer_joins_the_urgent_room(
    support: tuple[dict[str, Any], dict[str, Any]], running: Mapping[str, str]
) -> None:
    """The customer may do nothing but join, in the room that was named, and may come back for an hour."""
    _, customer = support

    claims = oracle.verified(customer, running)
    assert (claims.identity, claims.name) == ("customer_12345", "User12345")
    assert claims.attributes == {"identity": "customer", "auth": "c_s", "room": "room_urgent_001"}
    assert oracle.granted(claims) == oracle.EVERYBODYS
    assert allowed(customer) == set()
    assert customer["room"] == "room_urgent_001"
    assert hours(customer, running) == 1


def test_assistant_and_customer_meet(
    support: tuple[dict[str, Any], dict[str, Any]], running: Mapping[str, str]
) -> None:
    """Both tokens open the same LiveKit room, the space."""
    rooms = {details["roomName"] for details in support}
    videos = {video.room for details in support if (video := oracle.verified(details, running).video)}
    assert rooms == videos == {"customer-service"}


def test_customer_support_needs_a_platform(running: Mapping[str, str]) -> None:
    """Without a credential nobody becomes an assistant, even where nobody's guests are let in."""
    output = run_python(EXAMPLES / "scenarios" / "customer_support.py", running["BASE_URL"])
    assert "401 Client Error" in output
    assert "participantToken" not in output


def test_colleague_enters_through_the_device_check(running: Mapping[str, str]) -> None:
    """The participant of the collaboration scenario may come back for 24 hours, and her link asks for pre-join."""
    output = run_python(EXAMPLES / "scenarios" / "collaboration.py", running["BASE_URL"], running["API_KEY"])
    (colleague,) = people(output)

    claims = oracle.verified(colleague, running)
    assert (claims.identity, claims.name, colleague["space"]) == ("user_jane", "Jane Doe", "project-alpha")
    assert claims.attributes == {"identity": "participant", "auth": "demo"}
    assert oracle.granted(claims) == oracle.EVERYBODYS
    assert allowed(colleague) == {"viewRoom", "createRoom", "showSideChannel", "showAI"}
    assert hours(colleague, running) == 24
    assert oracle.claims_of(colleague["token"], running["SIGNING_SECRET"])["preJoin"] is True
