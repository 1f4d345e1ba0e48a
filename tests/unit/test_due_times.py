"""What is due: written down with the meeting, told in time, struck out when done, and found where it was lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.booked import (
    DAY,
    HOUR,
    MEETING,
    MINUTE,
    SETTINGS,
    Sent,
    all_due,
    booked,
    due_items,
    route,
    scheduler,
    schedules,
    write,
)
from tests.support.clock import NOW, FakeClock
from tests.support.tables import moto_table
from vocespace import aws
from vocespace.due_times import ABANDONED_AFTER, NEAR, OVERDUE_AFTER, DueTimes, due_key, is_void, moments_of
from vocespace.meeting_messages import MeetingDue, Purpose
from vocespace.meetings import Meeting, Status
from vocespace.table import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

REMINDER, OPENS, CLOSES = Purpose.REMINDER, Purpose.OPENS, Purpose.CLOSES
START = NOW + DAY
NAME = "due-times"


@pytest.fixture(name="table")
def _table() -> Iterator[Table]:
    with moto_table(NAME) as table, scheduler():
        yield table


@pytest.fixture(name="due_times")
def _due_times(table: Table, clock: FakeClock) -> DueTimes:
    return DueTimes(table, SETTINGS, clock)


@pytest.fixture(name="sent")
def _sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent = Sent()
    monkeypatch.setattr(aws, "send_later", sent.send_later)
    return sent


def told(sent: Sent) -> dict[str, int]:
    """The purposes that were told since, and the delays."""
    return {body["purpose"]: delay for body, delay in sent.taken()}


def due_of(meeting: Meeting, purpose: Purpose) -> MeetingDue:
    """What is due of a meeting for a purpose."""
    (moment,) = (each for each in moments_of(meeting) if each.purpose is purpose)
    return moment.due(meeting)


def cancelled(meeting: Meeting, at: int) -> Meeting:
    """The next version of a meeting, called off."""
    changes = {"status": Status.CANCELLED, "version": meeting.version + 1, "occurred_at": at * 1000}
    return meeting.model_copy(update=changes)


def moved(meeting: Meeting, by: int) -> Meeting:
    """The next version of a meeting, at another time."""
    changes = {"starts_at": meeting.starts_at + by, "ends_at": meeting.ends_at + by, "version": meeting.version + 1}
    return meeting.model_copy(update=changes)


def test_a_meeting_has_three_moments() -> None:
    """By its route, and each is worth something for a while only."""
    meeting = booked(START, route=route(early_minutes=5, grace_minutes=15, reminder_minutes=120))

    assert {each.purpose: (each.at, each.until) for each in moments_of(meeting)} == {
        REMINDER: (START - 2 * HOUR, START),
        OPENS: (START - 5 * MINUTE, START + HOUR + 15 * MINUTE),
        CLOSES: (START + HOUR + 15 * MINUTE, START + DAY + HOUR + 15 * MINUTE),
    }


@pytest.mark.parametrize("minutes", [None, 0])
def test_nobody_is_reminded_who_is_not_to_be(minutes: int | None) -> None:
    """The route says so; at the beginning itself it would be too late."""
    purposes = {each.purpose for each in moments_of(booked(route=route(reminder_minutes=minutes)))}

    assert purposes == {OPENS, CLOSES}


@pytest.mark.parametrize(
    ("since", "due_at"),
    [
        (START - 9 * DAY, START - 10 * MINUTE),
        (START - 10 * MINUTE, START - 10 * MINUTE),
        (START + 20 * MINUTE, START + 20 * MINUTE),
        (START + 9 * DAY, START + HOUR + 30 * MINUTE),
    ],
)
def test_a_meeting_that_is_called_off_has_only_to_be_closed(since: int, due_at: int) -> None:
    """At once, but not before it was open, and as long as any meeting has."""
    (moment,) = moments_of(cancelled(booked(START), since))

    assert (moment.purpose, moment.at, moment.until) == (CLOSES, due_at, booked(START).closes_at + DAY)


@pytest.mark.parametrize(
    ("told_at", "since", "is_due"),
    [
        (START - 10 * MINUTE - 1, START - DAY, False),
        # By a source whose clock is ahead.
        (START - 10 * MINUTE - 1, START, False),
        (START - 10 * MINUTE, START - DAY, True),
        (START, START - MINUTE, True),
    ],
)
def test_what_never_opened_need_not_be_closed(
    table: Table, due_times: DueTimes, sent: Sent, clock: FakeClock, told_at: int, since: int, *, is_due: bool
) -> None:
    """Whether it did is a matter of when we are told that it is off, and not of when that was decided."""
    write(table, due_times, None, booked(START))
    clock.wall = told_at
    write(table, due_times, booked(START), cancelled(booked(START), since))
    due_times.arrange(cancelled(booked(START), since))

    assert all_due(NAME) == ([("closes", 2)] if is_due else [])
    assert told(sent) == ({"closes": 0} if is_due else {})
    assert schedules() == {}


def test_what_is_due_is_written_down_by_the_hour(table: Table, due_times: DueTimes) -> None:
    """It is the hour of UTC, and DynamoDB may clean it up a week later."""
    meeting = booked(START)
    write(table, due_times, None, meeting)

    assert due_items(table, START - HOUR) == [("reminder", 1), ("opens", 1)]
    assert due_items(table, START, START + HOUR) == [("closes", 1)]
    (item,) = table.read([due_key(due_of(meeting, OPENS))])
    assert item == {
        "pk": "DUE#2026111910",
        "sk": f"{START - 10 * MINUTE:013d}#{MEETING}#1#opens",
        "meeting": MEETING,
        "purpose": "opens",
        "version": 1,
        "dueAt": START - 10 * MINUTE,
        "ttl": START - 10 * MINUTE + 7 * DAY,
    }


def test_a_move_takes_along_what_is_due(table: Table, due_times: DueTimes) -> None:
    """Also back to where it was, and by nothing."""
    meeting = booked(START)
    write(table, due_times, None, meeting)
    for by in (HOUR, -HOUR, 0):
        former, meeting = meeting, moved(meeting, by)
        write(table, due_times, former, meeting)

    assert all_due(NAME) == [("closes", 4), ("opens", 4), ("reminder", 4)]


def test_the_same_version_may_be_written_again(table: Table, due_times: DueTimes) -> None:
    """DynamoDB takes no two writes of one item in one transaction."""
    write(table, due_times, None, booked())
    write(table, due_times, booked(), booked())

    assert len(all_due(NAME)) == 3


def test_a_meeting_that_is_called_off_leaves_nothing_behind(table: Table, due_times: DueTimes) -> None:
    """Where it was not open yet."""
    write(table, due_times, None, booked())
    write(table, due_times, booked(), cancelled(booked(), NOW + 1))

    assert all_due(NAME) == []


def test_what_cannot_be_done_any_more_is_not_due(table: Table, due_times: DueTimes) -> None:
    """Such as of a meeting that is booked while it takes place, or after it has."""
    write(table, due_times, None, booked(NOW - HOUR // 2))
    assert all_due(NAME) == [("closes", 1), ("opens", 1)]
    write(table, due_times, booked(NOW - HOUR // 2), booked(NOW - 9 * DAY, version=2))
    assert all_due(NAME) == []


def test_far_moments_are_scheduled(table: Table, due_times: DueTimes, sent: Sent) -> None:
    """All three, and told by nobody else; doing it twice changes nothing."""
    write(table, due_times, None, booked(START))
    for _ in range(2):
        due_times.arrange(booked(START))

    found = {name.partition(".")[0]: each["ScheduleExpression"] for name, each in schedules().items()}
    assert found == {
        "rem": "at(2026-11-19T10:06:40)",
        "open": "at(2026-11-19T10:56:40)",
        "close": "at(2026-11-19T12:36:40)",
    }
    assert sent.taken() == []


def test_schedules_move_with_the_meeting(due_times: DueTimes, sent: Sent) -> None:
    """And say which version they are of."""
    due_times.arrange(booked(START))
    due_times.arrange(moved(booked(START), DAY))

    assert {each["ScheduleExpression"][:14] for each in schedules().values()} == {"at(2026-11-20T"}
    assert all('"version":2' in each["Target"]["Input"] for each in schedules().values())
    assert sent.taken() == []


@pytest.mark.usefixtures("sent")
def test_schedules_go_with_the_meeting(due_times: DueTimes) -> None:
    """And the reminder where the route has none any more."""
    due_times.arrange(booked(START))
    due_times.arrange(booked(START, version=2, route=route(reminder_minutes=None)))
    assert len(schedules()) == 2

    due_times.arrange(cancelled(booked(START), NOW + 1))
    assert schedules() == {}


@pytest.mark.parametrize(
    ("starts_in", "told_at_once", "scheduled"),
    [
        (HOUR + NEAR + 1, {}, {"rem", "open", "close"}),
        (HOUR + NEAR, {"reminder": NEAR}, {"open", "close"}),
        (HOUR, {"reminder": 0}, {"open", "close"}),
        (HOUR - 1, {}, {"open", "close"}),
        (10 * MINUTE + NEAR, {"opens": NEAR}, {"close"}),
        (MINUTE, {"opens": 0}, {"close"}),
        (0, {"opens": 0}, {"close"}),
        (-HOUR - 30 * MINUTE + NEAR, {"opens": 0, "closes": NEAR}, set()),
        (-2 * HOUR, {"closes": 0}, set()),
        (-3 * DAY, {}, set()),
    ],
)
def test_what_is_near_or_past_goes_straight_to_the_queue(
    due_times: DueTimes, sent: Sent, starts_in: int, told_at_once: dict[str, int], scheduled: set[str]
) -> None:
    """And its schedule, which was for another time, is removed."""
    due_times.arrange(booked(NOW + 9 * DAY))

    due_times.arrange(booked(NOW + starts_in, version=2))

    assert told(sent) == told_at_once
    assert {name.partition(".")[0] for name in schedules()} == scheduled


def test_what_is_further_off_than_sqs_can_wait_is_told_early(due_times: DueTimes, sent: Sent, clock: FakeClock) -> None:
    """Whoever reads it then puts it back."""
    far, near = (MeetingDue(meeting=MEETING, purpose=OPENS, version=1, due_at=NOW + each) for each in (DAY, 3))
    due_times.send(far)
    clock.advance(0.5)
    due_times.send(near)
    clock.advance(10)
    due_times.send(near)

    assert [delay for _, delay in sent.taken()] == [900, 3, 0]


def test_whoever_leaves_has_ten_minutes_to_arrive(table: Table, due_times: DueTimes, sent: Sent) -> None:
    """Whatever becomes of the meeting meanwhile."""
    due = due_times.abandonment(booked(START))
    table.write_together(due_times.entry(due))
    due_times.send(due)

    assert told(sent) == {"abandoned": ABANDONED_AFTER}
    write(table, due_times, booked(START), moved(booked(START), HOUR))
    assert due_times.is_open(due)
    assert not is_void(due, moved(booked(START), HOUR))


def test_what_is_done_is_struck_out(table: Table, due_times: DueTimes) -> None:
    """Once is enough, and twice does no harm."""
    write(table, due_times, None, booked(START))
    due = due_of(booked(START), OPENS)
    assert due_times.is_open(due)

    for _ in range(2):
        due_times.strike_out(due)

    assert not due_times.is_open(due)
    assert due_times.is_open(due_of(booked(START), CLOSES))


def test_what_is_postponed_is_due_once(table: Table, due_times: DueTimes, sent: Sent, clock: FakeClock) -> None:
    """However often the message had come."""
    write(table, due_times, None, booked(START))
    due = due_of(booked(START), OPENS)
    clock.wall = due.due_at + 30

    for _ in range(2):
        due_times.postpone(due, 60)

    ((body, delay),) = sent.taken()
    assert (body["dueAt"], delay) == (due.due_at + 90, 60)
    assert not due_times.is_open(due)
    assert due_times.is_open(MeetingDue.from_wire(body))


def test_the_sweep_finds_what_is_overdue(table: Table, due_times: DueTimes, clock: FakeClock) -> None:
    """Over the border of an hour, and not what may still be on its way."""
    meeting = booked(START)
    write(table, due_times, None, meeting)
    assert list(due_times.overdue()) == []

    clock.wall = meeting.opens_at + OVERDUE_AFTER - 1
    assert [each.purpose for each in due_times.overdue()] == [REMINDER]
    clock.wall += 1
    assert [each.purpose for each in due_times.overdue()] == [REMINDER, OPENS]
    clock.wall = meeting.closes_at + 2 * HOUR
    assert list(due_times.overdue()) == [due_of(meeting, CLOSES)]
    clock.wall += 2 * HOUR
    assert list(due_times.overdue()) == []


@given(
    changes=st.lists(
        st.tuples(
            st.integers(-3 * HOUR, DAY),
            st.integers(60, 4 * HOUR),
            st.sampled_from([None, 0, 15, 60]),
            st.sampled_from([0, 10, 60]),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    ),
    passing=st.integers(0, 3 * HOUR),
)
def test_whatever_becomes_of_a_meeting_its_last_version_is_due_and_no_other(
    changes: list[tuple[int, int, int | None, int, bool]], passing: int
) -> None:
    """All of it that can still be done, and each once."""
    clock = FakeClock()
    due_times = DueTimes(Table("on paper"), SETTINGS, clock)
    former: Meeting | None = None
    due: dict[str, tuple[str, int]] = {}
    for version, (starts_in, lasts, reminder, early, is_off) in enumerate(changes, 1):
        clock.advance(passing / len(changes))
        meeting = booked(
            NOW + starts_in,
            lasts,
            version=version,
            route=route(reminder_minutes=reminder, early_minutes=early),
            status=Status.CANCELLED if is_off else Status.SCHEDULED,
            occurred_at=int(clock.time() * 1000),
        )
        apply(due, due_times.entries(former, meeting))
        former = meeting

    assert former is not None
    now = clock.time()
    wanted = [
        (each.purpose.value, former.version)
        for each in moments_of(former)
        if (now <= each.at if each.purpose is REMINDER else now < each.until)
        and (former.status is Status.SCHEDULED or now >= former.opens_at)
    ]
    assert sorted(due.values()) == sorted(wanted)


def apply(due: dict[str, tuple[str, int]], writes: list[TransactWriteItemTypeDef]) -> None:
    """Makes writes on paper; like DynamoDB, it takes no two of one item."""
    keys = []
    for write_ in writes:
        ((kind, what),) = write_.items()
        item: dict[str, dict[str, str]] = what["Item"] if kind == "Put" else what["Key"]  # type: ignore[index]
        keys.append(item["pk"]["S"] + item["sk"]["S"])
        if kind == "Put":
            due[keys[-1]] = (item["purpose"]["S"], int(item["version"]["N"]))
        else:
            due.pop(keys[-1], None)
    assert len(set(keys)) == len(keys)
