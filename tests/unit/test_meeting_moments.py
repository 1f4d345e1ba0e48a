"""What is done when the time has come: once, for the meeting as it is now, and again where it broke off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.booked import (
    DAY,
    HOUR,
    MEETING,
    MINUTE,
    SETTINGS,
    SPACE,
    Sent,
    all_due,
    booked,
    invite,
    person,
    route,
    write,
)
from tests.support.clock import NOW, FakeClock
from tests.support.house import House
from tests.support.tables import moto_table
from vocespace import aws
from vocespace.admission import PARTICIPANT_SECONDS
from vocespace.due_times import ABANDONED_AFTER, DueTimes, moments_of
from vocespace.errors import NoEmptyRoomError, StoreUnavailableError, UpstreamFailedError
from vocespace.leases import NO_SHOW_GRACE
from vocespace.livekit_provider import RoomMapping
from vocespace.meeting_messages import MeetingDue, News, Purpose
from vocespace.meeting_moments import TRIED_AGAIN_AFTER, MeetingMoments
from vocespace.meeting_rooms import MeetingRooms
from vocespace.meeting_store import MeetingStore
from vocespace.meeting_sweep import MeetingSweep, Swept
from vocespace.meetings import Attendee, Meeting, Standing, Status
from vocespace.space_records import Strategy, space_key
from vocespace.table import Table

NAME = "moments"
START = NOW + DAY
REMINDER, OPENS, CLOSES = Purpose.REMINDER, Purpose.OPENS, Purpose.CLOSES

Told = tuple[News, int, str | None]


class Announced:
    """What was told: the news, of which version, to whom."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.is_broken = False

    def tell(self, meeting: Meeting, news: News, attendee: Attendee | None = None) -> None:
        """See `Announcements`."""
        if self.is_broken:
            raise StoreUnavailableError("InternalError")
        self.told.append((news, meeting.version, None if attendee is None else attendee.id))


class PaperRoomService:
    """What a LiveKit server was asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.is_broken = False

    def remove(self, room: str, who: str) -> bool:
        """See `RoomService`."""
        self._note(room, who)
        return True

    def end(self, room: str) -> None:
        """See `RoomService`."""
        self._note(room)

    def _note(self, *call: str) -> None:
        if self.is_broken:
            raise UpstreamFailedError("room_service_refused")
        self.calls.append(call)


class PaperBookings:
    """Who is on the way from one booking to another."""

    def __init__(self) -> None:
        self.abandoned: list[str] = []

    def abandon(self, meeting: str) -> None:
        """See `Bookings`."""
        self.abandoned.append(meeting)


class Scene:
    """The parts, wired as the container does it, over a table and a clock of the test's."""

    def __init__(self, table: Table, clock: FakeClock, sent: Sent, mapping: RoomMapping = "space") -> None:
        self.table, self.clock, self.sent = table, clock, sent
        self.house = House(table, clock, mapping=mapping)
        self.due_times = DueTimes(table, SETTINGS, clock)
        self.announced, self.bookings = Announced(), PaperBookings()
        self.livekit: PaperRoomService | None = PaperRoomService()
        self.meetings = MeetingStore(table)
        self.sweep = MeetingSweep(self.meetings, self.due_times)
        self.moments = MeetingMoments(
            self.meetings,
            MeetingRooms(
                self.house.spaces,
                self.house.leases,
                self.house.occupancy,
                lambda: self.livekit,  # type: ignore[arg-type, return-value]
                mapping,
            ),
            due_times=self.due_times,
            announcements=self.announced,  # type: ignore[arg-type]
            bookings=lambda: self.bookings,
            clock=clock,
        )
        self.meeting: Meeting | None = None

    def book(self, meeting: Meeting) -> Meeting:
        """Writes a meeting, or its next version."""
        write(self.table, self.due_times, self.meeting, meeting)
        self.meeting = meeting
        return meeting

    def change(self, **changes: object) -> Meeting:
        """Writes the next version of the meeting that was written last."""
        assert self.meeting is not None
        return self.book(self.meeting.model_copy(update=changes | {"version": self.meeting.version + 1}))

    def due(self, purpose: Purpose) -> MeetingDue:
        """What is due of the meeting as it is now."""
        assert self.meeting is not None
        (moment,) = (each for each in moments_of(self.meeting) if each.purpose is purpose)
        return moment.due(self.meeting)

    def come(self, purpose: Purpose, later: float = 0) -> MeetingDue:
        """The moment has come, and its message."""
        due = self.due(purpose)
        self.clock.wall = due.due_at + later
        self.moments.follow(due)
        return due

    def enter(self, who: str) -> str:
        """Somebody of the meeting comes by their link, and gets a room."""
        return self.house.ask(who, meeting=MEETING)

    def is_owed(self, purpose: Purpose) -> bool:
        """Whether something of the present version has still to be done."""
        assert self.meeting is not None
        return (purpose.value, self.meeting.version) in all_due(NAME)


@pytest.fixture(name="table")
def _table() -> Iterator[Table]:
    with moto_table(NAME) as table:
        yield table


@pytest.fixture(name="sent")
def _sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent = Sent()
    monkeypatch.setattr(aws, "send_later", sent.send_later)
    return sent


@pytest.fixture(name="scene")
def _scene(table: Table, clock: FakeClock, sent: Sent) -> Scene:
    return Scene(table, clock, sent)


def outcomes(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What became of the messages, as it is counted."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line["outcome"] for line in lines if "MeetingMoment" in line]


def test_people_are_reminded(scene: Scene, table: Table) -> None:
    """Those who are still invited, each once."""
    invite(table, person(1), person(2, Standing.CANCELLED), person(3, Standing.LEAVING), person(4))
    scene.book(booked(START))

    due = scene.come(REMINDER)
    scene.moments.follow(due)

    assert scene.announced.told == [(News.REMINDER, 1, "att_1"), (News.REMINDER, 1, "att_4")]
    assert not scene.is_owed(REMINDER)
    assert scene.is_owed(OPENS)


@pytest.mark.parametrize(
    ("purpose", "later", "outcome"),
    [
        (REMINDER, HOUR - 1, "done"),
        (REMINDER, HOUR, "late"),
        (OPENS, HOUR, "done"),
        (OPENS, HOUR + 40 * MINUTE, "late"),
        (CLOSES, DAY - 1, "done"),
        (CLOSES, DAY, "late"),
    ],
)
def test_what_comes_too_late_is_let_be(
    scene: Scene, table: Table, capsys: pytest.CaptureFixture[str], purpose: Purpose, later: int, outcome: str
) -> None:
    """And never tried again."""
    invite(table, person(1))
    scene.book(booked(START))

    scene.come(purpose, later)

    assert outcomes(capsys) == [outcome]
    assert not scene.is_owed(purpose)
    assert not (purpose is REMINDER and outcome == "late" and scene.announced.told)


def test_what_comes_too_early_is_put_back(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """For as long as remains, as far as SQS can; nothing is read or done."""
    scene.book(booked(START))
    for early, delay in ((0.2, 1), (61, 61), (DAY, 900)):
        scene.come(OPENS, -early)
        ((body, told),) = scene.sent.taken()
        assert (MeetingDue.from_wire(body), told) == (scene.due(OPENS), delay)

    assert outcomes(capsys) == ["early"] * 3
    assert scene.is_owed(OPENS)
    assert scene.announced.told == []


@pytest.mark.parametrize("purpose", [REMINDER, OPENS, CLOSES])
def test_what_was_for_a_former_version_is_void(
    scene: Scene, table: Table, capsys: pytest.CaptureFixture[str], purpose: Purpose
) -> None:
    """Such as a closing that was on its way while the meeting moved: nobody is thrown out."""
    invite(table, person(1))
    scene.book(booked(START, route=route(end_at_close=True)))
    former = scene.due(purpose)
    scene.clock.wall = START
    scene.enter("att_1")
    scene.house.came("att_1")
    scene.change(ends_at=START + 3 * HOUR)
    scene.clock.wall = max(former.due_at, START)

    scene.moments.follow(former)

    assert outcomes(capsys) == ["void"]
    assert scene.announced.told == []
    assert scene.livekit is not None
    assert scene.livekit.calls == []
    assert scene.is_owed(CLOSES)


def test_what_nobody_knows_of_is_void(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """A meeting that DynamoDB has cleaned up, or one of another deployment."""
    scene.moments.follow(booked_due(NOW - 5))

    assert outcomes(capsys) == ["void"]


def booked_due(at: int) -> MeetingDue:
    """An opening of a meeting that nobody has written."""
    return MeetingDue(meeting=MEETING, purpose=OPENS, version=1, due_at=at)


def test_a_meeting_that_is_called_off_reminds_and_opens_no_more(scene: Scene, table: Table) -> None:
    """Whatever is still on its way."""
    invite(table, person(1))
    scene.book(booked(START))
    on_the_way = [scene.due(REMINDER), scene.due(OPENS)]
    scene.change(status=Status.CANCELLED, occurred_at=(NOW + 1) * 1000)

    for due in on_the_way:
        scene.clock.wall = due.due_at
        scene.moments.follow(due)

    assert scene.announced.told == []
    assert all_due(NAME) == []
    assert scene.house.occupancy.rooms_of(SPACE) == []


def test_the_room_is_ready_when_the_links_open(scene: Scene) -> None:
    """The one into which everybody comes; and nobody has made the space by that."""
    scene.book(booked(START))
    scene.come(OPENS)

    ((name, room),) = scene.house.occupancy.rooms_of(SPACE)
    assert (room.lease_until, room.held_until) == (START + NO_SHOW_GRACE, START + HOUR + 30 * MINUTE)
    assert scene.announced.told == [(News.ROOM_ALLOCATED, 1, None)]
    assert scene.table.read([space_key(SPACE)]) == [None]
    assert scene.enter("ada") == scene.enter("bob") == name
    assert not scene.is_owed(OPENS)


def test_a_room_of_the_pool_is_kept_until_people_can_be_there(scene: Scene, clock: FakeClock) -> None:
    """However early the links open; who has not come some time after the beginning may find it taken."""
    scene.house.set_up(Strategy.POOL, ["a"])
    scene.book(booked(START, route=route(early_minutes=120)))
    scene.come(OPENS)
    clock.wall = START + NO_SHOW_GRACE
    with pytest.raises(NoEmptyRoomError):
        scene.house.ask("eve")

    clock.advance(1)
    assert scene.house.ask("eve") == "a"


def test_a_room_is_kept_till_the_end_once_somebody_has_come(scene: Scene, clock: FakeClock) -> None:
    """Also while nobody is inside; and to the new end where the meeting got longer."""
    scene.house.set_up(Strategy.POOL, ["a"])
    scene.book(booked(START))
    scene.come(OPENS)
    scene.enter("ada")
    scene.house.came("ada")
    scene.change(ends_at=START + 2 * HOUR)
    scene.come(OPENS, later=20 * MINUTE)
    scene.house.went("ada")

    clock.wall = START + 2 * HOUR + 30 * MINUTE
    with pytest.raises(NoEmptyRoomError):
        scene.house.ask("eve")
    clock.advance(1)
    assert scene.house.ask("eve") == "a"


def test_a_full_pool_is_asked_again(scene: Scene, clock: FakeClock, capsys: pytest.CaptureFixture[str]) -> None:
    """Until there is a room or the meeting is over; that is no failure, and one message only is on its way."""
    scene.house.set_up(Strategy.POOL, ["a"])
    scene.book(booked(START))
    clock.wall = scene.due(OPENS).due_at - 1
    scene.house.ask("eve")
    scene.house.came("eve")

    due = scene.come(OPENS)
    scene.moments.follow(due)
    ((body, delay),) = scene.sent.taken()
    assert delay == TRIED_AGAIN_AFTER
    assert scene.announced.told == []
    scene.house.went("eve")
    clock.advance(NO_SHOW_GRACE)
    scene.moments.follow(MeetingDue.from_wire(body))

    assert outcomes(capsys) == ["full", "repeated", "done"]
    assert scene.announced.told == [(News.ROOM_ALLOCATED, 1, None)]
    assert scene.enter("ada") == "a"


@pytest.mark.parametrize("room", ["$space", "stage"])
def test_a_room_that_is_named_needs_no_finding(scene: Scene, room: str) -> None:
    """Nor is it given up."""
    scene.book(booked(START, room=room))
    scene.come(OPENS)
    scene.come(CLOSES)

    assert scene.house.occupancy.rooms_of(SPACE) == []
    assert scene.announced.told == []


@pytest.mark.parametrize(
    ("strategy", "members"),
    [
        (Strategy.AGENT, {}),
        (Strategy.CREATE, {"auth": "c_s"}),
        # Without an auth type they come by the one that knows them.
        (Strategy.CREATE, {"organizer_identity": "assistant", "attendee_identity": "customer"}),
    ],
)
def test_in_customer_support_rooms_are_the_agents(scene: Scene, strategy: Strategy, members: dict[str, str]) -> None:
    """Nobody would come into another one."""
    scene.house.set_up(strategy)
    scene.book(booked(START, route=route(**members)))
    scene.come(OPENS)

    assert scene.house.occupancy.rooms_of(SPACE) == []
    assert scene.announced.told == []


def test_a_room_is_given_up_when_the_links_close(scene: Scene, clock: FakeClock) -> None:
    """Somebody else can have it then."""
    scene.house.set_up(Strategy.POOL, ["a"])
    scene.book(booked(START))
    scene.come(OPENS)
    scene.enter("ada")
    scene.house.came("ada")
    clock.wall = START + HOUR
    scene.house.went("ada")

    scene.come(CLOSES)
    clock.advance(1)

    assert scene.house.ask("eve") == "a"
    assert scene.announced.told[1:] == [(News.ROOM_RELEASED, 1, None)]
    assert scene.house.room("a").held_until is None


def test_a_call_goes_on_where_the_route_does_not_end_it(scene: Scene) -> None:
    """And the room is theirs until they leave."""
    scene.house.set_up(Strategy.POOL, ["a"])
    scene.book(booked(START))
    scene.come(OPENS)
    scene.enter("ada")
    scene.house.came("ada")

    scene.come(CLOSES)

    assert scene.livekit is not None
    assert scene.livekit.calls == []
    with pytest.raises(NoEmptyRoomError):
        scene.house.ask("eve")
    scene.house.went("ada")
    scene.clock.advance(61)
    assert scene.house.ask("eve") == "a"


def test_a_meeting_that_is_called_off_gives_up_its_room_early(scene: Scene, clock: FakeClock) -> None:
    """But not before the last token for it has run out, which could have been minted a moment ago."""
    scene.house.set_up(Strategy.POOL, ["a"])
    scene.book(booked(START, lasts=5 * HOUR))
    scene.come(OPENS)
    scene.enter("ada")
    scene.house.came("ada")
    scene.house.went("ada")
    scene.change(status=Status.CANCELLED, occurred_at=(scene.due(OPENS).due_at + 60) * 1000)

    scene.come(CLOSES)
    clock.advance(PARTICIPANT_SECONDS)
    with pytest.raises(NoEmptyRoomError):
        scene.house.ask("eve")
    clock.advance(1)
    assert scene.house.ask("eve") == "a"


def test_a_meeting_whose_cancellation_comes_late_gives_up_its_room_too(scene: Scene, clock: FakeClock) -> None:
    """It was called off before the links opened, which nobody here heard of until after they had."""
    scene.house.set_up(Strategy.POOL, ["a"])
    scene.book(booked(START, lasts=5 * HOUR))
    scene.come(OPENS)
    opened_at = int(clock.time())
    clock.advance(30)
    scene.change(status=Status.CANCELLED, occurred_at=(opened_at - 60) * 1000)
    assert scene.is_owed(CLOSES)

    scene.moments.follow(scene.due(CLOSES))
    clock.advance(PARTICIPANT_SECONDS + 1)
    assert scene.house.ask("eve") == "a"


@pytest.mark.parametrize(
    ("mapping", "ended"),
    [
        ("space", [(SPACE, "ada"), (SPACE, "walked-in")]),
        ("room", [(f"{SPACE}/their-room",)]),
    ],
)
def test_a_call_ends_for_everybody_where_the_route_says_so(
    table: Table,
    clock: FakeClock,
    sent: Sent,
    mapping: RoomMapping,
    ended: list[tuple[str, ...]],
) -> None:
    """In its own room; who is elsewhere in the space stays."""
    scene = Scene(table, clock, sent, mapping)
    scene.house.set_up(Strategy.POOL, ["their-room"])
    scene.book(booked(START, route=route(end_at_close=True)))
    scene.come(OPENS)
    room = scene.enter("ada")
    scene.house.settle("walked-in", room)
    scene.house.settle("elsewhere", "other")
    for who, where in (("ada", room), ("walked-in", room), ("elsewhere", "other")):
        scene.house.came(who, room_name=SPACE if mapping == "space" else f"{SPACE}/{where}")

    scene.come(CLOSES)

    assert scene.livekit is not None
    assert scene.livekit.calls == ended


@pytest.mark.parametrize(("room", "name"), [("$space", SPACE), ("stage", f"{SPACE}/stage")])
@pytest.mark.parametrize("mapping", ["space", "room"])
def test_in_a_room_that_is_anybodys_it_ends_for_the_meetings_own_people(
    table: Table, clock: FakeClock, sent: Sent, mapping: RoomMapping, room: str, name: str
) -> None:
    """The next meeting may have begun there."""
    scene = Scene(table, clock, sent, mapping)
    name = SPACE if mapping == "space" else name
    invite(table, person(1), person(2))
    scene.house.set_up(Strategy.POOL)
    scene.book(booked(START, room=room, route=route(end_at_close=True)))
    for who in ("att_1", "next"):
        scene.house.settle(who, room)
        scene.house.came(who, room_name=name)

    scene.come(CLOSES)

    assert scene.livekit is not None
    assert scene.livekit.calls == [(name, "att_1")]


def test_before_a_vocespace_server_no_call_can_be_ended(scene: Scene) -> None:
    """The room is given up all the same."""
    scene.livekit = None
    scene.book(booked(START, route=route(end_at_close=True)))
    scene.come(OPENS)
    scene.come(CLOSES)
    scene.book(booked(START, room="stage", version=2, route=route(end_at_close=True)))
    scene.come(CLOSES)

    assert scene.announced.told[1:] == [(News.ROOM_RELEASED, 1, None)]


def test_while_livekit_is_away_the_call_is_not_taken_for_ended(scene: Scene) -> None:
    """The message comes again, and then it is."""
    scene.book(booked(START, route=route(end_at_close=True)))
    scene.come(OPENS)
    scene.enter("ada")
    scene.house.came("ada")
    assert scene.livekit is not None
    scene.livekit.is_broken = True
    with pytest.raises(UpstreamFailedError):
        scene.come(CLOSES)
    assert scene.is_owed(CLOSES)

    scene.livekit.is_broken = False
    scene.come(CLOSES)

    assert scene.livekit.calls == [(SPACE, "ada")]
    assert not scene.is_owed(CLOSES)


def test_a_room_that_is_somebody_elses_by_now_is_let_be(scene: Scene, clock: FakeClock) -> None:
    """Nobody had come, the lease was over, and others are inside."""
    scene.house.set_up(Strategy.POOL, ["a"])
    scene.book(booked(START, route=route(end_at_close=True)))
    scene.come(OPENS)
    clock.wall = START + NO_SHOW_GRACE + 1
    scene.house.ask("eve")
    scene.house.came("eve")
    before = scene.house.room("a")

    scene.come(CLOSES)

    assert scene.livekit is not None
    assert scene.livekit.calls == []
    assert scene.house.room("a") == before


def test_whoever_has_not_arrived_is_told_of(scene: Scene) -> None:
    """Whatever has become of the meeting that they left."""
    scene.book(booked(START))
    due = scene.due_times.abandonment(booked(START))
    scene.table.write_together(scene.due_times.entry(due))
    scene.change(title="another one")
    scene.clock.advance(ABANDONED_AFTER)

    scene.moments.follow(due)
    scene.moments.follow(due)

    assert scene.bookings.abandoned == [MEETING]


def test_a_host_who_is_no_agent_has_a_room_though_customers_do_not(scene: Scene) -> None:
    """Whoever comes by another auth type is led to the meeting's."""
    scene.book(booked(START, route=route(attendee_identity="customer")))
    scene.come(OPENS)

    assert scene.announced.told == [(News.ROOM_ALLOCATED, 1, None)]


@pytest.mark.parametrize("purpose", [REMINDER, OPENS, CLOSES])
def test_what_breaks_off_is_done_again(scene: Scene, table: Table, purpose: Purpose) -> None:
    """While people are told."""
    invite(table, person(1))
    scene.book(booked(START))
    if purpose is CLOSES:
        scene.come(OPENS)
    scene.announced.told.clear()
    scene.announced.is_broken = True
    with pytest.raises(StoreUnavailableError):
        scene.come(purpose)
    assert scene.is_owed(purpose)

    scene.announced.is_broken = False
    scene.come(purpose)

    assert len(scene.announced.told) == 1
    assert not scene.is_owed(purpose)


@pytest.mark.parametrize("purpose", [REMINDER, OPENS, CLOSES])
def test_wherever_it_breaks_off_it_ends_alike(
    scene: Scene, table: Table, purpose: Purpose, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each call of the table's, before it is made and after it was."""
    invite(table, person(1), person(2))
    scene.book(booked(START, route=route(end_at_close=True)))
    if purpose is CLOSES:
        scene.come(OPENS)
        scene.enter("att_1")
        scene.house.came("att_1")
        scene.announced.told.clear()
    tries = 0
    while breaks_off(scene, purpose, tries, monkeypatch):
        tries += 1

    assert tries >= 6
    told = (
        [News.REMINDER] * 2 if purpose is REMINDER else [{OPENS: News.ROOM_ALLOCATED}.get(purpose, News.ROOM_RELEASED)]
    )
    assert [news for news, _, _ in scene.announced.told][-len(told) :] == told
    assert not scene.is_owed(purpose)
    assert len(scene.house.occupancy.rooms_of(SPACE)) == (0 if purpose is REMINDER else 1)


def breaks_off(scene: Scene, purpose: Purpose, tries: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Lets the function end at one of the calls; says whether there were so many."""
    calls, at, is_after = 0, tries // 2, tries % 2

    def meddled(name: str) -> Callable[..., Any]:
        real = getattr(aws.dynamodb(), name)

        def call(**arguments: object) -> Any:  # noqa: ANN401 - whatever botocore answers
            nonlocal calls
            is_last = calls == at
            calls += 1
            if is_last and not is_after:
                raise KeyboardInterrupt
            answer = real(**arguments)
            if is_last:
                raise KeyboardInterrupt
            return answer

        return call

    with monkeypatch.context() as patch:
        for name in ("batch_get_item", "transact_write_items", "update_item"):
            patch.setattr(aws.dynamodb(), name, meddled(name))
        try:
            scene.come(purpose)
        except KeyboardInterrupt:
            return True
    return False


def test_the_sweep_tells_again_what_was_lost(scene: Scene, clock: FakeClock) -> None:
    """As often as it takes; and only that."""
    scene.book(booked(START))
    due = scene.due(REMINDER)
    clock.wall = due.due_at + 119
    assert scene.sweep.run() == Swept(0, 0)
    clock.advance(1)
    assert scene.sweep.run() == scene.sweep.run() == Swept(1, 0)
    assert scene.sent.taken() == [(due.to_wire(), 0)] * 2

    scene.moments.follow(due)
    assert scene.sweep.run() == Swept(0, 0)


def test_the_sweep_strikes_out_what_is_void(scene: Scene, clock: FakeClock) -> None:
    """Of former versions, and of meetings that are gone; not who is still on the way."""
    scene.book(booked(START))
    clock.wall = START
    others = [booked_due(START - HOUR // 2).model_copy(update={"version": 7})]
    others += [each.model_copy(update={"meeting": "mtg_" + "6" * 24}) for each in others]
    abandoned = others[0].model_copy(update={"purpose": Purpose.ABANDONED})
    for each in (*others, abandoned):
        scene.table.write_together(scene.due_times.entry(each))

    assert scene.sweep.run() == Swept(lost=3, void=2)
    assert [body["purpose"] for body, _ in scene.sent.taken()] == ["reminder", "abandoned", "opens"]
    assert scene.sweep.run() == Swept(lost=3, void=0)
