"""deliver_news: news reach buses, endpoints and people; what cannot be delivered comes again, and is told of."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import boto3
import icalendar
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends

from local.cloud import REGION
from tests.support.aws_faults import fail
from tests.support.events import Event, load_event
from tests.support.news import EMAIL, LINK, MEETING, NAME, TITLE, guest, keep, meeting, route
from tests.support.upstream import Answer, Upstream
from tests.support.world import JOIN_LINK_SECRET, TABLE, World
from vocespace import aws
from vocespace.join_links import JoinCodes, join_url
from vocespace.meetings import Status
from vocespace.outgoing_webhooks import signed_headers
from vocespace.table import Table
from vocespace.webhook_secrets import standard_key

FUNCTION = "deliver_news"
BUS = "vocespace-test-events"
SENDER = "links@join.example"
ORIGIN = "https://join.example"
URL = join_url(ORIGIN, JoinCodes.parse(JOIN_LINK_SECRET).code_of(LINK))
SECRETS = ["whsec_" + "A" * 32, "whsec_" + "B" * 32]

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Post:
    """What has arrived at the bus, at the endpoint and in the mail, and what waits in the queue."""

    def __init__(self, world: World, receiver: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.receiver = world, receiver
        sqs = boto3.client("sqs")
        self._queue_url = sqs.create_queue(QueueName="deliveries")["QueueUrl"]
        boto3.client("events").create_event_bus(Name=BUS)
        self.events: list[tuple[str, dict[str, Any]]] = []
        boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        endpoints = {"crm": {"url": f"{receiver.url}/in", "secrets": SECRETS}}
        boto3.client("secretsmanager").create_secret(
            Name="endpoints", SecretString=json.dumps({"endpoints": endpoints})
        )
        world.configure(
            ENDPOINTS_SECRET_ID="endpoints",
            DELIVERIES_QUEUE_URL=self._queue_url,
            EVENT_BUS=BUS,
            MAIL_SENDER=SENDER,
            PUBLIC_BASE_URL=ORIGIN,
            ALLOW_LOOPBACK_ENDPOINTS="true",
        )
        send_event = aws.send_event

        def overheard(bus: str, detail_type: str, detail: dict[str, Any]) -> None:
            send_event(bus, detail_type, detail)
            self.events.append((detail_type, detail))

        monkeypatch.setattr(aws, "send_event", overheard)
        self.keep()

    def keep(self, **members: object) -> None:
        """The meeting as it is now."""
        keep(Table(TABLE), meeting(**members), guest())

    def deliver(self, event: Event) -> list[str]:
        """Invokes the function; returns which messages come again."""
        answer = self.world.invoke(FUNCTION, event)
        assert answer.keys() == {"batchItemFailures"}
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def queued(self) -> int:
        """How many messages were put back."""
        queue = boto3.resource("sqs").Queue(self._queue_url)
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed")
        return sum(int(value) for name, value in queue.attributes.items() if name in names)

    def mails(self) -> list[tuple[list[str], EmailMessage]]:
        """What has been mailed, and to whom."""
        found = []
        for each in sesv2_backends[DEFAULT_ACCOUNT_ID][REGION].core_backend.sent_messages:
            message = email.message_from_string(each.raw_data, policy=SMTP)
            assert isinstance(message, EmailMessage)
            found.append((each.destinations, message))
        return found


@pytest.fixture(name="receiver")
def _receiver() -> Iterator[Upstream]:
    with Upstream(lambda *_: Answer(202)) as receiver:
        yield receiver


@pytest.fixture(name="post")
def _post(world: World, receiver: Upstream, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    aws.mail_service.cache_clear()
    yield Post(world, receiver, monkeypatch)
    aws.mail_service.cache_clear()


def batch(*cases: str) -> Event:
    """The messages of several files, numbered."""
    records = [record for case in cases for record in load_event(FUNCTION, case)["Records"]]
    return {"Records": [record | {"messageId": str(number)} for number, record in enumerate(records)]}


def test_an_event_is_put_on_the_bus(post: Post) -> None:
    """Of the type that is the news, and without the link itself."""
    assert post.deliver(load_event(FUNCTION, "link_ready_event")) == []

    ((detail_type, detail),) = post.events
    assert detail_type == "JoinLink.Ready"
    assert (detail["meetingId"], detail["linkId"]) == (MEETING, LINK)
    for secret in (URL.removeprefix(ORIGIN), EMAIL, NAME, TITLE):
        assert secret not in json.dumps(detail)


def test_a_room_is_nobody_s(post: Post) -> None:
    """The event is about the meeting."""
    assert post.deliver(load_event(FUNCTION, "room_allocated_event")) == []

    ((detail_type, detail),) = post.events
    assert detail_type == "Room.Allocated"
    assert "attendeeId" not in detail


def test_a_webhook_is_signed_by_all_secrets(post: Post) -> None:
    """Over the bytes that were sent."""
    post.keep(version=2)
    assert post.deliver(load_event(FUNCTION, "rescheduled_webhook")) == []

    (request,) = post.receiver.received
    body = request.json()
    assert (request.path, body["type"]) == ("/in", "Meeting.Rescheduled")
    assert body["data"]["version"] == 2
    keys = tuple(map(standard_key, SECRETS))
    stamp = int(request.headers["webhook-timestamp"])
    expected = signed_headers(keys, body["data"]["eventId"], stamp, request.body)
    assert {name: request.headers[name] for name in expected if name.startswith("webhook-")} == {
        name: value for name, value in expected.items() if name.startswith("webhook-")
    }
    assert len(request.headers["webhook-signature"].split(" ")) == 2


def test_a_mail_brings_the_link_and_the_entry(post: Post) -> None:
    """To that person alone."""
    assert post.deliver(load_event(FUNCTION, "link_ready_mail")) == []

    ((recipients, message),) = post.mails()
    assert set(recipients) == {EMAIL}
    assert message["Subject"] == f"Your link: {TITLE}"
    plain, _, entry = (each for each in message.walk() if each.get_content_maintype() == "text")
    assert URL in plain.get_content()
    (event,) = icalendar.Calendar.from_ical(entry.get_content()).walk("VEVENT")
    assert (event["UID"], str(event["URL"])) == (f"{LINK}@join.example", URL)


def test_a_cancellation_is_one(post: Post) -> None:
    """In the calendar as well; the link is not in it any more."""
    post.keep(version=2, status=Status.CANCELLED)
    assert post.deliver(load_event(FUNCTION, "cancelled_mail")) == []

    ((_, message),) = post.mails()
    (entry,) = (each for each in message.walk() if each.get_content_type() == "text/calendar")
    assert entry.get_param("method") == "CANCEL"
    assert "METHOD:CANCEL" in entry.get_content()
    assert "STATUS:CANCELLED" in entry.get_content()
    assert "SEQUENCE:1" in entry.get_content()
    assert "/join/" not in message.as_string()


def test_what_is_not_due_is_put_back(post: Post) -> None:
    """As a new message: this one is done with."""
    assert post.deliver(load_event(FUNCTION, "retry_not_due")) == []

    assert post.receiver.received == []
    assert post.queued() == 1


def test_an_endpoint_that_fails_is_tried_again(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    """As a new message, too; nobody is shown what it said."""
    post.keep(version=2)
    post.receiver.expect(lambda *_: Answer(500, b"secret-looking"))
    assert post.deliver(load_event(FUNCTION, "rescheduled_webhook")) == []

    assert post.queued() == 1
    log = capsys.readouterr().out
    assert '"endpoint_status_5xx"' in log
    for secret in ("secret-looking", post.receiver.url, EMAIL, NAME, TITLE):
        assert secret not in log


def test_an_endpoint_that_is_gone_is_told_of(post: Post) -> None:
    """And hears nothing more."""
    post.keep(version=2)
    post.receiver.expect(lambda *_: Answer(410))
    assert post.deliver(load_event(FUNCTION, "rescheduled_webhook")) == []
    later = load_event(FUNCTION, "rescheduled_webhook")
    later["Records"][0]["body"] = later["Records"][0]["body"].replace('"version":2', '"version":3')
    post.keep(version=3)
    assert post.deliver(later) == []

    assert len(post.receiver.received) == 1
    assert post.queued() == 0
    assert [each for each, _ in post.events] == ["Delivery.Failed"] * 2
    assert post.events[0][1]["failed"]["reason"] == "endpoint_gone"


def test_on_aws_no_endpoint_is_on_this_machine(post: Post) -> None:
    """Where Lambda's own runtime listens."""
    post.world.configure(ALLOW_LOOPBACK_ENDPOINTS="false")
    post.keep(version=2)
    assert post.deliver(load_event(FUNCTION, "rescheduled_webhook")) == []

    assert post.receiver.received == []
    ((_, detail),) = post.events
    assert detail["failed"]["reason"] == "endpoint_url"


def test_a_mail_that_ses_refuses_is_told_of(post: Post) -> None:
    """It would refuse it again."""
    boto3.client("sesv2").delete_email_identity(EmailIdentity=SENDER)
    assert post.deliver(load_event(FUNCTION, "link_ready_mail")) == []

    ((_, detail),) = post.events
    assert detail["failed"] == {
        "news": "JoinLink.Ready",
        "channel": "mail",
        "reason": "MessageRejected",
    }
    assert post.mails() == []


def test_a_mail_that_ses_does_not_take_now_is_tried_again(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    """It has too many for a moment; nobody is shown what it said."""
    fail("SendEmail", 429, "TooManyRequestsException")
    assert post.deliver(load_event(FUNCTION, "link_ready_mail")) == []

    assert (post.events, post.queued()) == ([], 1)
    log = capsys.readouterr().out
    assert '"TooManyRequestsException"' in log
    assert "secret-looking" not in log


def test_what_the_bus_does_not_take_is_tried_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers 200 even then."""

    class Bus:
        def put_events(self, **_: object) -> dict[str, Any]:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}

    monkeypatch.setitem(aws._JSON_CLIENTS, "events", Bus)  # noqa: SLF001
    assert post.deliver(load_event(FUNCTION, "link_ready_event")) == []

    assert post.queued() == 1


def test_a_message_that_fails_keeps_no_other_waiting(post: Post) -> None:
    """And what cannot be read comes again, until it is put aside."""
    event = batch("link_ready_event", "link_ready_mail")
    event["Records"][0]["body"] = '{"news": "Nonsense"}'

    assert post.deliver(event) == ["0"]
    assert len(post.mails()) == 1


def test_without_a_table_everything_comes_again(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    """And the function has not crashed: it says which messages, and in the log why."""
    fail("BatchGetItem", 500, "InternalServerError")

    assert post.deliver(batch("link_ready_event", "link_ready_mail")) == ["0", "1"]
    assert '"InternalServerError"' in capsys.readouterr().out
    assert (post.events, post.mails()) == ([], [])


def test_links_themselves_are_told_where_the_route_says_so(post: Post) -> None:
    """It is the operator's choice."""
    post.keep(route=route(tells_urls=True))
    assert post.deliver(load_event(FUNCTION, "link_ready_event")) == []

    ((_, detail),) = post.events
    assert detail["url"] == URL
