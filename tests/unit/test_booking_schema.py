"""Our own schema of what happens to bookings: read strictly, by webhook and by the bus."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import json_values
from tests.unit.hooks import GONE, anything_comes_to_an_end, changed, faults, hook, mutations, read
from tests.unit.vectors import json_cases
from vocespace.booking_events import BookedPerson, BookingEvent, Happened
from vocespace.booking_intake import deduplication_of, group_of, read_message
from vocespace.errors import InvalidParametersError
from vocespace.identities import Identity
from vocespace.standard_hooks import read_standard

HEADERS = {"content-type": "application/json", "webhook-id": "msg_1"}
CREATED = hook("standard_created")
MOVED = hook("standard_rescheduled")
CANCELLED = hook("standard_cancelled")
ENVELOPE: dict[str, Any] = {
    "version": "0",
    "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "Booking.Created",
    "source": "com.example.crm",
    "account": "123456789012",
    "time": "2026-11-18T11:06:40Z",
    "region": "eu-central-1",
    "resources": [],
    "detail": CREATED["data"],
}
LEAST = {"booking_id": "b", "starts_at": "2026-12-02T09:00:00Z", "ends_at": "2026-12-02T09:00:01Z"}

standard = partial(read_standard, "crm", HEADERS)


def told(data: object, what: str = "booking.created") -> dict[str, object]:
    """A webhook about a booking."""
    return {"type": what, "timestamp": "2026-11-18T11:06:40Z", "data": data}


def by_bus(body: bytes) -> BookingEvent | None:
    """Reads a message of the queue."""
    return read_message(body.decode(errors="surrogateescape"))


def test_a_booking_is_read() -> None:
    """All that it says."""
    event = read(standard, CREATED)

    assert (event.source, event.id, event.happened) == ("crm", "msg_1", Happened.BOOKED)
    assert (event.occurred_at, event.starts_at, event.ends_at) == (1_795_000_000_000, 1_796_202_000, 1_796_203_800)
    assert (event.booking, event.former_booking, event.event_type, event.title) == ("bkg_123", None, "intro", "Intro")
    assert (event.space, event.room) == ("my-workspace", "$empty")
    assert (event.calendar_uid, event.calendar_sequence) == ("bkg_123@crm.example", 0)
    assert event.organizer == BookedPerson(
        key="ada", id="ada", name="Ada", email="ada@acme.example", time_zone="Europe/Paris"
    )
    assert event.attendees == (
        BookedPerson(
            key="zhang@mail.example",
            name="Zhang San",
            email="Zhang@Mail.example",
            time_zone="Asia/Shanghai",
            locale="zh-CN",
            identity=Identity.GUEST,
        ),
    )
    assert event.is_whole


@pytest.mark.parametrize(
    ("word", "happened"),
    [
        ("created", Happened.BOOKED),
        ("rescheduled", Happened.MOVED),
        ("updated", Happened.MOVED),
        ("cancelled", Happened.CANCELLED),
    ],
)
def test_the_same_is_told_in_three_ways(word: str, happened: Happened) -> None:
    """Plain, as a CloudEvent, and on the bus."""
    cloud = hook("cloud_structured") | {"type": f"com.vocespace.booking.{word}.v1", "data": LEAST}
    structured = partial(read_standard, "crm", {"content-type": "application/cloudevents+json", "webhook-id": "msg_1"})

    events = [
        read(standard, told(LEAST, f"booking.{word}")),
        read(structured, cloud),
        read(by_bus, ENVELOPE | {"detail-type": f"Booking.{word.capitalize()}", "detail": LEAST}),
    ]

    assert {event.happened for event in events} == {happened}
    assert [event.source for event in events] == ["crm", "crm", "bus"]
    assert events[0].id == "msg_1"
    assert events[2].id == ENVELOPE["id"]
    same = {event.model_copy(update={"source": "-", "id": "-"}) for event in events}
    assert len(same) == 1


def test_the_least_is_a_name_and_a_time() -> None:
    """Nobody is invited, and nobody uninvited."""
    event = read(standard, told(LEAST, "booking.updated"))

    assert (event.organizer, event.attendees, event.is_whole, event.event_type) == (None, (), False, "none")


def test_who_is_not_listed_any_more_is_uninvited() -> None:
    """A list is whole, also an empty one; a cancellation is for everybody."""
    assert read(standard, told(LEAST | {"attendees": []}, "booking.updated")).is_whole
    assert read(standard, CANCELLED).is_whole


def test_a_move_may_rename() -> None:
    """Or not."""
    assert read(standard, MOVED).former_booking == "bkg_123"
    assert read(standard, changed(MOVED, "data.previous_booking_id", GONE)).former_booking is None


def test_when_it_happened_may_be_said_exactly() -> None:
    """The bus knows whole seconds only."""
    detail = CREATED["data"] | {"occurred_at": "2026-11-18T12:06:40.5+01:00"}

    assert read(by_bus, ENVELOPE | {"detail": detail}).occurred_at == 1_795_000_000_500
    assert read(standard, told(detail)).occurred_at == 1_795_000_000_500


def test_an_organizer_is_no_attendee() -> None:
    """Though they may list themselves."""
    event = read(standard, changed(CREATED, "data.attendees.0", {"name": "Ada", "id": "ada", "role": "guest"}))

    assert event.attendees == ()


@pytest.mark.parametrize("what", ["invoice.paid", "booking.created.v2", "Booking.Created", "booking.no_show", ""])
def test_what_is_not_known_is_passed_over(what: str) -> None:
    """Whatever it holds."""
    assert standard(json.dumps({"type": what, "data": 5, "more": 1}).encode()) is None
    assert by_bus(json.dumps({"detail-type": f"x{what}", "detail": 5}).encode()) is None


@pytest.mark.parametrize(
    ("way", "value", "field"),
    [
        ("type", GONE, "type"),
        ("type", 5, "type"),
        ("timestamp", GONE, "timestamp"),
        ("timestamp", 1_795_000_000, "timestamp"),
        ("more", "c4n4ry", "more"),
        ("data", GONE, "data"),
        ("data", "c4n4ry", "data"),
        ("data.more", "c4n4ry", "data.more"),
        ("data.bookingId", "c4n4ry", "data.bookingId"),
        ("data.booking_id", GONE, "data.booking_id"),
        ("data.booking_id", "", "data.booking_id"),
        ("data.booking_id", 5, "data.booking_id"),
        ("data.starts_at", "2026-12-02", "data.starts_at"),
        ("data.starts_at", 1_796_202_000, "data.starts_at"),
        ("data.ends_at", "2026-12-02T09:00:00.9Z", "data"),
        ("data.title", "c4n4ry\n", "data.title"),
        ("data.title", "t" * 201, "data.title"),
        ("data.event_type", "", "data.event_type"),
        ("data.space", "c4n4ry/", "data.space"),
        ("data.room", "$c4n4ry", "data.room"),
        ("data.occurred_at", "c4n4ry", "data.occurred_at"),
        ("data.ical_sequence", -1, "data.ical_sequence"),
        ("data.previous_booking_id", "bkg_0", "data.previous_booking_id"),
        ("data.organizer.role", "owner", "data.organizer.role"),
        ("data.organizer.name", GONE, "data.organizer.name"),
        ("data.attendees.0.name", "", "data.attendees.0.name"),
        ("data.attendees.0.email", "c4n4ry", "data.attendees.0.email"),
        ("data.attendees.0.email", GONE, "data.attendees.0"),
        ("data.attendees.0.tz", "Mars/C4n4ry", "data.attendees.0.tz"),
        ("data.attendees.0.locale", "en_US", "data.attendees.0.locale"),
        ("data.attendees.0.role", "host", "data.attendees.0.role"),
        ("data.attendees.0.timeZone", "UTC", "data.attendees.0.timeZone"),
        ("data.attendees", [{"name": "A", "email": "a@b.example"}, {"name": "B", "email": "A@b.example"}], "data"),
        ("data.attendees", [{"name": "A", "id": f"{n}"} for n in range(201)], "data.attendees"),
    ],
)
def test_every_fault_is_named(way: str, value: object, field: str) -> None:
    """By the member as its sender wrote it, and without its value."""
    assert field in faults(standard, changed(CREATED, way, value))


def test_a_booking_does_not_take_its_own_place() -> None:
    """It would be out of date by its own word."""
    members = changed(MOVED, "data.previous_booking_id", MOVED["data"]["booking_id"])

    assert faults(standard, members) == {"data.previous_booking_id": "is the same as booking_id"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"detail-type": 5}, "detail-type"),
        ({"id": ""}, "id"),
        ({"time": "now"}, "time"),
        ({"detail": []}, "detail"),
        ({"detail": LEAST | {"more": 1}}, "detail.more"),
        ({"detail": {}}, "detail.booking_id"),
    ],
)
def test_the_bus_is_held_to_the_same(change: dict[str, object], field: str) -> None:
    """With its own names."""
    assert field in faults(by_bus, ENVELOPE | change)


def test_what_was_read_before_is_read_again() -> None:
    """As it comes out of the queue."""
    event = read(standard, CREATED)

    assert read_message(json.dumps(event.to_wire())) == event
    assert "startsAt" in faults(by_bus, event.to_wire() | {"startsAt": "soon"})


def test_a_booking_stays_in_its_group_as_long_as_it_says_so() -> None:
    """By its calendar UID, else by its former name; never across sources."""
    first, second = (read(standard, told(LEAST | {"booking_id": name})) for name in ("a", "b"))
    moved = read(standard, told(LEAST | {"booking_id": "b", "previous_booking_id": "a"}, "booking.rescheduled"))
    entry = [read(standard, told(LEAST | {"booking_id": name, "ical_uid": "u"})) for name in ("a", "b")]

    assert group_of(first) == group_of(moved) != group_of(second)
    assert group_of(entry[0]) == group_of(entry[1]) != group_of(first)
    assert group_of(first) != group_of(first.model_copy(update={"source": "other"}))
    assert len(group_of(first)) == 64


def test_an_event_is_dropped_for_its_own_twin_alone() -> None:
    """Of the same source."""
    event = read(standard, CREATED)

    assert deduplication_of(event) == deduplication_of(read(standard, changed(CREATED, "data.title", "x")))
    assert deduplication_of(event) != deduplication_of(event.model_copy(update={"source": "other"}))
    assert deduplication_of(event) != deduplication_of(event.model_copy(update={"id": "other"}))


@given(mutations("standard_created", "standard_rescheduled"))
def test_nothing_else_comes_of_a_change(body: bytes) -> None:
    """Wherever it is made."""
    anything_comes_to_an_end(standard, body)


@given(st.dictionaries(st.sampled_from(sorted(ENVELOPE)), json_values | st.just("Booking.Created")) | json_values)
def test_nothing_else_comes_of_a_message(message: object) -> None:
    """Of the queue."""
    anything_comes_to_an_end(by_bus, json.dumps(message).encode())


@pytest.mark.parametrize("name", sorted(json_cases()))
def test_nothing_else_comes_of_json(name: str) -> None:
    """Of any."""
    anything_comes_to_an_end(standard, json_cases()[name])
    anything_comes_to_an_end(by_bus, json_cases()[name])


def test_text_that_is_none_is_refused() -> None:
    """A queue could hardly hand it over."""
    with pytest.raises(InvalidParametersError):
        read_message("\ud800")
