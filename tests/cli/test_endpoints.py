"""`vocespace endpoints`: where webhooks go, with secrets that are shown once, and whether anybody takes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import boto3
import pytest
from pydantic import SecretStr

from tests.cli.conftest import Cli
from tests.support.booking_house import ROUTE
from tests.support.clock import NOW
from tests.support.upstream import Answer, Upstream
from tests.support.world import TABLE
from vocespace.booking_routes import route_key
from vocespace.endpoints import Endpoint, Endpoints, GoneEndpoint, gone_endpoint_key
from vocespace.table import Table
from vocespace.webhook_secrets import standard_key

SECRET = "whsec_" + "A" * 32
URL = "https://crm.example.com/in/4f1c9e"


@pytest.fixture(autouse=True)
def _secret(cli: Cli) -> None:
    document = {"endpoints": {"crm": {"url": URL, "secrets": [SECRET]}}}
    boto3.client("secretsmanager").create_secret(Name="endpoints", SecretString=json.dumps(document))
    cli.variables["ENDPOINTS_SECRET_ID"] = "endpoints"


@pytest.fixture(name="receiver")
def _receiver(cli: Cli, socket_enabled: None) -> Iterator[Upstream]:
    assert socket_enabled is None
    cli.is_local = True
    with Upstream(lambda *_: Answer(204)) as receiver:
        yield receiver


def stored() -> dict[str, Any]:
    """The endpoints, as they are stored."""
    answer = boto3.client("secretsmanager").get_secret_value(SecretId="endpoints", VersionStage="AWSCURRENT")
    Endpoints.parse(answer["SecretString"])
    found: dict[str, Any] = json.loads(answer["SecretString"])["endpoints"]
    return found


def say_gone(url: str = URL) -> None:
    """The endpoint has answered that it is gone."""
    table, digest = Table(TABLE), Endpoint(url=url, secrets=(SecretStr(SECRET),)).digest
    gone = GoneEndpoint(digest=digest, since=NOW)
    table.write_together(table.put(gone_endpoint_key("crm") | gone.to_wire()))


def test_they_are_listed_by_their_hosts(cli: Cli) -> None:
    """The rest of a URL may open a door, too."""
    listed, shown = cli("endpoints", "list", "--json"), cli("endpoints", "list")

    assert listed.json == [{"endpoint": "crm", "host": "crm.example.com", "secrets": 1, "state": "told"}]
    for said in (listed, shown):
        assert "4f1c9e" not in said.out
        assert SECRET not in said.out


def test_an_endpoint_is_added_with_a_secret_of_ours(cli: Cli) -> None:
    """Which is printed this once."""
    added = cli("endpoints", "add", "erp", "--url", "https://erp.example.com/hooks", "--json")

    secret = added.json["secret"]
    assert len(standard_key(secret)) == 32
    assert stored()["erp"] == {"url": "https://erp.example.com/hooks", "secrets": [secret]}
    assert "only time" in added.err
    cli("endpoints", "add", "piped", "--url", "-", stdin=f"{URL}\n")
    assert stored()["piped"]["url"] == URL


def test_a_secret_is_replaced_without_a_gap(cli: Cli) -> None:
    """Webhooks are signed by both, until the receiver has the new one."""
    first = cli("endpoints", "rotate", "crm", "--json").json
    assert stored()["crm"] == {"url": URL, "secrets": [first["secret"], SECRET]}

    assert "secret" not in cli("endpoints", "rotate", "crm", "--finish", "--json").json
    assert stored()["crm"]["secrets"] == [first["secret"]]

    second = cli("endpoints", "rotate", "crm", "--at-once", "--json").json
    assert stored()["crm"]["secrets"] == [second["secret"]]


def test_one_that_is_gone_is_told_again_when_the_operator_says_so(cli: Cli) -> None:
    """By another URL, or by the same one."""
    say_gone()
    assert cli("endpoints", "list", "--json").json[0]["state"] == "gone"

    assert cli("endpoints", "set", "crm", "--url", URL, "--json").json["state"] == "told"
    assert Table(TABLE).read([gone_endpoint_key("crm")]) == [None]
    assert cli("endpoints", "set", "crm", "--url", "https://crm.example.com:8443/").code == 0
    assert stored()["crm"] == {"url": "https://crm.example.com:8443/", "secrets": [SECRET]}


def test_a_name_that_is_taken_anew_is_told(cli: Cli) -> None:
    """Whatever the endpoint that had it before has said."""
    say_gone()
    cli("endpoints", "remove", "crm")

    assert cli("endpoints", "add", "crm", "--url", URL, "--json").json["state"] == "told"
    assert Table(TABLE).read([gone_endpoint_key("crm")]) == [None]


@pytest.mark.parametrize("url", ["https://ada:4f1c9e@crm.example.com/", "https://[4f1c9e/", "4f1c9e"])
def test_a_url_that_nothing_is_sent_to_is_listed_as_that(cli: Cli, url: str) -> None:
    """Somebody has written it into the secret by hand; it keeps no other from being listed, and is not told."""
    document = {"endpoints": {"bad": {"url": url, "secrets": [SECRET]}, "crm": {"url": URL, "secrets": [SECRET]}}}
    boto3.client("secretsmanager").put_secret_value(SecretId="endpoints", SecretString=json.dumps(document))

    listed = cli("endpoints", "list", "--json")

    assert [(each["endpoint"], each["host"]) for each in listed.json] == [("bad", "-"), ("crm", "crm.example.com")]
    assert "4f1c9e" not in listed.out + listed.err


def test_one_that_routes_tell_stays(cli: Cli) -> None:
    """Until none does."""
    table, route = Table(TABLE), ROUTE.model_copy(update={"endpoint": "crm"})
    key = route_key(route.source, route.event_type)
    table.write_together(table.put(key | route.to_wire()))
    refused = cli("endpoints", "remove", "crm", "--json")
    assert refused.code == 1
    assert f"{route.source} {route.event_type}" in refused.error["message"]
    assert stored().keys() == {"crm"}

    table.delete(key)
    assert cli("endpoints", "remove", "crm", "--json").json == {"endpoint": "crm", "removed": True}
    assert stored() == {}
    assert "add --help" in cli("endpoints", "list").out
    assert cli("endpoints", "remove", "crm").code == 1


def test_an_endpoint_can_be_tried(cli: Cli, receiver: Upstream) -> None:
    """By a webhook like any other, signed as all are."""
    cli("endpoints", "set", "crm", "--url", f"{receiver.url}/in")

    assert cli("endpoints", "test", "crm", "--json").json == {"endpoint": "crm", "status": 204}

    (received,) = receiver.received
    assert received.json() == {"type": "Endpoint.Test", "timestamp": "2026-11-18T11:06:40Z", "data": {}}
    signed = f"{received.headers['webhook-id']}.{NOW}.".encode() + received.body
    mac = base64.b64encode(hmac.digest(standard_key(SECRET), signed, hashlib.sha256)).decode()
    assert received.headers["webhook-signature"] == f"v1,{mac}"
    assert "204" in cli("endpoints", "test", "crm").out


@pytest.mark.parametrize("status", [HTTPStatus.FOUND, HTTPStatus.UNAUTHORIZED, HTTPStatus.GONE, 500, 599])
def test_one_that_does_not_take_it_is_not_ok(cli: Cli, receiver: Upstream, status: int) -> None:
    """And what it answered is said."""
    cli("endpoints", "set", "crm", "--url", f"{receiver.url}/in")
    receiver.expect(lambda *_: Answer(status))

    refused = cli("endpoints", "test", "crm", "--json")

    assert refused.code == 1
    assert str(int(status)) in refused.error["message"]


def test_one_that_is_not_there_cannot_be_reached(cli: Cli, receiver: Upstream) -> None:
    """Nobody listens, or nobody has the name."""
    cli("endpoints", "set", "crm", "--url", "http://127.0.0.1:9/in")
    assert cli("endpoints", "test", "crm", "--json").code == 3
    assert receiver.received == []


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["add", "crm", "--url", URL], 1, "already"),
        (["add", "CRM", "--url", URL], 2, "endpoint"),
        (["add", "erp", "--url", "http://erp.example.com"], 2, "--url"),
        (["add", "erp", "--url", "https://user:password@erp.example.com/"], 2, "--url"),
        (["add", "erp", "--url", "https://192.0.2.7/"], 2, "--url"),
        (["add", "erp", "--url", "http://127.0.0.1:9/"], 2, "--url"),
        (["add", "erp", "--url", "https://erp.example.com/" + "x" * 2048], 2, "--url"),
        (["add", "erp"], 2, "--url"),
        (["set", "erp", "--url", URL], 1, "no such endpoint"),
        (["rotate", "erp"], 1, "no such endpoint"),
        (["rotate", "crm", "--finish", "--at-once"], 2, "--finish"),
        (["test", "erp"], 1, "no such endpoint"),
    ],
)
def test_what_cannot_be_meant_is_said(cli: Cli, arguments: list[str], code: int, word: str) -> None:
    """And nothing is written."""
    refused = cli("endpoints", *arguments, "--json")

    assert refused.code == code
    assert word in refused.err
    assert "password" not in refused.err
    assert stored() == {"crm": {"url": URL, "secrets": [SECRET]}}
