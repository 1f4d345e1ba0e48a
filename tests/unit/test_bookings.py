"""Meetings follow bookings: whatever is told, in whichever order, and however often it breaks off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, permutations

import pytest

from tests.support.booking_house import (
    ADA,
    BEN,
    CAT,
    ROUTE,
    TOMORROW,
    BookingHouse,
    booked,
    cancelled,
    invitee,
    key_of,
    moved,
)
from tests.support.clock import NOW, FakeClock
from tests.support.paper_table import PaperTable
from tests.support.tables import moto_table
from tests.support.world import ACME, DEMO
from vocespace.booking_events import BookingEvent, Happened, LeftBooking
from vocespace.due_times import ABANDONED_AFTER
from vocespace.errors import StoreUnavailableError
from vocespace.identities import Identity
from vocespace.meeting_messages import News, Purpose
from vocespace.meetings import Attendee, Standing, Status, calendar_revision
from vocespace.table import ConditionFailedError

DAY = 86_400
READY, RESCHEDULED, CANCELLED = News.LINK_READY, News.RESCHEDULED, News.CANCELLED


@pytest.fixture(name="house")
def _house() -> BookingHouse:
    house = BookingHouse(PaperTable(), FakeClock(), DEMO, ACME)
    house.put_route()
    return house


@pytest.fixture(name="real_house")
def _real_house() -> Iterator[BookingHouse]:
    """The same over a table that understands all of DynamoDB's language."""
    with moto_table("bookings") as table:
        house = BookingHouse(table, FakeClock())
        house.put_route()
        yield house


def ids(house: BookingHouse) -> dict[str, tuple[str, str]]:
    """Link and LiveKit identity of everybody, by name."""
    return {name: (each.link, each.id) for name, each in house.people().items()}


def test_a_booking_becomes_a_meeting_with_a_link_for_everybody(real_house: BookingHouse) -> None:
    """The organizer holds it, the others take part; each is told once."""
    real_house.follow(booked(), booked())

    meeting, people = real_house.meeting(), real_house.people()
    assert (meeting.booking, meeting.starts_at, meeting.version, meeting.title) == ("B1", TOMORROW, 1, "Intro")
    assert (meeting.space, meeting.room, meeting.organizer) == ("my-workspace", "$empty", "Ada Host")
    assert {name: each.identity for name, each in people.items()} == {
        "Ada Host": Identity.OWNER,
        "Ben Guest": Identity.PARTICIPANT,
    }
    assert all(each.id.startswith("att_") for each in people.values())
    assert len({each.id for each in people.values()}) == 2
    assert real_house.doors() == {"Ada Host": ["early"], "Ben Guest": ["early"]}
    assert real_house.announcements.news() == [("Ada Host", READY), ("Ben Guest", READY)]
    assert real_house.due_times.arranged[0] == (meeting.id, 1)


def test_everything_is_kept_for_a_while_after_the_end(real_house: BookingHouse) -> None:
    """Also when that is put off."""
    real_house.follow(booked(), moved(starts_at=TOMORROW + 30 * DAY))

    ends = real_house.meeting().closes_at + 90 * DAY
    kept = {item["pk"].partition("#")[0]: item["ttl"] for item in real_house.items() if "ttl" in item}
    assert {name: kept[name] for name in ("MEETING", "BOOKING", "JOIN", "LINK")} == dict.fromkeys(
        ("MEETING", "BOOKING", "JOIN", "LINK"), ends
    )


def test_three_moves_keep_the_meeting_and_every_link(real_house: BookingHouse) -> None:
    """Whatever the source calls the booking by now."""
    real_house.follow(booked())
    before, meeting = ids(real_house), real_house.meeting().id
    revisions = [calendar_revision(real_house.meeting(), real_house.people()["Ben Guest"])]
    for number in (2, 3, 4):
        real_house.follow(
            moved(
                id=str(number),
                booking=f"B{number}",
                former_booking=f"B{number - 1}",
                occurred_at=NOW * 1000 + number,
                starts_at=TOMORROW + number * DAY,
            )
        )
        revisions.append(calendar_revision(real_house.meeting(), real_house.people()["Ben Guest"]))

    assert revisions == [0, 1, 2, 3]
    assert ids(real_house) == before
    now_is = real_house.meeting()
    assert (now_is.id, now_is.version, now_is.booking) == (meeting, 4, "B4")
    assert (now_is.starts_at, now_is.moved_from) == (TOMORROW + 4 * DAY, TOMORROW + 3 * DAY)
    assert len(real_house.meetings_there_are()) == 1
    told = real_house.announcements.news()
    assert [news for who, news in told if who == "Ben Guest"] == [READY, RESCHEDULED, RESCHEDULED, RESCHEDULED]


@pytest.mark.parametrize("first", ["uid-1@cal.example", None])
def test_the_entry_in_calendars_stays_one(house: BookingHouse, first: str | None) -> None:
    """Whatever the source calls its own later on, and at whichever revision that is."""
    house.follow(booked(calendar_uid=first, calendar_sequence=3))
    house.follow(moved(calendar_uid="uid-2@cal.example", calendar_sequence=0))

    assert house.meeting().calendar_uid == first
    assert house.meeting().calendar_sequence == 3
    before = calendar_revision(house.meeting(), house.people()["Ben Guest"])
    house.follow(cancelled(booking="B2", calendar_uid="uid-3@cal.example"))
    assert house.meeting().calendar_uid == first
    assert calendar_revision(house.meeting(), house.people()["Ben Guest"]) > before


def test_a_former_name_cancels_nothing(house: BookingHouse) -> None:
    """The booking has moved on."""
    house.follow(booked(), moved(), cancelled(booking="B1"))

    assert house.meeting().status is Status.SCHEDULED
    assert (None, CANCELLED) not in house.announcements.news()


def test_a_cancellation_takes_everybodys_link_along(real_house: BookingHouse) -> None:
    """By one write; and everybody is told, platforms also that the link is revoked."""
    real_house.follow(booked())
    real_house.announcements.news()
    real_house.follow(cancelled())

    assert real_house.doors() == {"Ada Host": ["cancelled"], "Ben Guest": ["cancelled"]}
    assert real_house.announcements.news() == [("Ada Host", CANCELLED), ("Ben Guest", CANCELLED)]
    assert News.LINK_REVOKED in {news for *_, news in real_house.announcements.told}
    assert [item for item in real_house.items("DUE#") if item["purpose"] != "closes"] == []


def test_asked_to_move_it_comes_back_with_the_move(house: BookingHouse) -> None:
    """Cal.com cancels what the host asks to reschedule."""
    house.follow(booked(), cancelled(occurred_at=NOW * 1000 + 500))
    before = ids(house)
    house.announcements.news()
    house.follow(moved())

    assert ids(house) == before
    assert house.working() == {"Ada Host": [TOMORROW + DAY], "Ben Guest": [TOMORROW + DAY]}
    assert house.announcements.news() == [("Ada Host", RESCHEDULED), ("Ben Guest", RESCHEDULED)]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_chain_comes_out_the_same_in_any_order(house: BookingHouse, order: tuple[int, ...]) -> None:
    """One meeting that is on, everybody with one link that works, and it starts when the last move says."""
    history = [
        booked(),
        moved(),
        moved(id="5", booking="B3", former_booking="B2", occurred_at=NOW * 1000 + 5000, starts_at=TOMORROW + 3 * DAY),
        cancelled(id="6", booking="B2", occurred_at=NOW * 1000 + 6000),
    ]

    house.follow(*(history[place] for place in order))

    assert house.working() == {"Ada Host": [TOMORROW + 3 * DAY], "Ben Guest": [TOMORROW + 3 * DAY]}
    assert [each.status for each in house.meetings_there_are()].count(Status.SCHEDULED) == 1


def test_the_first_link_is_the_one_that_lives_on(house: BookingHouse) -> None:
    """Where it turns out late that two bookings are one."""
    house.follow(booked())
    before = ids(house)
    house.follow(moved(id="9", booking="B3", former_booking="B2", occurred_at=NOW * 1000 + 9000))
    house.announcements.news()
    house.follow(moved())

    assert ids(house) == before
    assert house.doors() == {"Ada Host": ["cancelled", "early"], "Ben Guest": ["cancelled", "early"]}
    told = house.announcements.news()
    assert [each for each in told if each[0] == "Ben Guest"] == [("Ben Guest", RESCHEDULED)]
    assert (None, CANCELLED) in told


@pytest.mark.parametrize(
    ("first", "second", "is_on"),
    [
        (Happened.BOOKED, Happened.CANCELLED, False),
        (Happened.CANCELLED, Happened.BOOKED, False),
        (Happened.CANCELLED, Happened.MOVED, False),
    ],
)
def test_of_two_at_the_same_moment_the_graver_holds(
    house: BookingHouse, first: Happened, second: Happened, is_on: bool
) -> None:
    """In either order."""
    house.follow(booked(happened=first, id="a"), booked(happened=second, id="b"))

    assert (house.meeting().status is Status.SCHEDULED) is is_on


def test_whoever_never_heard_of_it_is_not_told_that_it_is_off(house: BookingHouse) -> None:
    """A cancellation that comes first."""
    house.follow(cancelled(), booked())

    assert house.announcements.news() == []
    assert house.doors() == {"Ada Host": ["cancelled"], "Ben Guest": ["cancelled"]}


def test_whoever_is_no_longer_invited_is_told_alone(house: BookingHouse) -> None:
    """And can be invited again, with the same link."""
    updated = {"happened": "moved", "former_booking": None, "booking": "B1", "starts_at": TOMORROW}
    house.follow(booked(attendees=(BEN, CAT)))
    before = ids(house)
    house.announcements.news()

    house.follow(moved(**updated, attendees=(CAT,)))
    assert house.announcements.news() == [("Ben Guest", CANCELLED)]
    assert calendar_revision(house.meeting(), house.people()["Ben Guest"]) == 1
    assert house.doors()["Ben Guest"] == ["cancelled"]

    house.follow(moved(**updated, id="7", occurred_at=NOW * 1000 + 9000, attendees=(BEN, CAT)))
    assert house.announcements.news() == [("Ben Guest", RESCHEDULED)]
    assert calendar_revision(house.meeting(), house.people()["Ben Guest"]) == 2
    assert ids(house) == before
    assert house.doors() == {"Ada Host": ["early"], "Ben Guest": ["early"], "Cat Guest": ["early"]}


def test_what_is_told_in_part_leaves_the_others(house: BookingHouse) -> None:
    """Nobody is uninvited by not being named."""
    house.follow(booked(attendees=(BEN,)), booked(id="2", occurred_at=NOW * 1000 + 5, attendees=(CAT,), is_whole=False))

    assert house.doors() == {"Ada Host": ["early"], "Ben Guest": ["early"], "Cat Guest": ["early"]}
    assert house.meeting().version == 1


def test_another_organizer_is_the_host_and_the_former_is_not(house: BookingHouse) -> None:
    """Their link opens nothing any more."""
    house.follow(booked(), moved(booking="B1", former_booking=None, organizer=CAT))

    assert house.doors() == {"Ada Host": ["cancelled"], "Ben Guest": ["early"], "Cat Guest": ["early"]}
    assert house.people()["Cat Guest"].identity is Identity.OWNER


def test_the_organizer_among_the_attendees_is_still_the_organizer(house: BookingHouse) -> None:
    """Where it is left out who that is."""
    house.follow(booked(), moved(booking="B1", former_booking=None, organizer=None, attendees=(ADA, BEN, CAT)))

    assert {name: each.identity for name, each in house.people().items()} == {
        "Ada Host": Identity.OWNER,
        "Ben Guest": Identity.PARTICIPANT,
        "Cat Guest": Identity.PARTICIPANT,
    }


def test_a_guest_can_become_the_organizer(house: BookingHouse) -> None:
    """With the same link, and named as nothing else."""
    house.follow(booked(attendees=(BEN, CAT)))
    before = ids(house)
    house.follow(moved(booking="B1", former_booking=None, organizer=CAT, attendees=(BEN,)))

    assert house.doors() == {"Ada Host": ["cancelled"], "Ben Guest": ["early"], "Cat Guest": ["early"]}
    assert (ids(house), house.people()["Cat Guest"].identity) == (before, Identity.OWNER)


def test_the_former_organizer_can_be_a_guest(house: BookingHouse) -> None:
    """With the same link, and without a host's rights."""
    house.follow(booked())
    before = ids(house)["Ada Host"]
    house.follow(moved(booking="B1", former_booking=None, organizer=CAT, attendees=(ADA, BEN)))

    assert ids(house)["Ada Host"] == before
    assert house.people()["Ada Host"].identity is Identity.PARTICIPANT


def test_a_move_away_and_its_arrival_keep_the_link(real_house: BookingHouse) -> None:
    """In one meeting: it is the meeting that moves, and the host's link with it."""
    real_house.follow(invitee("I1", "E1", name="Ben"))
    before, meeting = ids(real_house), real_house.meeting().id
    leaving = {"happened": "cancelled", "awaits_successor": True, "occurred_at": NOW * 1000 + 10, "name": "Ben"}
    real_house.follow(invitee("I1", "E1", id="2", **leaving))

    assert real_house.people()["Ben"].standing is Standing.LEAVING
    assert [due.purpose for due in real_house.due_times.sent] == [Purpose.ABANDONED]
    real_house.announcements.news()

    arrival = {"happened": "moved", "starts_at": TOMORROW + DAY, "occurred_at": NOW * 1000 + 10, "name": "Ben"}
    real_house.follow(invitee("I2", "E2", id="3", former_key=key_of("I1", "E1"), **arrival))
    assert ids(real_house) == before
    assert real_house.meeting().id == meeting
    assert real_house.working() == {"Ada Host": [TOMORROW + DAY], "Ben": [TOMORROW + DAY]}
    assert real_house.announcements.news() == [("Ada Host", RESCHEDULED), ("Ben", RESCHEDULED)]

    real_house.clock.advance(ABANDONED_AFTER + 1)
    real_house.bookings.abandon(meeting)
    assert real_house.announcements.news() == []


def test_the_arrival_may_be_told_first(house: BookingHouse) -> None:
    """What the former invitee did then is past."""
    house.follow(
        invitee("I1", "E1", name="Ben"),
        invitee(
            "I2", "E2", id="3", name="Ben", former_key=key_of("I1", "E1"), happened="moved", starts_at=TOMORROW + DAY
        ),
        invitee(
            "I1", "E1", id="2", name="Ben", happened="cancelled", awaits_successor=True, occurred_at=NOW * 1000 + 9
        ),
    )

    assert house.working() == {"Ada Host": [TOMORROW + DAY], "Ben": [TOMORROW + DAY]}
    assert house.due_times.sent == []


def test_whoever_never_arrives_has_cancelled(house: BookingHouse) -> None:
    """After a while, and is told only then; and nobody is left."""
    house.follow(invitee("I1", "E1", name="Ben"))
    house.announcements.news()
    away = {"happened": "cancelled", "awaits_successor": True, "occurred_at": NOW * 1000 + 10, "name": "Ben"}
    house.follow(invitee("I1", "E1", id="2", **away))
    meeting = house.meeting().id

    house.clock.advance(ABANDONED_AFTER - 1)
    house.bookings.abandon(meeting)
    assert house.announcements.news() == []

    house.clock.advance(1)
    house.bookings.abandon(meeting)
    house.bookings.abandon(meeting)
    assert house.announcements.news() == [("Ada Host", CANCELLED), ("Ben", CANCELLED)]
    assert house.meeting().is_deserted
    house.bookings.abandon("mtg_" + "0" * 24)


def test_in_a_group_one_moves_and_the_others_stay(house: BookingHouse) -> None:
    """To another event, that others may have been invited to already."""
    house.follow(
        invitee("I1", "E1", name="Ben"),
        invitee("J1", "E1", id="2", name="Cat"),
        invitee("K1", "E2", id="3", name="Dan", starts_at=TOMORROW + DAY),
    )
    links = {name: each.link for meeting in house.meetings_there_are() for name, each in _people(house, meeting.id)}
    house.announcements.news()
    house.follow(
        invitee(
            "I2", "E2", id="4", name="Ben", former_key=key_of("I1", "E1"), happened="moved", starts_at=TOMORROW + DAY
        )
    )

    assert {who: starts for who, starts in house.working().items() if who != "Ada Host"} == {
        "Ben": [TOMORROW + DAY],
        "Cat": [TOMORROW],
        "Dan": [TOMORROW + DAY],
    }
    now = {name: each.link for meeting in house.meetings_there_are() for name, each in _people(house, meeting.id)}
    assert now["Ben"] == links["Ben"]
    assert house.announcements.news() == [("Ben", RESCHEDULED)]


def test_whom_everybody_leaves_is_told_too(house: BookingHouse) -> None:
    """The host of an event whose last invitee goes over to another one; guests come along."""
    guest = {"guests": (CAT,), "name": "Ben"}
    house.follow(invitee("I1", "E1", **guest), invitee("K1", "E2", id="3", name="Dan", starts_at=TOMORROW + DAY))
    house.announcements.news()
    arrival = {"happened": "moved", "starts_at": TOMORROW + DAY, "former_key": key_of("I1", "E1")}
    house.follow(invitee("I2", "E2", id="4", **guest, **arrival))

    told = [("Ada Host", CANCELLED), ("Ben", RESCHEDULED), ("Cat Guest", RESCHEDULED)]
    assert house.announcements.news() == told
    assert [each.is_deserted for each in house.meetings_there_are()].count(True) == 1
    assert house.working()["Cat Guest"] == [TOMORROW + DAY]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_seat_moves_and_the_others_stay(house: BookingHouse, order: tuple[int, ...]) -> None:
    """In any order: what people are known by stays, and is no name of one seat."""
    seat = {"is_whole": False, "former_booking": None}
    left = LeftBooking(booking="B1", starts_at=TOMORROW, ends_at=TOMORROW + 1800)
    history = [
        booked(**seat),
        booked(**seat, id="4", occurred_at=NOW * 1000 + 4, attendees=(CAT,)),
        moved(**seat, left=left),
    ]
    house.follow(*(history[place] for place in order), history[2])

    assert house.working() == {
        "Ada Host": [TOMORROW, TOMORROW + DAY],
        "Ben Guest": [TOMORROW + DAY],
        "Cat Guest": [TOMORROW],
    }


def test_an_event_that_all_have_left_moves_on_nevertheless(house: BookingHouse) -> None:
    """Also where that was before they left, and is told after: whoever comes next finds it where it is."""
    seat = {"is_whole": False, "former_booking": None, "booking": "B1"}
    house.follow(
        booked(**seat),
        cancelled(**seat, occurred_at=NOW * 1000 + 30),
        moved(**seat | {"attendees": ()}, occurred_at=NOW * 1000 + 20),
    )
    assert (house.meeting().status, house.working()) == (Status.CANCELLED, {"Ada Host": [], "Ben Guest": []})

    house.follow(booked(**seat, id="4", occurred_at=NOW * 1000 + 10, attendees=(CAT,)))
    assert house.working() == {"Ada Host": [TOMORROW + DAY], "Ben Guest": [], "Cat Guest": [TOMORROW + DAY]}


def test_who_cancels_twice_has_cancelled_since_the_second_time(house: BookingHouse) -> None:
    """What they booked in between, and is told last, is past."""
    seat, off = {"is_whole": False, "attendees": (CAT,)}, {"happened": "cancelled"}
    house.follow(
        booked(),
        booked(**seat, **off, id="2", occurred_at=NOW * 1000 + 20),
        booked(**seat, **off, id="4", occurred_at=NOW * 1000 + 40),
        booked(**seat, id="3", occurred_at=NOW * 1000 + 30),
    )

    assert house.working()["Cat Guest"] == []


def test_an_event_that_was_left_by_all_is_on_again_with_the_next(house: BookingHouse) -> None:
    """Also where that was booked before, and told after."""
    house.follow(
        invitee("I1", "E1", name="Ben"),
        invitee("I1", "E1", id="2", name="Ben", happened="cancelled", occurred_at=NOW * 1000 + 50),
    )
    assert house.meeting().status is Status.CANCELLED
    house.announcements.news()

    house.follow(invitee("J1", "E1", id="3", name="Cat", occurred_at=NOW * 1000 + 20))
    assert house.working() == {"Ada Host": [TOMORROW], "Ben": [], "Cat": [TOMORROW]}
    assert house.announcements.news() == [("Ada Host", RESCHEDULED), ("Cat", READY)]


def test_nobody_is_told_of_what_is_over(house: BookingHouse) -> None:
    """But what goes on already is no reason to keep anybody out."""
    house.follow(booked(starts_at=NOW - 600), booked(booking="B9", id="9", starts_at=NOW - DAY))

    assert house.announcements.news() == [("Ada Host", READY), ("Ben Guest", READY)]
    assert house.doors() == {"Ada Host": ["open", "over"], "Ben Guest": ["open", "over"]}


def test_two_hundred_people_are_more_than_one_transaction(house: BookingHouse) -> None:
    """And move, and merge, all of them."""
    crowd = tuple(
        BEN.model_copy(update={"key": f"p{number}@example.com", "name": f"P{number}"}) for number in range(200)
    )
    house.follow(booked(attendees=crowd))
    before = ids(house)
    house.follow(moved(id="9", booking="B3", former_booking="B2", attendees=crowd), moved(attendees=crowd))

    assert ids(house) == before
    assert set(map(tuple, house.working().values())) == {(TOMORROW + DAY,)}
    assert len(house.people()) == 201


def _people(house: BookingHouse, meeting: str) -> list[tuple[str, Attendee]]:
    return [(each.username, each) for each in house.meetings.people(meeting)]


HISTORIES = {
    "chain": [booked(), moved(), cancelled(booking="B2", id="4", occurred_at=NOW * 1000 + 4000)],
    "merge": [
        booked(attendees=(BEN, CAT)),
        moved(id="9", booking="B3", former_booking="B2", occurred_at=NOW * 1000 + 9000, attendees=(BEN, CAT)),
        moved(attendees=(BEN, CAT)),
    ],
    "removed": [
        booked(attendees=(BEN, CAT)),
        moved(booking="B1", former_booking=None, attendees=(CAT,), starts_at=TOMORROW),
    ],
    "group": [
        invitee("I1", "E1", name="Ben"),
        invitee("K1", "E2", id="3", name="Dan", starts_at=TOMORROW + DAY),
        invitee(
            "I1", "E1", id="2", name="Ben", happened="cancelled", awaits_successor=True, occurred_at=NOW * 1000 + 9
        ),
        invitee(
            "I2", "E2", id="4", name="Ben", former_key=key_of("I1", "E1"), happened="moved", starts_at=TOMORROW + DAY
        ),
    ],
    "seat": [
        booked(is_whole=False),
        booked(is_whole=False, id="4", occurred_at=NOW * 1000 + 4, attendees=(CAT,)),
        moved(is_whole=False, former_booking=None, left=LeftBooking(booking="B1", starts_at=1, ends_at=2)),
    ],
    "crowd": [
        booked(attendees=tuple(BEN.model_copy(update={"key": f"p{n}@e.com", "name": f"P{n}"}) for n in range(40))),
        moved(attendees=tuple(BEN.model_copy(update={"key": f"p{n}@e.com", "name": f"P{n}"}) for n in range(40))),
    ],
}


def _outcome(house: BookingHouse) -> tuple[object, ...]:
    """All that counts in the end, without what chance has named."""
    due = sorted((item["purpose"], item["dueAt"]) for item in house.items("DUE#"))
    told = sorted({(who, news.value) for _, _, who, news in house.announcements.told}, key=str)
    states = sorted((each.status.value, each.version, each.is_deserted) for each in house.meetings_there_are())
    return house.doors(), house.working(), states, due, told


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("is_after", [False, True])
def test_whatever_breaks_off_is_gone_on_with(name: str, is_after: bool) -> None:
    """Before or after any call, of the table's or of the queues'; then the same event comes again."""
    history = HISTORIES[name]
    wanted = _outcome(_played(history, crash_at=None, is_after=is_after)[0])
    for number in range(10_000):
        house, has_crashed = _played(history, crash_at=number, is_after=is_after)
        assert _outcome(house) == wanted, f"after call {number}"
        if not has_crashed:
            break
    assert number > len(history) * 4


def _played(history: list[BookingEvent], *, crash_at: int | None, is_after: bool) -> tuple[BookingHouse, bool]:
    """Follows a history, breaks off once, and does what the sweep would in the end."""
    table = PaperTable()
    house = BookingHouse(table, FakeClock())
    house.put_route()
    calls = count()
    has_crashed = False

    def crash(_: str) -> None:
        nonlocal has_crashed
        if next(calls) == crash_at:
            has_crashed = True
            raise StoreUnavailableError("crashed")

    if is_after:
        table.after_call = crash
    else:
        table.before_call = house.announcements.before_call = crash
    for event in history:
        try:
            house.bookings.follow(event)
        except StoreUnavailableError:
            house.bookings.follow(event)
    table.before_call = table.after_call = house.announcements.before_call = lambda _: None
    house.clock.advance(ABANDONED_AFTER + 1)
    for item in house.items("DUE#"):
        if item["purpose"] == "abandoned":
            house.bookings.abandon(item["meeting"])
    return house, has_crashed


def test_without_a_route_nothing_is_followed(house: BookingHouse, capsys: pytest.CaptureFixture[str]) -> None:
    """And counted; but what was followed once can still be cancelled."""
    house.follow(booked(source="other"), booked(event_type="60min"))
    assert house.meetings_there_are() == []
    assert capsys.readouterr().out.count('"no_route"') >= 2

    house.follow(booked())
    house.follow(cancelled(event_type="60min"))
    assert house.meeting().status is Status.CANCELLED


SILENT = {"organizer": None, "attendees": (), "is_whole": False}
"""What an event has that says nothing about people: they are as before."""


@pytest.mark.parametrize("renamed", [{}, {"booking": "B1", "former_booking": None}])
@pytest.mark.parametrize("said", [SILENT, {"organizer": None}, {"attendees": (), "is_whole": False}])
@pytest.mark.parametrize("is_moved_first", [False, True])
def test_people_are_as_before_also_where_that_is_told_after(
    house: BookingHouse, renamed: dict[str, object], said: dict[str, object], is_moved_first: bool
) -> None:
    """A move that leaves out who comes, and overtakes the booking."""
    history = [booked(title="Intro"), moved(**renamed, **said, title=None)]

    house.follow(*(reversed(history) if is_moved_first else history))

    assert house.working() == {"Ada Host": [TOMORROW + DAY], "Ben Guest": [TOMORROW + DAY]}
    assert (house.meeting().title, house.meeting().organizer) == ("Intro", "Ada Host")
    assert {who for who, _ in house.announcements.news()} == {"Ada Host", "Ben Guest"}


def test_of_two_lists_that_are_told_late_the_later_holds(house: BookingHouse) -> None:
    """And of two organizers."""
    former = {"happened": "moved", "starts_at": TOMORROW}
    lists = [
        booked(attendees=(BEN,)),
        booked(id="5", occurred_at=NOW * 1000 + 500, **former, attendees=(CAT,), organizer=BEN),
    ]
    for number, order in enumerate(permutations([*lists, moved(**SILENT)])):
        names = {"B1": f"B1-{number}", "B2": f"B2-{number}"}
        for each in order:
            said = {"booking": names[each.booking], "former_booking": names.get(each.former_booking or "")}
            house.follow(each.model_copy(update=said))
        found = next(each for each in house.meetings_there_are() if each.booking == names["B2"])
        people = {each.username: each.standing for each in house.meetings.people(found.id)}
        assert {name for name, standing in people.items() if standing is Standing.INVITED} == {"Ben Guest", "Cat Guest"}
        assert found.organizer == "Ben Guest"


@pytest.mark.parametrize("name", ["none", "60min"])
@pytest.mark.parametrize("others", [False, True])
def test_a_known_meeting_goes_on_by_its_route(house: BookingHouse, name: str, others: bool) -> None:
    """Where a move names no route that there is; one that names no type at all is of the type that it was."""
    if others and name == "none":
        house.put_route(event_type="*", space="elsewhere")
    house.follow(booked())
    house.put_route(early_minutes=5)
    house.follow(moved(event_type=name))

    assert house.working() == {"Ada Host": [TOMORROW + DAY], "Ben Guest": [TOMORROW + DAY]}
    assert (house.meeting().space, house.meeting().route.event_type) == ("my-workspace", "30min")
    assert house.meeting().route.early_minutes == (5 if name == "none" else 10)


def test_a_route_may_take_all_others(house: BookingHouse) -> None:
    """Of its source."""
    house.put_route(event_type="*", space="elsewhere")
    house.follow(booked(event_type="60min"))

    assert house.meeting().space == "elsewhere"


def test_without_a_platform_nothing_is_followed(house: BookingHouse, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody would vouch for anybody."""
    house.put_route(platform="gone")
    house.follow(booked())

    assert house.meetings_there_are() == []
    assert '"no_platform"' in capsys.readouterr().out


def test_a_booking_chooses_its_place_where_it_may(house: BookingHouse) -> None:
    """Else it is the route's."""
    house.follow(booked(space="theirs", room="$space"))
    assert (house.meeting().space, house.meeting().room) == ("my-workspace", "$empty")

    house.put_route(may_choose_place=True)
    house.follow(moved(space="theirs", room="$space"))
    assert (house.meeting().space, house.meeting().room) == ("theirs", "$space")


def test_whom_the_policy_refuses_gets_no_link(house: BookingHouse, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody else has to suffer for it, and their name is not written down."""
    house.put_route(platform="acme", space="acme-hall")
    house.follow(booked())

    assert house.doors() == {"Ben Guest": ["early"]}
    log = capsys.readouterr().out
    assert '"policy_identity"' in log
    assert "Ada" not in log


def test_a_route_under_another_auth_type_lets_nobody_in(house: BookingHouse) -> None:
    """Customer support knows no participants."""
    house.put_route(auth="c_s")
    house.follow(booked())

    assert house.doors() == {}


@pytest.mark.parametrize(
    ("usual", "hint", "identity"),
    [
        ("participant", None, Identity.PARTICIPANT),
        ("participant", "guest", Identity.GUEST),
        ("participant", "owner", Identity.PARTICIPANT),
        ("participant", "customer", Identity.PARTICIPANT),
        ("manager", "participant", Identity.PARTICIPANT),
        ("manager", "owner", Identity.MANAGER),
        ("guest", "participant", Identity.GUEST),
        ("customer", "guest", Identity.GUEST),
        ("assistant", "customer", Identity.CUSTOMER),
        ("customer", "assistant", Identity.CUSTOMER),
    ],
)
def test_a_hint_never_raises_anybody(house: BookingHouse, usual: str, hint: str | None, identity: Identity) -> None:
    """And makes nobody what the auth type does not know."""
    house.put_route(ROUTE, attendee_identity=usual)
    house.follow(booked(attendees=(BEN.model_copy(update={"identity": None if hint is None else Identity(hint)}),)))

    assert house.people()["Ben Guest"].identity is identity


def test_the_platforms_own_id_is_the_livekit_identity(house: BookingHouse) -> None:
    """And stays, whatever is said later."""
    house.follow(booked(attendees=(BEN.model_copy(update={"id": "user_7"}),)), moved())

    assert house.people()["Ben Guest"].id == "user_7"


def test_where_others_always_write_first_the_queue_tries_again(house: BookingHouse) -> None:
    """Instead of writing over what they wrote."""

    def somebody_writes(operation: str) -> None:
        if operation == "write":
            raise ConditionFailedError

    house.follow(booked())
    meeting = house.meeting().id
    house.follow(invitee("I1", "E1"), invitee("I1", "E1", id="2", happened="cancelled", occurred_at=NOW * 1000 + 9))
    assert isinstance(house.table, PaperTable)
    house.table.before_call = somebody_writes

    with pytest.raises(StoreUnavailableError):
        house.follow(moved())
    house.table.before_call = lambda _: None
    assert house.meetings.meeting(meeting) is not None
    assert house.working()["Ben Guest"] == [TOMORROW]


def test_a_later_fork_takes_the_name_over(house: BookingHouse) -> None:
    """Where two bookings both say that they are what the same one became."""
    house.follow(booked(), moved())
    house.follow(moved(id="5", booking="B3", occurred_at=NOW * 1000 + 5000, starts_at=TOMORROW + 5 * DAY))
    house.follow(moved(id="6", booking="B4", occurred_at=NOW * 1000 + 3000, starts_at=TOMORROW + 4 * DAY))
    house.follow(cancelled(id="7", booking="B2", occurred_at=NOW * 1000 + 9000))
    house.follow(cancelled(id="8", booking="B4", occurred_at=NOW * 1000 + 9000))

    assert house.working() == {"Ada Host": [TOMORROW + 5 * DAY], "Ben Guest": [TOMORROW + 5 * DAY]}


def test_whoever_moved_on_unseen_keeps_the_later_link(house: BookingHouse) -> None:
    """Where the first of two moves is told after somebody has arrived by a third."""
    hop = {"name": "Ben", "happened": "moved"}
    house.follow(
        invitee("I1", "E1", name="Ben"),
        invitee("I3", "E3", id="3", former_key=key_of("I2", "E2"), starts_at=TOMORROW + 3 * DAY, **hop),
        invitee("I4", "E4", id="4", former_key=key_of("I3", "E3"), starts_at=TOMORROW + 4 * DAY, **hop),
        invitee("I2", "E2", id="2", former_key=key_of("I1", "E1"), starts_at=TOMORROW + 2 * DAY, **hop),
    )

    assert house.working()["Ben"] == [TOMORROW + 4 * DAY]


def test_an_abandoned_meeting_that_is_being_written_is_looked_at_again(house: BookingHouse) -> None:
    """As often as it takes, within reason."""
    house.follow(
        invitee("I1", "E1"),
        invitee("I1", "E1", id="2", happened="cancelled", awaits_successor=True, occurred_at=NOW * 1000 + 9),
    )
    meeting = house.meeting().id
    house.clock.advance(ABANDONED_AFTER)
    assert isinstance(house.table, PaperTable)
    refusals = count()

    def somebody_writes(operation: str) -> None:
        if operation == "write" and next(refusals) < patience:
            raise ConditionFailedError

    house.table.before_call = somebody_writes
    patience = 1000
    with pytest.raises(StoreUnavailableError):
        house.bookings.abandon(meeting)
    patience = 0
    house.bookings.abandon(meeting)
    assert house.working()["I1"] == []


def test_whom_the_policy_refuses_by_now_loses_the_link(house: BookingHouse) -> None:
    """When the booking moves to where they may not go."""
    house.put_route(platform="acme", space="acme-hall", may_choose_place=True, organizer_identity="guest")
    house.follow(booked(), moved(space="elsewhere"))

    assert house.doors() == {"Ada Host": ["cancelled"], "Ben Guest": ["cancelled"]}


def test_within_one_event_somebody_may_book_again(house: BookingHouse) -> None:
    """It is still their link, also where that is told late."""
    again = {"name": "Ben", "happened": "moved"}
    house.follow(invitee("I1", "E1", name="Ben"), invitee("J1", "E1", id="2", name="Cat"))
    before = ids(house)["Ben"]
    house.follow(invitee("I2", "E1", id="3", former_key=key_of("I1", "E1"), **again))
    assert ids(house)["Ben"] == before

    house.follow(invitee("I5", "E1", id="5", former_key=key_of("I4", "E1"), **again | {"name": "Dan"}))
    house.follow(invitee("I3", "E1", id="6", name="Dan"))
    first = {each.link for each in house.meetings.people(house.meeting().id)}
    house.follow(invitee("I4", "E1", id="4", former_key=key_of("I3", "E1"), **again | {"name": "Dan"}))
    assert house.working() == {"Ada Host": [TOMORROW], "Ben": [TOMORROW], "Cat": [TOMORROW], "Dan": [TOMORROW]}
    assert {each.link for each in house.meetings.people(house.meeting().id)} < first


def test_who_moved_before_anything_was_known_gets_one_link(house: BookingHouse) -> None:
    """The late word of the first move and of the first booking changes nothing."""
    hop = {"name": "Ben", "happened": "moved"}
    house.follow(
        invitee("I3", "E3", id="3", former_key=key_of("I2", "E2"), starts_at=TOMORROW + 3 * DAY, **hop),
        invitee("I2", "E2", id="2", former_key=key_of("I1", "E1"), starts_at=TOMORROW + 2 * DAY, **hop),
        invitee("I1", "E1", name="Ben"),
    )

    assert house.doors()["Ben"] == ["early"]
    assert len(house.meetings_there_are()) == 1
