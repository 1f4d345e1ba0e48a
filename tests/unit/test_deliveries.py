"""What becomes of a delivery: told once, told later, or no longer told at all."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW, FakeClock
from tests.support.news import EMAIL, GUEST, LINK, NAME, TITLE, guest, keep, meeting, route
from tests.support.tables import moto_table
from tests.support.world import TABLE
from vocespace import aws, observability
from vocespace.back_off import DELAYS, next_attempt
from vocespace.deliveries import Deliveries
from vocespace.errors import StoreUnavailableError
from vocespace.join_links import JoinCodes, join_url
from vocespace.link_store import LinkStore
from vocespace.meeting_messages import Channel, Delivery, News
from vocespace.meeting_store import MeetingStore
from vocespace.meetings import Attendee, Meeting, Standing, Status
from vocespace.outgoing_webhooks import OutgoingWebhooks
from vocespace.sent import TAKEN_OVER_AFTER, SentMarks
from vocespace.settings import Settings
from vocespace.table import Table
from vocespace.told import Told
from vocespace.undelivered import TryLaterError, UndeliverableError

ORIGIN = "https://join.example"
CODES = JoinCodes(b"secret-of-the-join-links-of-the-tests")
URL = join_url(ORIGIN, CODES.code_of(LINK))
SETTINGS = {
    "table_name": TABLE,
    "signing_secret_id": "signing",
    "deliveries_queue_url": "https://sqs.example/deliveries",
    "event_bus": "bus",
    "mail_sender": "links@join.example",
    "public_base_url": ORIGIN,
}

_ids = (f"mtg_{number:024x}" for number in itertools.count())


class Outside:
    """All that a delivery does to the outside, told apart by channel, and how that goes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.webhooks: list[tuple[str, Told, dict[str, Any]]] = []
        self.mails: list[tuple[str, bytes]] = []
        self.queued: list[tuple[Delivery, int]] = []
        self.failed: list[tuple[str, str, str]] = []
        self.void: list[str] = []
        self.goes: Callable[[], None] = lambda: None
        monkeypatch.setattr(aws, "send_event", self._event)
        monkeypatch.setattr(aws, "send_mail", self._mail)
        monkeypatch.setattr(aws, "send_later", self._later)
        monkeypatch.setattr(OutgoingWebhooks, "send", lambda _, *news: self._webhook(*news))
        monkeypatch.setattr(observability, "delivery_failed", lambda *why: self.failed.append(why))
        monkeypatch.setattr(observability, "delivery_void", lambda news, _: self.void.append(news))

    @property
    def told(self) -> int:
        """How often anybody was told anything."""
        return len(self.events) + len(self.webhooks) + len(self.mails)

    def _event(self, bus: str, detail_type: str, detail: dict[str, Any]) -> None:
        assert bus == "bus"
        if detail_type != News.DELIVERY_FAILED:
            self.goes()
        self.events.append((detail_type, detail))

    def _webhook(self, name: str, told: Told, data: dict[str, Any]) -> None:
        self.goes()
        self.webhooks.append((name, told, data))

    def _mail(self, sender: str, recipient: str, message: bytes) -> None:
        assert sender == SETTINGS["mail_sender"]
        self.goes()
        self.mails.append((recipient, message))

    def _later(self, _: str, body: dict[str, Any], *, delay: int = 0) -> None:
        assert 0 <= delay <= aws.MAX_DELAY
        self.queued.append((Delivery.from_wire(body), delay))


class Desk:
    """Deliveries over a table, about one meeting."""

    def __init__(self, table: Table, clock: FakeClock, **settings: object) -> None:
        self._table = table
        self.id = next(_ids)
        meetings = MeetingStore(table)
        links = LinkStore(table, meetings, lambda: CODES, clock)
        self.deliveries = Deliveries(
            Settings.model_validate(SETTINGS | settings), table, meetings, links, lambda: CODES, clock
        )
        self.keep()

    def keep(self, who: Attendee | None = None, *, revoked_at: int | None = None, **members: object) -> Meeting:
        """The meeting and its guest as they are now, and since when their link is revoked."""
        about = meeting(**({"id": self.id} | members))
        keep(self._table, about, who or guest(), revoked_at=revoked_at)
        return about

    def deliver(self, channel: Channel = Channel.EVENT, news: News = News.LINK_READY, **members: object) -> None:
        """Hands over one message, with members changed."""
        usual = {"news": news, "channel": channel, "meeting": self.id, "version": 1, "attendee": GUEST}
        self.deliveries.deliver(Delivery.model_validate(usual | members))


@pytest.fixture(name="table", scope="module")
def _table() -> Iterator[Table]:
    with moto_table(TABLE) as table:
        yield table


@pytest.fixture(name="outside")
def _outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    return Outside(monkeypatch)


@pytest.fixture(name="desk")
def _desk(table: Table, outside: Outside, clock: FakeClock) -> Desk:
    assert not outside.told
    return Desk(table, clock)


def fails(error: Exception) -> Callable[[], None]:
    """What goes wrong."""

    def fail() -> None:
        raise error

    return fail


# --- what is told -----------------------------------------------------------------------------------------------------


def test_an_event_names_and_opens_nothing(desk: Desk, outside: Outside) -> None:
    """The link by its id."""
    desk.deliver()

    ((detail_type, detail),) = outside.events
    assert detail_type == "JoinLink.Ready"
    assert detail.pop("eventId").startswith("evt_")
    assert detail == {
        "schema": 1,
        "meetingId": desk.id,
        "source": "cal",
        "bookingId": "uid-1",
        "version": 1,
        "attendeeId": "att_guest",
        "linkId": LINK,
        "space": "my-workspace",
        "startsAt": "2026-11-18T12:06:40Z",
        "endsAt": "2026-11-18T12:36:40Z",
        "expiresAt": "2026-11-18T13:06:40Z",
    }


def test_links_themselves_are_told_where_the_route_says_so(desk: Desk, outside: Outside) -> None:
    """By event and endpoint, as long as they open anything."""
    told = route(tells_urls=True)
    desk.keep(route=told)
    for channel in (Channel.EVENT, Channel.ENDPOINT):
        desk.deliver(channel)
    desk.keep(route=told, version=2, status=Status.CANCELLED)
    desk.deliver(news=News.CANCELLED, version=2)

    assert [detail.get("url") for _, detail in outside.events] == [URL, None]
    assert [(name, data["url"]) for name, _, data in outside.webhooks] == [("crm", URL)]


def test_the_meeting_as_a_whole_is_nobody_s(desk: Desk, outside: Outside) -> None:
    """No link is told of."""
    desk.keep(route=route(tells_urls=True))
    desk.deliver(news=News.ROOM_ALLOCATED, attendee=None)

    ((_, detail),) = outside.events
    assert detail.keys().isdisjoint({"attendeeId", "linkId", "url"})


def test_a_mail_has_the_link(desk: Desk, outside: Outside) -> None:
    """It is for whoever it is about."""
    desk.deliver(Channel.MAIL)

    ((recipient, message),) = outside.mails
    assert recipient == EMAIL
    assert URL.encode() in message.replace(b"=\r\n", b"")


# --- once -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", list(Channel))
def test_what_comes_twice_is_told_once(desk: Desk, outside: Outside, channel: Channel) -> None:
    """SQS hands a message over at least once."""
    for _ in range(3):
        desk.deliver(channel)

    assert outside.told == 1
    assert outside.queued == []


def test_channels_people_news_and_versions_are_told_apart(desk: Desk, outside: Outside) -> None:
    """Each is told for itself."""
    desk.deliver()
    desk.deliver(Channel.MAIL)
    desk.deliver(news=News.REMINDER)
    desk.deliver(attendee=None)
    desk.keep(version=2)
    desk.deliver(version=2)

    assert outside.told == 5


def test_what_changed_on_the_way_is_told_once_as_it_is_now(desk: Desk, outside: Outside) -> None:
    """Whichever of its announcements comes first, and however often."""
    desk.keep(version=3, starts_at=NOW + 1800)
    for version in (2, 3, 2, 3):
        desk.deliver(news=News.RESCHEDULED, version=version)

    ((_, detail),) = outside.events
    assert (detail["version"], detail["startsAt"]) == (3, "2026-11-18T11:36:40Z")


def test_what_was_told_is_not_told_again_for_a_change(desk: Desk, outside: Outside) -> None:
    """That a message comes twice says nothing of the new version."""
    desk.deliver()
    desk.keep(version=2)
    desk.deliver()
    assert outside.told == 1

    desk.deliver(version=2)
    assert outside.told == 2


def test_who_comes_and_goes_is_told_each_time(desk: Desk, outside: Outside) -> None:
    """Though the meeting itself stays as it is; of each change once, and by an id of its own."""
    steps = [
        (News.LINK_READY, Standing.INVITED),
        *[(News.CANCELLED, Standing.CANCELLED), (News.RESCHEDULED, Standing.INVITED)] * 2,
    ]
    for number, (news, standing) in enumerate(steps):
        desk.keep(guest(standing=standing, sequence_base=number))
        for _ in range(2):
            desk.deliver(news=news)

    assert [each for each, _ in outside.events] == [news for news, _ in steps]
    assert len({detail["eventId"] for _, detail in outside.events}) == len(steps)


def test_somebody_else_at_it_is_waited_for(desk: Desk, outside: Outside, clock: FakeClock) -> None:
    """And taken over from, once they cannot be at it any more."""
    outside.goes = fails(MemoryError())
    with pytest.raises(MemoryError):
        desk.deliver()

    outside.goes = lambda: None
    desk.deliver()
    assert outside.told == 0
    ((again, delay),) = outside.queued
    assert (again.attempt, delay) == (0, TAKEN_OVER_AFTER + 1)

    clock.advance(TAKEN_OVER_AFTER + 1)
    desk.deliver()
    assert outside.told == 1


def test_whoever_dies_after_telling_is_followed_by_the_same_news(
    desk: Desk, outside: Outside, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice is better than never; who gets it twice knows it again."""
    with monkeypatch.context() as patch:
        patch.setattr(SentMarks, "end", lambda *_: fails(StoreUnavailableError("InternalServerError"))())
        with pytest.raises(StoreUnavailableError):
            desk.deliver()

    clock.advance(TAKEN_OVER_AFTER + 1)
    for _ in range(2):
        desk.deliver()
    (_, first), (_, second) = outside.events
    assert first == second


# --- no longer --------------------------------------------------------------------------------------------------------


def test_who_is_not_there_is_told_nothing(desk: Desk, outside: Outside) -> None:
    """Nor of what is not there."""
    desk.deliver(attendee="f" * 32)
    desk.deliver(meeting="mtg_" + "f" * 24)
    desk.deliver(meeting="mtg_" + "f" * 24, attendee=None)

    assert outside.told == 0
    assert len(outside.void) == 3


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("news", [News.LINK_READY, News.RESCHEDULED, News.REMINDER])
def test_of_a_link_that_was_revoked_nobody_is_told_more(
    desk: Desk, outside: Outside, news: News, channel: Channel
) -> None:
    """Its platform took it back: it opens nothing, whatever becomes of the meeting."""
    desk.keep(revoked_at=NOW)
    desk.deliver(channel, news)

    assert outside.told == 0
    assert outside.void == [news]
    assert outside.failed == []


@pytest.mark.parametrize("channel", list(Channel))
def test_that_a_meeting_is_off_is_told_without_a_link_too(desk: Desk, outside: Outside, channel: Channel) -> None:
    """It may stand in a calendar."""
    desk.keep(revoked_at=NOW, version=2, status=Status.CANCELLED)
    desk.deliver(channel, News.CANCELLED, version=2)

    assert outside.told == 1


IS_ON = {News.LINK_READY, News.RESCHEDULED, News.REMINDER}
IS_OFF = {News.CANCELLED, News.LINK_REVOKED}


@pytest.mark.parametrize("news", [each for each in News if each is not News.DELIVERY_FAILED])
@pytest.mark.parametrize(
    ("about", "who"),
    [
        (meeting(), guest()),
        (meeting(status=Status.CANCELLED), guest()),
        (meeting(), guest(standing=Standing.CANCELLED)),
        (meeting(), guest(standing=Standing.LEAVING)),
    ],
)
def test_what_is_no_longer_so_is_not_told(news: News, about: Meeting, who: Attendee) -> None:
    """An invitation to what is cancelled, and a cancellation of what takes place."""
    is_on = about.status is Status.SCHEDULED and who.standing is Standing.INVITED
    told = Told(news, about, who)

    assert told.holds(1, NOW) == (is_on if news in IS_ON else not is_on if news in IS_OFF else True)
    assert Told(news, about).holds(1, NOW) == told.holds(1, NOW) or who.standing is not Standing.INVITED


def test_what_was_announced_before_a_change_is_told_as_it_is_now() -> None:
    """The change may have been about somebody else, and nobody tells this one of it again; reminders come anew."""
    told = Told(News.LINK_READY, meeting(version=2), guest())
    assert told.holds(1, NOW)
    assert told.id == Told(News.LINK_READY, meeting(version=2), guest()).id
    assert told.id != Told(News.LINK_READY, meeting(), guest()).id
    assert not Told(News.REMINDER, meeting(version=2), guest()).holds(1, NOW)


def test_news_of_somebody_have_the_time_of_theirs() -> None:
    """Who has come or gone since the meeting changed last has done so then."""
    who = guest(standing=Standing.CANCELLED, occurred_at=(NOW + 60) * 1000)
    assert Told(News.CANCELLED, meeting(), who).happened_at == NOW + 60


def test_a_room_that_is_given_up_early_is_so_then() -> None:
    """Its meeting was called off while the links were open, or before: then since they would have been."""
    for since, at in ((NOW + 4000, NOW + 4000), (NOW, NOW + 3000)):
        about = meeting(status=Status.CANCELLED, occurred_at=since * 1000)
        assert Told(News.ROOM_RELEASED, about).happened_at == at


def test_what_is_over_invites_nobody() -> None:
    """Nor does what has begun need a reminder."""
    about = meeting()
    assert Told(News.REMINDER, about, guest()).holds(1, about.starts_at - 1)
    assert not Told(News.REMINDER, about, guest()).holds(1, about.starts_at)
    assert Told(News.LINK_READY, about, guest()).holds(1, about.closes_at - 1)
    assert not Told(News.LINK_READY, about, guest()).holds(1, about.closes_at)
    assert Told(News.ROOM_RELEASED, about).holds(1, about.closes_at)


@pytest.mark.parametrize(
    ("news", "at"),
    [
        (News.LINK_READY, NOW),
        (News.REMINDER, NOW + 1800),
        (News.ROOM_ALLOCATED, NOW + 3000),
        (News.ROOM_RELEASED, NOW + 7200),
    ],
)
def test_news_have_their_time(news: News, at: int) -> None:
    """Whenever it is told: of what happened, not of the telling."""
    about = meeting(route=route(reminder_minutes=30))
    assert Told(news, about).happened_at == at


# --- later ------------------------------------------------------------------------------------------------------------


def test_what_is_not_due_comes_by_again(desk: Desk, outside: Outside, clock: FakeClock) -> None:
    """SQS cannot wait for longer than 15 minutes."""
    desk.deliver(attempt=2, not_before=NOW + 2000)
    clock.advance(1500)
    desk.deliver(attempt=2, not_before=NOW + 2000)
    clock.advance(499.5)
    desk.deliver(attempt=2, not_before=NOW + 2000)

    assert [delay for _, delay in outside.queued] == [900, 500, 1]
    assert all((each.attempt, each.not_before) == (2, NOW + 2000) for each, _ in outside.queued)
    assert outside.told == 0

    clock.advance(0.5)
    desk.deliver(attempt=2, not_before=NOW + 2000)
    assert outside.told == 1


def test_what_an_endpoint_did_not_take_is_tried_again(desk: Desk, outside: Outside, clock: FakeClock) -> None:
    """Ever later; then it is told that it was given up."""
    desk.keep(starts_at=NOW + 30 * 86_400, ends_at=NOW + 30 * 86_400 + 60)
    outside.goes = fails(TryLaterError("endpoint_status_5xx"))
    delivery, waits = Delivery(news=News.LINK_READY, channel=Channel.ENDPOINT, meeting=desk.id, version=1), []
    while True:
        desk.deliveries.deliver(delivery)
        if not outside.queued:
            break
        ((delivery, delay),) = outside.queued
        outside.queued.clear()
        assert delivery.not_before is not None
        waits.append(delivery.not_before - clock.time())
        assert delay == min(waits[-1], 900)
        clock.advance(waits[-1])

    assert len(waits) == len(DELAYS)
    for wait, delay in zip(waits, DELAYS, strict=True):
        assert delay <= wait <= delay * 1.2 + 1
    assert outside.failed == [("JoinLink.Ready", "endpoint", "endpoint_status_5xx")]
    ((detail_type, detail),) = outside.events
    assert detail_type == "Delivery.Failed"
    assert detail["failed"] == {"news": "JoinLink.Ready", "channel": "endpoint", "reason": "endpoint_status_5xx"}

    outside.goes = lambda: None
    desk.deliveries.deliver(delivery)
    assert outside.webhooks == []


def test_an_attempt_that_was_planned_already_is_not_made_twice(desk: Desk, outside: Outside, clock: FakeClock) -> None:
    """Even where the message about the one before it comes once more."""
    outside.goes = fails(TryLaterError("endpoint_timeout"))
    desk.deliver(Channel.ENDPOINT)
    desk.deliver(Channel.ENDPOINT)
    assert len(outside.queued) == 1

    outside.goes = lambda: None
    clock.advance(10)
    again = outside.queued[0][0]
    for _ in range(2):
        desk.deliveries.deliver(again)
    desk.deliver(Channel.ENDPOINT)
    assert len(outside.webhooks) == 1


@pytest.mark.parametrize(("news", "later"), [(News.CANCELLED, 0), (News.ROOM_RELEASED, 3600)])
def test_nobody_wants_to_hear_of_what_is_over(
    desk: Desk, outside: Outside, clock: FakeClock, news: News, later: int
) -> None:
    """It is given up then, but that it is over may be told a while after."""
    about = desk.keep(status=Status.CANCELLED)
    outside.goes = fails(TryLaterError("endpoint_timeout"))
    clock.wall = about.closes_at + later - 5
    desk.deliver(Channel.ENDPOINT, news)

    assert outside.queued == []
    assert [reason for *_, reason in outside.failed] == ["endpoint_timeout"]


@given(
    attempt=st.integers(0, 20),
    now=st.floats(NOW, NOW + 86_400),
    after=st.floats(0, 86_400),
    worth_until=st.integers(NOW, NOW + 40 * 86_400),
    seed=st.integers(0, 100),
)
def test_the_next_attempt_is_neither_too_soon_nor_too_late(
    attempt: int, now: float, after: float, worth_until: int, seed: int
) -> None:
    """Whatever is asked for."""
    random.seed(seed)
    due = next_attempt(attempt, now, after, worth_until)

    if due is not None:
        assert attempt < len(DELAYS)
        assert now + after <= due < worth_until
        assert due >= now + DELAYS[attempt]


# --- never ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "settings", "reason"),
    [
        (Channel.EVENT, {"event_bus": ""}, "no_event_bus"),
        (Channel.MAIL, {"mail_sender": ""}, "no_mail_sender"),
        (Channel.MAIL, {"public_base_url": ""}, "no_public_base_url"),
    ],
)
def test_what_is_not_set_up_tells_nobody(
    table: Table, outside: Outside, clock: FakeClock, channel: Channel, settings: dict[str, object], reason: str
) -> None:
    """It is counted, once."""
    desk = Desk(table, clock, **settings)
    for _ in range(2):
        desk.deliver(channel)

    assert outside.failed == [("JoinLink.Ready", channel, reason)]
    assert [each for each, _ in outside.events] == ([] if channel is Channel.EVENT else ["Delivery.Failed"])


def test_what_changed_on_the_way_tells_nobody(desk: Desk, outside: Outside) -> None:
    """The route names no endpoint any more, or the person has no address."""
    desk.keep(guest(email=None), route=route(endpoint=None, tells_events=False))
    desk.deliver(Channel.ENDPOINT)
    desk.deliver(Channel.MAIL)

    assert [reason for *_, reason in outside.failed] == ["no_endpoint", "no_address"]
    assert outside.told == 0


@pytest.mark.parametrize(
    ("channel", "error", "reason"),
    [
        (Channel.MAIL, aws.MailRefusedError("MessageRejected"), "MessageRejected"),
        (Channel.ENDPOINT, UndeliverableError("endpoint_gone"), "endpoint_gone"),
    ],
)
def test_what_is_refused_for_good_is_told_to_the_operator(
    desk: Desk, outside: Outside, channel: Channel, error: Exception, reason: str
) -> None:
    """Not what was in it."""
    outside.goes = fails(error)
    desk.deliver(channel)
    desk.deliver(channel)

    assert outside.failed == [("JoinLink.Ready", channel, reason)]
    ((_, detail),) = outside.events
    assert detail["failed"]["reason"] == reason
    for secret in (EMAIL, NAME, TITLE, "/join/"):
        assert secret not in str(detail)


def test_each_failure_is_news_of_its_own(desk: Desk, outside: Outside) -> None:
    """Whoever takes each event once, by its id, hears of what was told by one way and not by the others."""
    desk.deliver()
    outside.goes = fails(UndeliverableError("endpoint_gone"))
    desk.deliver(Channel.ENDPOINT)
    outside.goes = fails(aws.MailRefusedError("MessageRejected"))
    desk.deliver(Channel.MAIL)

    assert [each for each, _ in outside.events] == ["JoinLink.Ready", "Delivery.Failed", "Delivery.Failed"]
    assert len({detail["eventId"] for _, detail in outside.events}) == 3


@pytest.mark.parametrize("channel", [Channel.EVENT, Channel.MAIL])
def test_what_aws_does_not_take_now_is_tried_again(
    desk: Desk, outside: Outside, clock: FakeClock, channel: Channel
) -> None:
    """Sooner than SQS would bring it back."""
    outside.goes = fails(StoreUnavailableError("TooManyRequestsException"))
    desk.deliver(channel)
    assert outside.failed == []
    ((again, delay),) = outside.queued
    assert DELAYS[0] <= delay <= DELAYS[0] * 1.2 + 1

    outside.goes = lambda: None
    clock.advance(delay)
    desk.deliveries.deliver(again)
    assert outside.told == 1


def test_that_nobody_can_be_told_why_comes_again(desk: Desk, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery is not given up in silence."""
    outside.goes = fails(UndeliverableError("endpoint_gone"))
    monkeypatch.setattr(aws, "send_event", lambda *_: fails(StoreUnavailableError("InternalFailure"))())

    with pytest.raises(StoreUnavailableError):
        desk.deliver(Channel.ENDPOINT)
