"""CloudEvents: whole in the body, or in headers around it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.events import load_event
from tests.unit.hooks import GONE, Read, anything_comes_to_an_end, changed, faults, hook, mutations, read
from vocespace.booking_events import BookingEvent
from vocespace.cloud_events import binary, is_structured
from vocespace.provider_messages import digest_of
from vocespace.standard_hooks import read_standard

STRUCTURED = hook("cloud_structured")
DATA = hook("cloud_binary")
HEADERS: dict[str, str] = load_event("booking_hooks", "cloud_binary")["headers"]


def structured(body: bytes) -> BookingEvent | None:
    """Reads a structured event."""
    return read_standard("crm", {"content-type": "application/cloudevents+json", "webhook-id": "msg_1"}, body)


def in_headers(**changes: str | None) -> Read:
    """Reads a binary event, some of whose headers are others."""
    headers = HEADERS | {f"ce-{name}": value for name, value in changes.items() if value is not None}
    gone = {f"ce-{name}" for name, value in changes.items() if value is None}

    def reader(body: bytes) -> BookingEvent | None:
        return read_standard("crm", {name: value for name, value in headers.items() if name not in gone}, body)

    return reader


def test_both_forms_say_the_same() -> None:
    """But for the id: what headers say is not signed, so that the message's own holds."""
    whole, parts = read(structured, STRUCTURED), read(in_headers(), DATA)

    assert whole.model_copy(update={"id": ""}) == parts.model_copy(update={"id": ""})
    assert whole.id == digest_of("https://crm.example/bookings", "01JDXQ0M8S")
    assert parts.id == "msg_binary"
    assert whole.occurred_at == 1_795_000_000_000


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/cloudevents+json", True),
        ("Application/CloudEvents+JSON; charset=UTF-8", True),
        ("application/cloudevents-batch+json", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_the_media_type_says_which_form(content_type: str, expected: bool) -> None:
    """Not the body."""
    assert is_structured({"content-type": content_type}) is expected


def test_extensions_are_passed_over() -> None:
    """Also those that come by headers."""
    assert read(structured, STRUCTURED | {"traceparent": "00-0", "subject": 5}).booking == "bkg_123"
    assert read(in_headers(traceparent="00-0", datacontenttype="x"), DATA).booking == "bkg_123"


def test_other_types_are_passed_over() -> None:
    """In either form."""
    assert structured(json.dumps(STRUCTURED | {"type": "com.example.order.v1", "data": None}).encode()) is None
    assert in_headers(type="com.vocespace.booking.created.v2")(b"{}") is None


@pytest.mark.parametrize(
    ("way", "value", "field"),
    [
        ("type", GONE, "type"),
        ("specversion", "0.3", "specversion"),
        ("specversion", GONE, "specversion"),
        ("id", GONE, "id"),
        ("id", "", "id"),
        ("source", "", "source"),
        ("time", "c4n4ry", "time"),
        ("time", GONE, "data.occurred_at"),
        ("data", GONE, "data"),
        ("data", "c4n4ry", "data"),
        ("data.more", 1, "data.more"),
    ],
)
def test_every_fault_of_a_structured_event_is_named(way: str, value: object, field: str) -> None:
    """Without its value."""
    assert field in faults(structured, changed(STRUCTURED, way, value))


def test_data_in_base64_is_none() -> None:
    """JSON needs none."""
    members = {name: value for name, value in STRUCTURED.items() if name != "data"} | {"data_base64": "e30="}

    assert faults(structured, members) == {"data": "is not a JSON object"}


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": None}, "id"),
        ({"type": None}, "type"),
        ({"type": ""}, "type"),
        ({"source": None}, "source"),
        ({"id": "%ff"}, "id"),
        ({"id": "é"}, "id"),
        ({"time": "soon"}, "time"),
        ({"time": None}, "data.occurred_at"),
    ],
)
def test_every_fault_of_a_binary_event_is_named(headers: dict[str, str | None], field: str) -> None:
    """By the attribute."""
    assert field in faults(in_headers(**headers), DATA)


def test_headers_are_decoded() -> None:
    """HTTP holds ASCII only."""
    attributes = {"ce-specversion": "1.0", "ce-type": "t%20t", "ce-source": "%E6%BC%A2", "ce-id": "50%"}

    event = binary(attributes, {})

    assert (event.type, event.source, event.id) == ("t t", "漢", "50%")


@given(mutations("cloud_structured"))
def test_nothing_else_comes_of_a_change(body: bytes) -> None:
    """Wherever it is made."""
    anything_comes_to_an_end(structured, body)


@given(st.dictionaries(st.sampled_from(["specversion", "id", "type", "source", "time"]), st.text(max_size=30)))
def test_nothing_else_comes_of_headers(headers: dict[str, Any]) -> None:
    """Whatever they hold."""
    anything_comes_to_an_end(in_headers(**headers), json.dumps(DATA).encode())
