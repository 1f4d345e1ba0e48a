"""Event buses of the template in moto: what is put on them goes where its rules say, as EventBridge hands it over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import moto
import pytest
from moto.events import models as moto_events

from local.buses import create_buses, create_rules, listen
from local.options import ROOT
from local.queues import Queue, create_queue, create_queues
from local.template import Template

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_sqs import SQSClient

PARAMETERS = {"LiveKitUrl": "wss://lk.example", "LiveKitApiKey": "key", "AWS::Region": "eu-central-1"}


@pytest.fixture(name="clients")
def _clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[EventBridgeClient, SQSClient]]:
    monkeypatch.setitem(vars(moto_events), "EventTemplateParser", vars(moto_events)["EventTemplateParser"])
    with moto.mock_aws():
        yield boto3.client("events"), boto3.client("sqs")


def _put(client: EventBridgeClient, detail_type: str) -> None:
    entry = {"EventBusName": "vocespace-connect", "Source": "crm", "DetailType": detail_type, "Detail": '{"a": 1}'}
    client.put_events(Entries=[entry])  # type: ignore[list-item]


def _bodies(queue: Queue) -> list[dict[str, object]]:
    return [json.loads(message["Body"]) for message in queue.receive(10)]


def test_bookings_on_the_bus_come_into_the_queue(clients: tuple[EventBridgeClient, SQSClient]) -> None:
    """Whole, as an envelope; nothing else does, and a listener hears of both."""
    events, sqs = clients
    template = Template.load(ROOT / "template.yaml", PARAMETERS)
    queues = create_queues(sqs, template, "test")
    buses = create_buses(events, template)
    ids = {name: queue.physical_id for name, queue in queues.items()}
    create_rules(events, Template.load(ROOT / "template.yaml", PARAMETERS, {**ids, **buses}))
    listener = create_queue(sqs, "listener", {})
    listen(events, [bus["Ref"] for bus in buses.values()], listener.arn)

    _put(events, "Booking.Created")
    _put(events, "Meeting.Reminder")

    (booking,) = _bodies(queues["BookingsQueue"])
    assert booking.keys() == {
        "version",
        "id",
        "detail-type",
        "source",
        "account",
        "time",
        "region",
        "resources",
        "detail",
    }
    assert (booking["detail-type"], booking["source"], booking["detail"]) == ("Booking.Created", "crm", {"a": 1})
    assert str(booking["time"]).endswith("Z")
    assert [event["detail-type"] for event in _bodies(listener)] == ["Booking.Created", "Meeting.Reminder"]
