"""Calendly's webhooks: one invitee each, and a move in two halves."""

from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import given

from tests.unit.hooks import GONE, anything_comes_to_an_end, changed, faults, hook, mutations, read
from tests.unit.vectors import json_cases, naughty_strings
from vocespace.booking_events import BookedPerson, Happened
from vocespace.calendly import read_calendly
from vocespace.names import person_name

API = "https://api.calendly.com"
EVENT_1, EVENT_2 = f"{API}/scheduled_events/EEE1", f"{API}/scheduled_events/EEE2"
INVITEE_1, INVITEE_2 = f"{EVENT_1}/invitees/III1", f"{EVENT_2}/invitees/III2"
CREATED = hook("calendly_created")
CANCELED = hook("calendly_canceled")
EVE = BookedPerson(key="eve@mail.example", name="Guest", email="Eve@Mail.example")

calendly = partial(read_calendly, "calendly")


def test_a_booking_is_read() -> None:
    """Its invitee, whoever else they bring, its host and its time; that there are no others it does not say."""
    event = read(calendly, CREATED)

    assert (event.source, event.happened, event.occurred_at) == ("calendly", Happened.BOOKED, 1_795_000_000_000)
    assert (event.booking, event.former_booking, event.event_type) == (EVENT_1, None, f"{API}/event_types/TTTT")
    assert (event.starts_at, event.ends_at, event.title) == (1_796_202_000, 1_796_203_800, "30 Minute Meeting")
    assert event.organizer == BookedPerson(key=f"{API}/users/UUUU", name="Ada Host", email="ada@acme.example")
    assert event.attendees == (
        BookedPerson(key=INVITEE_1, name="Zhang San", email="zhang@mail.example", time_zone="Asia/Shanghai"),
        EVE,
    )
    assert (event.is_whole, event.awaits_successor) == (False, False)


def test_a_move_comes_in_two_halves() -> None:
    """Who leaves comes again, and is the same person."""
    away, there = read(calendly, hook("calendly_canceled_moved")), read(calendly, hook("calendly_created_moved"))

    assert (away.happened, away.booking, away.awaits_successor) == (Happened.CANCELLED, EVENT_1, True)
    assert (away.attendees[0].key, away.attendees[0].former_key) == (INVITEE_1, None)
    assert (there.happened, there.booking, there.awaits_successor) == (Happened.MOVED, EVENT_2, False)
    assert (there.attendees[0].key, there.attendees[0].former_key) == (INVITEE_2, INVITEE_1)
    assert not there.is_whole


def test_a_cancellation_is_final() -> None:
    """Of the invitee, and of whom they have brought where the event is cancelled with it."""
    event = read(calendly, CANCELED)

    assert (event.happened, event.awaits_successor, event.is_whole) == (Happened.CANCELLED, False, False)
    assert [person.key for person in event.attendees] == [INVITEE_2, EVE.key]


def test_one_of_several_leaves_alone() -> None:
    """The event goes on, and its guests stay."""
    [person] = read(calendly, hook("calendly_canceled_of_group")).attendees

    assert person.key == INVITEE_2


@pytest.mark.parametrize("rescheduled", [False, None, GONE])
def test_only_what_says_so_awaits_a_successor(rescheduled: object) -> None:
    """Else a cancellation is one."""
    assert not read(calendly, changed(CANCELED, "payload.rescheduled", rescheduled)).awaits_successor


def test_an_event_is_known_by_what_it_says() -> None:
    """The kind, the invitee and the time."""
    ids = [
        read(calendly, members).id
        for members in (
            CREATED,
            changed(CREATED, "payload.name", "Somebody else"),
            changed(CREATED, "event", "invitee.canceled"),
            changed(CREATED, "created_at", "2026-11-18T11:06:40.000001Z"),
            changed(CREATED, "payload.uri", INVITEE_2),
        )
    ]

    assert ids[0] == ids[1]
    assert len(set(ids[1:])) == 4


@pytest.mark.parametrize(
    "kind",
    ["invitee_no_show.created", "routing_form_submission.created", "event_type.updated", "invitee.cancelled", ""],
)
def test_what_moves_no_meeting_is_passed_over(kind: str) -> None:
    """Whatever it holds; Calendly spells `canceled` with one l."""
    assert calendly(json.dumps({"event": kind, "payload": 5}).encode()) is None


@pytest.mark.parametrize(
    ("way", "value", "kept"),
    [
        ("event_memberships", [], None),
        ("event_memberships", None, None),
        ("event_memberships", GONE, None),
        ("event_memberships", [{}], None),
        (
            "event_memberships.0.user_name",
            GONE,
            BookedPerson(key=f"{API}/users/UUUU", name="Host", email="ada@acme.example"),
        ),
        ("event_memberships.0.user_email", "?", BookedPerson(key=f"{API}/users/UUUU", name="Ada Host")),
        (
            "event_memberships.0.user",
            GONE,
            BookedPerson(key="ada@acme.example", name="Ada Host", email="ada@acme.example"),
        ),
    ],
)
def test_a_host_is_known_as_far_as_they_are(way: str, value: object, kept: BookedPerson | None) -> None:
    """By the user, else by the address; a name of older webhooks is none."""
    assert read(calendly, changed(CREATED, f"payload.scheduled_event.{way}", value)).organizer == kept


@pytest.mark.parametrize(
    "guests", [None, GONE, [], [{}], [{"email": "?"}], [{"email": "zhang@mail.example"}, {"email": "ada@acme.example"}]]
)
def test_guests_are_others(guests: object) -> None:
    """Neither the invitee nor the host, and nobody without an address."""
    [person] = read(calendly, changed(CREATED, "payload.scheduled_event.event_guests", guests)).attendees

    assert person.key == INVITEE_1


@pytest.mark.parametrize("name", naughty_strings(), ids=ascii)
def test_naughty_names_are_mended(name: str) -> None:
    """Whatever people call themselves."""
    members = changed(changed(CREATED, "payload.name", name), "payload.scheduled_event.name", name)

    assert person_name(read(calendly, members).attendees[0].name)


def test_a_booking_without_a_type_goes_by_none() -> None:
    """One-off meetings have none."""
    assert read(calendly, changed(CREATED, "payload.scheduled_event.event_type", None)).event_type == "none"


@pytest.mark.parametrize(
    ("way", "value", "field"),
    [
        ("event", GONE, "event"),
        ("created_at", GONE, "created_at"),
        ("created_at", "c4n4ry", "created_at"),
        ("payload", None, "payload"),
        ("payload.uri", GONE, "payload.uri"),
        ("payload.old_invitee", {"c4n4ry": 1}, "payload.old_invitee"),
        ("payload.rescheduled", "c4n4ry", "payload.rescheduled"),
        ("payload.scheduled_event", GONE, "payload.scheduled_event"),
        ("payload.scheduled_event", INVITEE_1, "payload.scheduled_event"),
        ("payload.scheduled_event.uri", None, "payload.scheduled_event.uri"),
        ("payload.scheduled_event.start_time", "c4n4ry", "payload.scheduled_event.start_time"),
        ("payload.scheduled_event.end_time", "2026-12-02T09:00:00Z", ""),
        (
            "payload.scheduled_event.event_guests",
            [{"email": f"a{n}@mail.example"} for n in range(200)],
            "attendees",
        ),
    ],
)
def test_what_a_meeting_cannot_be_without_is_insisted_on(way: str, value: object, field: str) -> None:
    """Each fault by its field, and none quoted."""
    assert field in faults(calendly, changed(CREATED, way, value))


@given(mutations("calendly_created", "calendly_created_moved", "calendly_canceled_moved"))
def test_nothing_else_comes_of_a_change(body: bytes) -> None:
    """Wherever it is made."""
    anything_comes_to_an_end(calendly, body)


@pytest.mark.parametrize("name", sorted(json_cases()))
def test_nothing_else_comes_of_json(name: str) -> None:
    """Of any."""
    anything_comes_to_an_end(calendly, json_cases()[name])
