"""POST /hooks/bookings/{source}: what booking systems tell is handed on, and nobody else's word is taken."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.support.aws_faults import fail
from tests.support.booking_hooks import CAL_SECRET, SECRETS, SOURCES, body_of, saying, signed
from tests.support.clock import NOW
from tests.support.events import Event, with_headers
from tests.support.world import BOOKINGS, World
from vocespace.booking_events import BookingEvent
from vocespace.booking_intake import MAX_HOOK, read_message

NAME = "booking_hooks"
NEXT_SECRET = "the-next-secret-of-the-tests"

TAKEN = {
    "cal_created": ("cal", "booked", "bFJeNb2uX8ANpT3JL5EfXw", None),
    "cal_rescheduled": ("cal", "moved", "kQ9z7TnewUidAAAAAAAAAA", "bFJeNb2uX8ANpT3JL5EfXw"),
    "cal_requested_move": ("cal", "moved", "kQ9z7TnewUidAAAAAAAAAA", "bFJeNb2uX8ANpT3JL5EfXw"),
    "cal_cancelled": ("cal", "cancelled", "kQ9z7TnewUidAAAAAAAAAA", None),
    "cal_rejected": ("cal", "cancelled", "bFJeNb2uX8ANpT3JL5EfXw", None),
    "calendly_created": ("calendly", "booked", "https://api.calendly.com/scheduled_events/EEE1", None),
    "calendly_created_moved": ("calendly", "moved", "https://api.calendly.com/scheduled_events/EEE2", None),
    "calendly_canceled_moved": ("calendly", "cancelled", "https://api.calendly.com/scheduled_events/EEE1", None),
    "calendly_canceled": ("calendly", "cancelled", "https://api.calendly.com/scheduled_events/EEE2", None),
    "calendly_canceled_of_group": ("calendly", "cancelled", "https://api.calendly.com/scheduled_events/EEE2", None),
    "standard_created": ("crm", "booked", "bkg_123", None),
    "standard_rescheduled": ("crm", "moved", "bkg_124", "bkg_123"),
    "standard_updated": ("crm", "moved", "bkg_124", None),
    "standard_cancelled": ("crm", "cancelled", "bkg_124", None),
    "cloud_structured": ("crm", "booked", "bkg_123", None),
    "cloud_binary": ("crm", "booked", "bkg_123", None),
}
IGNORED = ("cal_requested", "cal_unknown", "calendly_unknown", "standard_unknown", "cloud_unknown")
REFUSED = {
    "cal_bad_signature": "hook_signature",
    "cal_no_secret": "hook_no_signature",
    "cal_no_signature": "hook_no_signature",
    "calendly_stale": "hook_time",
    "standard_stale": "hook_time",
    "unknown_source": "hook_signature",
}


def created(world: World) -> Event:
    """What Cal.com says of a new booking."""
    return world.event(NAME, "cal_created")


def handed_on(world: World) -> list[BookingEvent]:
    """What is in the queue, as the worker reads it."""
    events = [read_message(each["body"]) for each in world.queued(BOOKINGS)]
    return [event for event in events if event is not None]


@pytest.mark.parametrize("case", TAKEN)
def test_what_happened_is_handed_on(world: World, case: str) -> None:
    """Told alike, whichever system it happened in."""
    answer = world.call(NAME, world.event(NAME, case))

    assert (answer.status, answer.json) == (202, {"status": "ok"})
    [event] = handed_on(world)
    assert (event.source, event.happened, event.booking, event.former_booking) == TAKEN[case]
    assert event.ends_at - event.starts_at == 30 * 60


@pytest.mark.parametrize("case", IGNORED)
def test_what_nobody_follows_is_taken_and_forgotten(world: World, case: str) -> None:
    """The sender has done nothing wrong."""
    assert world.call(NAME, world.event(NAME, case)).status == 202
    assert handed_on(world) == []


def test_every_refusal_looks_the_same(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether there is such a source or not; the reason is for the log."""
    answers = {case: world.call(NAME, world.event(NAME, case)) for case in REFUSED}

    assert {answer.status for answer in answers.values()} == {401}
    assert len({answer.text for answer in answers.values()}) == 1
    assert handed_on(world) == []
    log = capsys.readouterr().out
    for reason in REFUSED.values():
        assert f'"{reason}"' in log


def test_a_changed_body_is_refused(world: World) -> None:
    """By one byte."""
    for case in ("cal_created", "calendly_created", "standard_created", "cloud_structured"):
        event = world.event(NAME, case)
        assert world.call(NAME, event | {"body": event["body"] + " "}).status == 401


def test_the_body_may_come_in_base64(world: World) -> None:
    """Which bytes were signed does not depend on how API Gateway hands them over."""
    event = world.event(NAME, "cloud_structured")
    encoded = {"body": base64.b64encode(body_of(event)).decode(), "isBase64Encoded": True}

    assert world.call(NAME, event | encoded).status == 202
    assert len(handed_on(world)) == 1


def test_headers_are_named_in_any_case(world: World) -> None:
    """API Gateway writes them in lower case; not everything before a function does."""
    for case in ("cal_created", "calendly_created", "cloud_binary"):
        event = world.event(NAME, case)
        headers = {name.title(): value for name, value in event["headers"].items()}
        assert world.call(NAME, event | {"headers": headers}).status == 202
    assert len(handed_on(world)) == 3


def test_any_live_secret_may_have_signed(world: World) -> None:
    """While one takes the place of another."""
    both = {"kind": "cal.com", "secrets": [NEXT_SECRET, CAL_SECRET]}
    world.put_secret("booking-sources", {"sources": SOURCES["sources"] | {"cal": both}})

    assert world.call(NAME, created(world)).status == 202
    assert world.call(NAME, signed(created(world), secret=NEXT_SECRET)).status == 202
    assert world.call(NAME, signed(created(world), secret=SECRETS["calendly"])).status == 401


def test_an_event_comes_through_once(world: World) -> None:
    """However often it is delivered, as long as the queue remembers it."""
    for case in ("cal_created", "calendly_created", "standard_created", "cloud_binary"):
        event = world.event(NAME, case)
        assert [world.call(NAME, event).status for _ in range(3)] == [202] * 3
    again = signed(world.event(NAME, "standard_created"), now=NOW + 30)
    assert world.call(NAME, again).status == 202

    assert [event.source for event in handed_on(world)] == ["cal", "calendly", "crm", "crm"]


def test_a_binary_event_cannot_be_told_again_as_another(world: World) -> None:
    """Its headers are not signed, but its id is taken."""
    event = world.event(NAME, "cloud_binary")
    other = with_headers(event, ce_id="another", ce_type="com.vocespace.booking.cancelled.v1")

    assert [world.call(NAME, each).status for each in (event, other)] == [202, 202]
    [taken] = handed_on(world)
    assert taken.happened == "booked"


def test_a_booking_is_worked_on_in_order(world: World) -> None:
    """Cal.com's calendar UID stays through all moves; nothing of it can be read off the group."""
    for case in ("cal_created", "cal_rescheduled", "cal_cancelled", "calendly_created"):
        assert world.call(NAME, world.event(NAME, case)).status == 202

    groups = [each["attributes"]["MessageGroupId"] for each in world.queued(BOOKINGS)]

    assert groups[0] == groups[1] == groups[2] != groups[3]
    assert all(len(group) == 64 for group in groups)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("c4n4ry", ["body"]),
        ("[]", ["body"]),
        ('{"content": "c4n4ry"}', ["triggerEvent"]),
        ('{"triggerEvent": "BOOKING_CREATED"}', ["createdAt", "payload"]),
        (
            '{"triggerEvent": "BOOKING_CREATED", "createdAt": "c4n4ry", "payload": {"uid": "c4n4ry"}}',
            ["createdAt", "payload.startTime", "payload.endTime"],
        ),
    ],
)
def test_what_is_authentic_and_unusable_is_told(
    world: World, capsys: pytest.CaptureFixture[str], body: str, fields: list[str]
) -> None:
    """To whoever looks at the deliveries, by field; and counted."""
    answer = world.call(NAME, saying(created(world), body))

    assert (answer.status, [each["field"] for each in answer.json["errors"]]) == (400, fields)
    assert "c4n4ry" not in answer.text
    assert '"outcome":"unusable"' in capsys.readouterr().out.replace(" ", "")
    assert handed_on(world) == []


def test_what_comes_is_counted(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """By source and outcome."""
    for case in ("standard_created", "standard_unknown"):
        world.call(NAME, world.event(NAME, case))

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "BookingHook" in line]
    assert [(line["source"], line["outcome"]) for line in lines] == [("crm", "taken"), ("crm", "ignored")]


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 202),
        ("Application/JSON; charset=UTF-8", 202),
        ("application/json; charset=latin-1", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/cloudevents-batch+json", 415),
        ("text/plain", 415),
        (None, 415),
    ],
)
def test_the_media_type_is_json(world: World, media_type: str | None, status: int) -> None:
    """A form is what a template of Cal.com's makes."""
    assert world.call(NAME, with_headers(created(world), content_type=media_type)).status == status


def test_a_body_beyond_the_limit_is_not_looked_at(world: World) -> None:
    """256 KiB are taken, as text or in base64."""
    event = created(world)
    room = MAX_HOOK - len(body_of(event)) - len(', "x": ""')
    large = signed(event | {"body": event["body"][:-1] + f', "x": "{"x" * room}"' + "}"})

    assert len(body_of(large)) == MAX_HOOK
    assert world.call(NAME, large).status == 202
    for body, is_base64 in (("x" * (MAX_HOOK + 1), False), (base64.b64encode(b"x" * (MAX_HOOK + 1)).decode(), True)):
        answer = world.call(NAME, event | {"body": body, "isBase64Encoded": is_base64})
        assert (answer.status, answer.json["detail"]) == (413, "The body is larger than 256 KiB.")


def test_a_booking_that_the_queue_would_not_take_is_refused(world: World) -> None:
    """It holds in the body, and not in a message."""
    people = [{"name": "漢" * 85, "id": f"{number:03}" + "é" * 120} for number in range(200)]
    event = world.event(NAME, "standard_created")
    body = json.loads(event["body"])
    body["data"]["attendees"] = people

    answer = world.call(NAME, saying(event, json.dumps(body, ensure_ascii=False)))

    assert (answer.status, answer.json["code"]) == (413, "body_too_large")
    assert handed_on(world) == []


def test_characters_that_a_queue_does_not_take_come_through(world: World) -> None:
    """SQS refuses U+FFFF, which Unicode has no use for and a name may hold."""
    event = created(world)
    body: dict[str, Any] = json.loads(event["body"])
    body["payload"]["attendees"][0]["name"] = "Zhang \uffff\ufffe San"

    assert world.call(NAME, saying(event, body)).status == 202
    [message] = world.queued(BOOKINGS)
    assert message["body"].isascii()
    taken = read_message(message["body"])
    assert taken is not None
    assert taken.attendees[0].name == "Zhang \uffff\ufffe San"


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (403, "AccessDenied"), (400, "Gone")])
def test_without_a_queue_the_source_is_asked_to_come_again(world: World, status: int, code: str) -> None:
    """Most repeat after a 503."""
    event = created(world)
    fail("SendMessage", status, code)

    answer = world.call(NAME, event)

    assert (answer.status, answer.json["code"]) == (503, "store_unavailable")
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize("document", [{}, {"sources": {"cal": {"kind": "cal.com", "secrets": [""]}}}])
def test_without_usable_sources_nothing_is_taken(world: World, document: object) -> None:
    """An empty secret would let anybody sign."""
    world.put_secret("booking-sources", document)

    answer = world.call(NAME, created(world))

    assert (answer.status, answer.json["code"]) == (503, "secrets_unavailable")
