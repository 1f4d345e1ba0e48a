"""`vocespace routes`: what becomes of bookings, said by the operator and held against the platform's policy."""

from __future__ import annotations

import json

import boto3
import pytest

from tests.cli.conftest import Cli, contents
from tests.support.world import TABLE
from vocespace.booking_routes import Route
from vocespace.route_book import RouteBook
from vocespace.table import Table

LEAST = ["--platform", "demo", "--space", "my-workspace"]


@pytest.fixture(autouse=True)
def _endpoints(cli: Cli) -> None:
    endpoints = {"crm": {"url": "https://crm.example.com/in", "secrets": ["whsec_" + "A" * 32]}}
    boto3.client("secretsmanager").create_secret(Name="endpoints", SecretString=json.dumps({"endpoints": endpoints}))
    cli.variables["ENDPOINTS_SECRET_ID"] = "endpoints"


def found(source: str = "cal", event_type: str = "30min") -> Route | None:
    """The route that a booking goes."""
    return RouteBook(Table(TABLE)).route(source, event_type)


def test_the_least_makes_a_route_for_all_types(cli: Cli) -> None:
    """Which is the one that bookings go."""
    made = cli("routes", "set", "cal", *LEAST, "--json")

    assert made.json == {
        "source": "cal",
        "eventType": "*",
        "platform": "demo",
        "space": "my-workspace",
        "room": "$empty",
        "mayChoosePlace": False,
        "organizerIdentity": "owner",
        "attendeeIdentity": "participant",
        "earlyMinutes": 10,
        "graceMinutes": 30,
        "reminderMinutes": 60,
        "endAtClose": False,
        "tellsEvents": True,
        "tellsUrls": False,
        "sendsMail": False,
        "sendsCalendar": True,
    }
    assert found() == Route.from_wire(made.json)
    assert cli("routes", "show", "cal", "--json").json == made.json
    assert cli("routes", "list", "--json").json == [made.json]


def test_one_of_a_type_is_told_everything(cli: Cli) -> None:
    """Each option, and then all taken away again."""
    cli("routes", "set", "cal", *LEAST)
    given = [
        *("--auth", "demo", "--room", "stage", "--may-choose-place"),
        *("--organizer-identity", "manager", "--attendee-identity", "guest"),
        *("--early", "15", "--grace", "0", "--reminder", "1440", "--end-at-close", "--no-events", "--urls"),
        *("--endpoint", "crm", "--mail", "--no-calendar"),
    ]
    cli("routes", "set", "cal", "30min", *LEAST, *given)
    route = found()
    assert route is not None
    assert route.to_wire() == {
        "source": "cal",
        "eventType": "30min",
        "platform": "demo",
        "auth": "demo",
        "space": "my-workspace",
        "room": "stage",
        "mayChoosePlace": True,
        "organizerIdentity": "manager",
        "attendeeIdentity": "guest",
        "earlyMinutes": 15,
        "graceMinutes": 0,
        "reminderMinutes": 1440,
        "endAtClose": True,
        "tellsEvents": False,
        "tellsUrls": True,
        "endpoint": "crm",
        "sendsMail": True,
        "sendsCalendar": False,
    }
    text = cli("routes", "show", "cal", "30min").out
    for words in ("endpoint crm with the links", "without calendar entry", "1440 min", "the call ends", "as manager"):
        assert words in text

    cli("routes", "set", "cal", "30min", "--auth", "none", "--endpoint", "none", "--reminder", "none", "--no-mail")
    changed = found()
    assert changed is not None
    assert (changed.auth, changed.endpoint, changed.sends_mail) == (None, None, False)
    assert not changed.reminder_minutes
    assert (changed.room, changed.early_minutes) == ("stage", 15)
    assert "nobody" in cli("routes", "show", "cal", "30min").out
    listed = cli("routes", "list").out
    assert listed.index("*") < listed.index("30min")


def test_a_route_is_removed(cli: Cli) -> None:
    """Then the one for all others takes its bookings, and then none."""
    cli("routes", "set", "cal", *LEAST)
    cli("routes", "set", "cal", "30min", *LEAST, "--room", "stage")

    gone = {"source": "cal", "eventType": "30min", "removed": True}
    assert cli("routes", "remove", "cal", "30min", "--json").json == gone
    route = found()
    assert route is not None
    assert route.room == "$empty"
    assert "Removed" in cli("routes", "remove", "cal").out
    assert found() is None
    assert "routes set" in cli("routes", "list").out
    assert cli("routes", "remove", "cal", "--json").code == 1


def test_the_event_bus_is_a_source(cli: Cli) -> None:
    """Without a secret of its own."""
    assert cli("routes", "set", "bus", *LEAST, "--json").json["source"] == "bus"


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["set", "cal"], 2, "--help"),
        (["set", "cal", "--space", "my-workspace"], 2, "platform"),
        (["set", "cal", "--platform", "demo"], 2, "space"),
        (["set", "cal", "--platform", "nobody", "--space", "s"], 1, "no such platform"),
        (["set", "cal", *LEAST, "--auth", "no such"], 2, "auth"),
        (["set", "cal", *LEAST, "--early", "soon"], 2, "--early"),
        (["set", "cal", *LEAST, "--early", "10081"], 2, "earlyMinutes"),
        (["set", "cal", *LEAST, "--grace", "-1"], 2, "--grace"),
        (["set", "cal", *LEAST, "--attendee-identity", "boss"], 2, "--attendee-identity"),
        (["set", "cal", *LEAST, "--endpoint", "erp"], 1, "no such endpoint"),
        (["set", "outlook", *LEAST], 1, "no such source"),
        (["set", "cal", "--platform", "acme", "--space", "my-workspace"], 1, "policy"),
        (["set", "cal", *LEAST, "--auth", "c_s"], 1, "organizerIdentity"),
        (["show", "cal", "30min"], 1, "no such route"),
    ],
)
def test_what_cannot_be_meant_is_said(cli: Cli, arguments: list[str], code: int, word: str) -> None:
    """And nothing is written."""
    before = contents()

    refused = cli("routes", *arguments, "--json")

    assert refused.code == code
    assert word in refused.err
    assert contents() == before
