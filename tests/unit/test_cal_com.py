"""Cal.com's webhooks: what is read from them, and that whatever strangers write cannot spoil a meeting."""

from __future__ import annotations

import hashlib
import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.hooks import GONE, anything_comes_to_an_end, changed, faults, hook, mutations, read
from tests.unit.vectors import json_cases, naughty_strings
from vocespace.booking_events import BookedPerson, Happened
from vocespace.cal_com import read_cal_com
from vocespace.names import person_name, printable

FIRST, SECOND = "bFJeNb2uX8ANpT3JL5EfXw", "kQ9z7TnewUidAAAAAAAAAA"
CREATED = hook("cal_created")
MOVED = hook("cal_rescheduled")
CANCELLED = hook("cal_cancelled")
ZHANG = "payload.attendees.0"

cal_com = partial(read_cal_com, "cal")


def test_a_booking_is_read() -> None:
    """Who, when, what, and under which UID Cal.com sends its own invitations."""
    event = read(cal_com, CREATED)

    assert (event.source, event.happened, event.occurred_at) == ("cal", Happened.BOOKED, 1_795_000_000_120)
    assert (event.booking, event.former_booking, event.event_type) == (FIRST, None, "30min")
    assert (event.starts_at, event.ends_at) == (1_796_202_000, 1_796_203_800)
    assert event.title == "Intro between Ada Host and Zhang San"
    assert event.organizer == BookedPerson(
        key="ada@acme.example", name="Ada Host", email="ada@acme.example", time_zone="Europe/Paris", locale="en"
    )
    assert event.attendees == (
        BookedPerson(
            key="zhang@mail.example",
            name="Zhang San",
            email="Zhang@Mail.example",
            time_zone="Asia/Shanghai",
            locale="zh-CN",
        ),
    )
    assert (event.is_whole, event.awaits_successor) == (True, False)
    assert (event.calendar_uid, event.calendar_sequence) == (f"{FIRST}@Cal.com", 0)


def test_an_event_is_known_by_its_bytes() -> None:
    """There is nothing else that every delivery of it has in common."""
    body = json.dumps(CREATED).encode()
    event = cal_com(body)

    assert event is not None
    assert event.id == hashlib.sha256(body).hexdigest()


def test_a_move_names_the_booking_before() -> None:
    """Cal.com gives a new uid each time."""
    event = read(cal_com, MOVED)

    assert (event.happened, event.booking, event.former_booking) == (Happened.MOVED, SECOND, FIRST)
    assert (event.starts_at, event.calendar_sequence) == (1_796_310_000, 1)


@pytest.mark.parametrize(
    ("members", "happened", "booking", "former"),
    [
        (hook("cal_requested_move"), Happened.MOVED, SECOND, FIRST),
        (changed(CREATED, "payload.rescheduleUid", SECOND), Happened.MOVED, FIRST, SECOND),
        (changed(MOVED, "payload.uid", GONE), Happened.MOVED, FIRST, None),
        (changed(MOVED, "payload.uid", FIRST), Happened.MOVED, FIRST, None),
        (changed(MOVED, "payload.rescheduleUid", None), Happened.MOVED, SECOND, None),
        (changed(CANCELLED, "payload.rescheduleUid", FIRST), Happened.CANCELLED, SECOND, None),
        (hook("cal_rejected"), Happened.CANCELLED, FIRST, None),
        (
            changed(CANCELLED, "payload", CANCELLED["payload"] | {"requestReschedule": True}),
            Happened.CANCELLED,
            SECOND,
            None,
        ),
    ],
)
def test_every_way_in_which_cal_com_tells_of_a_move(
    members: dict[str, object], happened: Happened, booking: str, former: str | None
) -> None:
    """Also a request in place of it, and seated events, whose uid is missing or stays."""
    event = read(cal_com, members)

    assert (event.happened, event.booking, event.former_booking) == (happened, booking, former)
    assert not event.awaits_successor


SEAT_MOVED = changed(changed(MOVED, "payload.seatsPerTimeSlot", 5), "payload.attendeeSeatId", "seat_1")


def test_a_seat_moves_alone() -> None:
    """Cal.com names whoever moves first, then those who are there already; the host who moves everybody has no seat."""
    there = {"name": "Dan", "email": "dan@mail.example"}
    people = [*SEAT_MOVED["payload"]["attendees"], there]
    event = read(cal_com, changed(SEAT_MOVED, "payload.attendees", people))

    assert event.left is not None
    assert (event.happened, event.booking, event.former_booking, event.is_whole) == (
        Happened.MOVED,
        SECOND,
        None,
        False,
    )
    assert (event.left.booking, event.left.starts_at, event.left.ends_at) == (FIRST, 1_796_202_000, 1_796_203_800)
    away, arrival = event.by_booking()
    assert (away.happened, away.booking, [each.key for each in away.attendees]) == (
        Happened.CANCELLED,
        FIRST,
        ["zhang@mail.example"],
    )
    assert (arrival.booking, len(arrival.attendees), arrival.calendar_uid) == (SECOND, 2, event.calendar_uid)
    assert read(cal_com, changed(MOVED, "payload.seatsPerTimeSlot", 5)).left is None


def test_a_seat_that_moves_from_nobody_knows_when_has_left_all_the_same() -> None:
    """Whoever knows that booking knows its time too."""
    event = read(
        cal_com, changed(changed(SEAT_MOVED, "payload.rescheduleStartTime", None), "payload.rescheduleEndTime", 5)
    )

    assert event.left is not None
    assert (event.left.booking, event.left.starts_at, event.left.ends_at) == (FIRST, event.starts_at, event.ends_at)


def test_a_seat_that_moves_nowhere_moves_nobody_else() -> None:
    """It would take all others along."""
    assert faults(cal_com, changed(SEAT_MOVED, "payload.uid", GONE)) == {"payload.uid": "is missing"}


@pytest.mark.parametrize("people", [[], [{"name": "Ada", "email": "ada@acme.example"}, {"email": "dan@mail.example"}]])
def test_a_seat_that_nobody_has_moves_nobody(people: list[object]) -> None:
    """Whoever is named beside the organizer was there before."""
    assert cal_com(json.dumps(changed(SEAT_MOVED, "payload.attendees", people)).encode()) is None


@pytest.mark.parametrize("case", ["cal_requested", "cal_unknown"])
def test_what_moves_no_meeting_is_passed_over(case: str) -> None:
    """Whatever it holds."""
    assert cal_com(json.dumps(hook(case)).encode()) is None


@pytest.mark.parametrize("trigger", ["MEETING_STARTED", "PING", "OOO_CREATED", "FORM_SUBMITTED", "NEW_ONE", ""])
def test_unknown_triggers_are_passed_over(trigger: str) -> None:
    """Their payload need not be one of a booking."""
    assert cal_com(json.dumps({"triggerEvent": trigger, "createdAt": "soon", "payload": []}).encode()) is None


@pytest.mark.parametrize(
    ("members", "is_whole"),
    [
        (CREATED, True),
        (MOVED, True),
        (CANCELLED, True),
        (changed(CREATED, "payload.seatsPerTimeSlot", 5), False),
        (changed(MOVED, "payload.seatsPerTimeSlot", 5), False),
        (changed(MOVED, "payload.attendeeSeatId", "seat_1"), False),
        (changed(MOVED, "payload.uid", GONE), False),
        (changed(CANCELLED, "payload.seatsPerTimeSlot", 5), True),
        (changed(CANCELLED, "payload.attendeeSeatId", "seat_1"), False),
        (changed(changed(CANCELLED, "payload.seatsPerTimeSlot", 5), "payload.cancelledBy", GONE), False),
        (changed(CREATED, "payload.seatsPerTimeSlot", 0), True),
    ],
)
def test_nobody_leaves_a_seated_event_by_not_being_named(members: dict[str, object], is_whole: bool) -> None:
    """Cal.com names only whose seat it is about."""
    assert read(cal_com, members).is_whole is is_whole


@pytest.mark.parametrize("people", [[], [{"name": "Ada", "email": "ada@acme.example"}]])
def test_a_seat_that_nobody_gave_up_cancels_nothing(people: list[object]) -> None:
    """An event that nobody is named of would be taken for cancelled as a whole."""
    members = changed(changed(CANCELLED, "payload.attendeeSeatId", "seat_1"), "payload.attendees", people)

    assert cal_com(json.dumps(members).encode()) is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("  Zhang\n\tSan  ", "Zhang San"),
        ("Zhang\u0000\u2028San", "Zhang San"),
        ("n" * 300, "n" * 128),
        ("漢" * 128, "漢" * 85),
        ("😀" * 128, "😀" * 64),
        ("Zhang \ud83d", "Zhang"),
        ("\u202eZhang\u202c San", "Zhang San"),
        ("", "Guest"),
        (" \n ", "Guest"),
        (None, "Guest"),
        (5, "Guest"),
        (["Zhang"], "Guest"),
        (GONE, "Guest"),
    ],
    ids=ascii,
)
def test_names_are_mended(name: object, kept: str) -> None:
    """A meeting does not fail for one."""
    [person] = read(cal_com, changed(CREATED, f"{ZHANG}.name", name)).attendees

    assert person.name == kept


@pytest.mark.parametrize("name", naughty_strings(), ids=ascii)
def test_naughty_names_and_titles_are_mended(name: str) -> None:
    """Whatever people call themselves."""
    event = read(cal_com, changed(changed(CREATED, f"{ZHANG}.name", name), "payload.title", name))

    assert person_name(event.attendees[0].name)
    assert event.title is None or printable(event.title)


@pytest.mark.parametrize(
    ("member", "value", "kept"),
    [
        ("timeZone", "America/New_York", "America/New_York"),
        ("timeZone", " Europe/Paris ", "Europe/Paris"),
        ("timeZone", "Mars/Olympus", None),
        ("timeZone", "../etc/passwd", None),
        ("timeZone", 60, None),
        ("language", {"locale": "pt-BR"}, "pt-BR"),
        ("language", {"locale": "en_US"}, None),
        ("language", {"locale": None}, None),
        ("language", None, None),
        ("language", "en", None),
        ("language", GONE, None),
    ],
)
def test_zones_and_languages_that_are_none_are_left_out(member: str, value: object, kept: str | None) -> None:
    """So that mails come in UTC and English."""
    [person] = read(cal_com, changed(CREATED, f"{ZHANG}.{member}", value)).attendees

    assert (person.time_zone if member == "timeZone" else person.locale) == kept


@pytest.mark.parametrize("email", ["", "nobody", "a b@mail.example", "a@b..example", "@mail.example", None, 5, GONE])
def test_somebody_without_an_address_is_known_by_name(email: object) -> None:
    """They get no mail, but a link."""
    [person] = read(cal_com, changed(CREATED, f"{ZHANG}.email", email)).attendees

    assert (person.key, person.email) == ("zhang san", None)


def test_nobody_is_invited_twice() -> None:
    """Neither who is named twice, nor the organizer, nor somebody who is nobody."""
    people = [
        {"name": "Zhang San", "email": "zhang@mail.example"},
        {"name": "Zhang", "email": "ZHANG@mail.example"},
        {"name": "Ada", "email": "ADA@acme.example"},
        {"email": "?"},
        {},
    ]

    [person] = read(cal_com, changed(CREATED, "payload.attendees", people)).attendees

    assert (person.name, person.email) == ("Zhang San", "zhang@mail.example")


@pytest.mark.parametrize(
    ("way", "value", "attribute", "kept"),
    [
        ("payload.type", GONE, "event_type", "7"),
        ("payload.type", "", "event_type", "7"),
        ("payload.title", "", "title", None),
        ("payload.title", "t" * 999, "title", "t" * 200),
        ("payload.title", "a\r\nBcc: b", "title", "a Bcc: b"),
        ("payload.iCalUID", "", "calendar_uid", None),
        ("payload.iCalUID", "u" * 513, "calendar_uid", None),
        ("payload.iCalSequence", -1, "calendar_sequence", None),
        ("payload.iCalSequence", "1", "calendar_sequence", None),
        ("payload.organizer", None, "organizer", None),
        ("payload.organizer", {}, "organizer", None),
        ("payload.attendees", None, "attendees", ()),
        ("payload.attendees", [], "attendees", ()),
    ],
)
def test_what_a_meeting_can_be_without_is_left_out(way: str, value: object, attribute: str, kept: object) -> None:
    """Or cut."""
    assert getattr(read(cal_com, changed(CREATED, way, value)), attribute) == kept


def test_a_booking_without_any_type_goes_by_none() -> None:
    """Dynamic group links have neither slug nor id."""
    members = changed(changed(CREATED, "payload.type", None), "payload.eventTypeId", None)

    assert read(cal_com, members).event_type == "none"


@pytest.mark.parametrize(
    ("way", "value", "field"),
    [
        ("triggerEvent", GONE, "triggerEvent"),
        ("triggerEvent", None, "triggerEvent"),
        ("createdAt", GONE, "createdAt"),
        ("createdAt", "c4n4ry", "createdAt"),
        ("createdAt", 1_795_000_000, "createdAt"),
        ("payload", GONE, "payload"),
        ("payload", "c4n4ry", "payload"),
        ("payload.uid", GONE, "payload.uid"),
        ("payload.uid", "", "payload.uid"),
        ("payload.uid", "c4n4ry" * 100, "payload.uid"),
        ("payload.startTime", GONE, "payload.startTime"),
        ("payload.startTime", "2026-12-02T09:00:00", "payload.startTime"),
        ("payload.endTime", None, "payload.endTime"),
        ("payload.endTime", "2026-12-02T09:00:00Z", ""),
        ("payload.attendees", "c4n4ry", "payload.attendees"),
        ("payload.attendees", [{"email": f"a{n}@mail.example"} for n in range(201)], "attendees"),
    ],
)
def test_what_a_meeting_cannot_be_without_is_insisted_on(way: str, value: object, field: str) -> None:
    """Each fault by its field, and none quoted."""
    assert field in faults(cal_com, changed(CREATED, way, value))


def test_what_a_template_made_is_refused() -> None:
    """It need not even be an object."""
    assert faults(cal_com, hook("cal_template")) == {"triggerEvent": "is missing"}
    assert faults(cal_com, b"c4n4ry") == {"body": "is not valid JSON"}


@given(mutations("cal_created", "cal_rescheduled", "cal_cancelled"))
def test_nothing_else_comes_of_a_change(body: bytes) -> None:
    """Wherever it is made."""
    anything_comes_to_an_end(cal_com, body)


@given(st.binary(max_size=100))
def test_nothing_else_comes_of_bytes(body: bytes) -> None:
    """Even signed ones."""
    anything_comes_to_an_end(cal_com, body)


@pytest.mark.parametrize("name", sorted(json_cases()))
def test_nothing_else_comes_of_json(name: str) -> None:
    """Of any."""
    anything_comes_to_an_end(cal_com, json_cases()[name])
