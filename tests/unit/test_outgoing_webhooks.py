"""Outgoing webhooks: how they are signed, where they go, and what the answers mean."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW, FakeClock
from tests.support.news import guest, meeting
from tests.support.oidc_issuer import server_context
from tests.support.tables import moto_table
from tests.support.upstream import LONGER_THAN_ANY_TIMEOUT, LOOPBACK, Answer, Received, Upstream, answer_text
from vocespace import outgoing_webhooks, pinned_https
from vocespace.booking_sources import SourceKind
from vocespace.document_cache import SECRET, CachedDocument
from vocespace.endpoints import Endpoints, EndpointsError
from vocespace.errors import UnauthorizedError
from vocespace.hook_signatures import check_signature
from vocespace.meeting_messages import News
from vocespace.outgoing_webhooks import MAX_RETRY_AFTER, OutgoingWebhooks, seconds_until, signed_headers
from vocespace.pinned_https import Answered, PostFailedError, post
from vocespace.public_addresses import Target
from vocespace.table import Table
from vocespace.told import Told
from vocespace.undelivered import TryLaterError, UndeliverableError
from vocespace.webhook_secrets import standard_key

HOST = "hooks.example.com"
SOME_TIME = 5.0
SECRETS = ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_" + base64.b64encode(b"x" * 32).decode()]
TOLD = Told(News.LINK_READY, meeting(), guest())


def document(**endpoints: dict[str, object]) -> str:
    """The secret's text."""
    return json.dumps({"endpoints": {name: {"secrets": SECRETS} | each for name, each in endpoints.items()}})


# --- signatures -------------------------------------------------------------------------------------------------------


def test_the_specification_s_own_example_is_signed_as_there() -> None:
    """The vector of the reference, by another implementation."""
    (key, _) = Endpoints.parse(document(crm={"url": "https://x.example"})).endpoints["crm"].keys()
    headers = signed_headers((key,), "msg_01JDXYZ", 1764576000, b'{"type":"join_link.ready"}')

    assert headers["webhook-id"] == "msg_01JDXYZ"
    assert headers["webhook-timestamp"] == "1764576000"
    assert headers["webhook-signature"] == "v1,0FM4q7d+ABXBjE/fEafRnIGzqY0q8sOydpH8CE95GEc="


@pytest.mark.parametrize("secret", SECRETS)
@given(body=st.binary())
def test_whoever_has_one_of_the_secrets_can_tell(secret: str, body: bytes) -> None:
    """By the verifier that we hold webhooks of others against."""
    keys = Endpoints.parse(document(crm={"url": "https://x.example"})).endpoints["crm"].keys()
    headers = signed_headers(keys, "evt_1", NOW, body)

    check_signature(SourceKind.STANDARD, (standard_key(secret),), headers, body, now=NOW)
    with pytest.raises(UnauthorizedError):
        check_signature(SourceKind.STANDARD, (standard_key(secret),), headers, body + b" ", now=NOW)


# --- the document -----------------------------------------------------------------------------------------------------


def test_the_document_comes_back_as_it_was() -> None:
    """And shows no secret."""
    endpoints = Endpoints.parse(document(crm={"url": "https://x.example"}, other={"url": "nonsense"}))

    assert Endpoints.parse(endpoints.to_text()) == endpoints
    assert "whsec_" not in repr(endpoints)
    assert Endpoints.parse('{"endpoints": {}}').endpoints == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"endpoints": []}',
        document(CRM={"url": "https://x.example"}),
        document(crm={}),
        document(crm={"url": ""}),
        document(crm={"url": "https://x.example", "more": 1}),
        document(crm={"url": "https://x.example", "secrets": []}),
        document(crm={"url": "https://x.example", "secrets": ["secret-looking"]}),
        document(crm={"url": "https://x.example", "secrets": [SECRETS[0], SECRETS[0]]}),
        document(crm={"url": "https://x.example", "secrets": ["whsec_" + "A" * 20]}),
        "\ud800",
    ],
)
def test_a_document_that_is_none_is_refused(text: str) -> None:
    """Without being quoted."""
    with pytest.raises(EndpointsError) as refused:
        Endpoints.parse(text)
    assert "secret-looking" not in str(refused.value)
    assert "whsec_A" not in str(refused.value)


# --- sending ----------------------------------------------------------------------------------------------------------


class Post:
    """Stands in for the request itself: says what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[], Answered] = lambda: Answered(200)
        self.asked: list[tuple[Target, str, bytes, dict[str, str]]] = []

    def __call__(self, target: Target, address: str, body: bytes, headers: dict[str, str]) -> Answered:
        """Answers."""
        self.asked.append((target, address, body, headers))
        return self.answer()


@pytest.fixture(name="table", scope="module")
def _table() -> Iterator[Table]:
    with moto_table("outgoing-webhooks") as table:
        yield table


@pytest.fixture(name="posted")
def _posted(monkeypatch: pytest.MonkeyPatch) -> Post:
    posted = Post()
    monkeypatch.setattr(outgoing_webhooks, "post", posted)
    monkeypatch.setattr("vocespace.public_addresses.resolved", lambda *_: ["93.184.215.14"])
    return posted


@pytest.fixture(name="texts")
def _texts() -> list[str]:
    return [document(crm={"url": f"https://{HOST}/in?key=1"})]


@pytest.fixture(name="webhooks")
def _webhooks(texts: list[str], table: Table, clock: FakeClock) -> OutgoingWebhooks:
    endpoints = CachedDocument(SECRET, "endpoints", read=lambda: texts[-1], parse=Endpoints.parse, clock=clock)
    return OutgoingWebhooks(endpoints, table, clock)


def test_news_are_a_type_a_time_and_data(webhooks: OutgoingWebhooks, posted: Post) -> None:
    """Signed as they are sent; the id stays, and the time is that of the attempt."""
    webhooks.send("crm", TOLD, {"meetingId": "mtg_1"})

    ((target, address, body, headers),) = posted.asked
    assert target == Target(HOST, 443, "/in?key=1")
    assert address == "93.184.215.14"
    assert json.loads(body) == {
        "type": "JoinLink.Ready",
        "timestamp": "2026-11-18T11:06:40Z",
        "data": {"meetingId": "mtg_1"},
    }
    assert headers["webhook-id"] == TOLD.id
    assert headers["webhook-timestamp"] == str(NOW)


def test_another_attempt_has_the_same_id_and_its_own_time(
    webhooks: OutgoingWebhooks, posted: Post, clock: FakeClock
) -> None:
    """So that whoever has it already can tell."""
    webhooks.send("crm", TOLD, {})
    clock.advance(3600)
    webhooks.send("crm", TOLD, {})

    first, second = (headers for *_, headers in posted.asked)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 3600
    assert first["webhook-signature"] != second["webhook-signature"]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_enough(webhooks: OutgoingWebhooks, posted: Post, status: int) -> None:
    """Nothing more is asked."""
    posted.answer = lambda: Answered(status)

    webhooks.send("crm", TOLD, {})

    assert len(posted.asked) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        *((status, "endpoint_status_3xx") for status in (301, 302, 303, 307, 308)),
        *((status, "endpoint_status_4xx") for status in (400, 401, 404, 429)),
        *((status, "endpoint_status_5xx") for status in (500, 502, 503, 504)),
        (600, "endpoint_status_6xx"),
    ],
)
def test_any_other_status_is_tried_again(webhooks: OutgoingWebhooks, posted: Post, status: int, reason: str) -> None:
    """A redirect too: it is not followed."""
    posted.answer = lambda: Answered(status)

    with pytest.raises(TryLaterError) as failed:
        webhooks.send("crm", TOLD, {})

    assert (failed.value.reason, failed.value.after) == (reason, 0)
    assert len(posted.asked) == 1


def test_an_endpoint_may_ask_for_patience(webhooks: OutgoingWebhooks, posted: Post) -> None:
    """Within limits."""
    for asked, expected in (("120", 120), ("999999999", MAX_RETRY_AFTER), ("-5", 0), ("soon", 0)):
        posted.answer = partial(Answered, 503, asked)
        with pytest.raises(TryLaterError) as failed:
            webhooks.send("crm", TOLD, {})
        assert failed.value.after == expected


@given(st.text() | st.none())
def test_whatever_it_asks_for_is_a_number(text: str | None) -> None:
    """Or nothing."""
    assert isinstance(seconds_until(text, NOW), float | int)


def test_it_may_say_so_by_a_date() -> None:
    """As HTTP writes dates."""
    date = format_datetime(datetime.fromtimestamp(NOW + 90, UTC), usegmt=True)
    assert seconds_until(date, NOW) == 90
    assert seconds_until(" 7 ", NOW) == 7


def test_what_is_gone_hears_nothing_more(
    webhooks: OutgoingWebhooks, posted: Post, texts: list[str], clock: FakeClock
) -> None:
    """Until the operator gives it another URL."""
    texts.append(document(gone={"url": f"https://{HOST}/"}))
    posted.answer = lambda: Answered(410)
    for _ in range(2):
        with pytest.raises(UndeliverableError) as failed:
            webhooks.send("gone", TOLD, {})
        assert failed.value.reason == "endpoint_gone"
    assert len(posted.asked) == 1

    texts.append(document(gone={"url": f"https://{HOST}/other"}))
    clock.advance(600)
    posted.answer = lambda: Answered(200)
    webhooks.send("gone", TOLD, {})
    assert len(posted.asked) == 2


def test_an_endpoint_that_nobody_knows_may_be_set_up_yet(
    webhooks: OutgoingWebhooks, posted: Post, texts: list[str], clock: FakeClock
) -> None:
    """The document is read anew for it."""
    with pytest.raises(TryLaterError) as failed:
        webhooks.send("erp", TOLD, {})
    assert failed.value.reason == "endpoint_unknown"
    assert posted.asked == []

    texts.append(document(erp={"url": f"https://{HOST}/"}))
    clock.advance(31)
    webhooks.send("erp", TOLD, {})
    assert len(posted.asked) == 1


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://127.0.0.1/", "http://127.0.0.1:9001/"])
def test_a_url_that_leads_astray_is_not_followed(
    webhooks: OutgoingWebhooks, posted: Post, texts: list[str], url: str
) -> None:
    """And keeps nothing from other endpoints."""
    texts.append(document(bad={"url": url}, crm={"url": f"https://{HOST}/"}))

    with pytest.raises(UndeliverableError) as failed:
        webhooks.send("bad", TOLD, {})
    assert failed.value.reason == "endpoint_url"
    webhooks.send("crm", TOLD, {})
    assert len(posted.asked) == 1


def test_a_name_that_leads_inside_is_not_followed(
    webhooks: OutgoingWebhooks, posted: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it looked when it was set up."""
    monkeypatch.setattr("vocespace.public_addresses.resolved", lambda *_: ["93.184.215.14", "169.254.169.254"])

    with pytest.raises(UndeliverableError) as failed:
        webhooks.send("crm", TOLD, {})
    assert failed.value.reason == "endpoint_address"
    assert posted.asked == []


def test_what_cannot_be_reached_is_tried_again(
    webhooks: OutgoingWebhooks, posted: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the name or the address."""

    def unreachable() -> Answered:
        raise PostFailedError("endpoint_timeout")

    posted.answer = unreachable
    with pytest.raises(TryLaterError) as failed:
        webhooks.send("crm", TOLD, {})
    assert failed.value.reason == "endpoint_timeout"

    monkeypatch.setattr("vocespace.public_addresses.resolved", lambda *_: [])
    with pytest.raises(TryLaterError) as failed:
        webhooks.send("crm", TOLD, {})
    assert failed.value.reason == "endpoint_unresolved"


# --- the request itself -----------------------------------------------------------------------------------------------


@pytest.fixture(name="receiver")
def _receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upstream]:
    context = server_context(tmp_path, tmp_path / "ca.pem", HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with Upstream(lambda *_: answer_text(200, "ok"), context) as receiver:
        yield receiver


def sent(receiver: Upstream, host: str = HOST) -> Answered:
    """Posts to the receiver, as a name whose address it has."""
    return post(Target(host, receiver.port, "/in?a=b"), LOOPBACK, b"{}", {"webhook-id": "evt_1"})


@pytest.mark.usefixtures("socket_enabled")
class TestPost:
    """To a server on loopback that has a certificate for its name."""

    def test_the_address_is_pinned_and_the_name_is_asked_for(
        self, receiver: Upstream, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It connects where it is told to, and looks no name up; a proxy of the environment is not asked either."""
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

        assert sent(receiver) == Answered(200)

        (request,) = receiver.received
        assert (request.method, request.path, request.query) == ("POST", "/in", {"a": "b"})
        assert request.headers["host"] == f"{HOST}:{receiver.port}"
        assert request.headers["webhook-id"] == "evt_1"
        assert request.body == b"{}"

    def test_the_certificate_has_to_be_for_the_name(self, receiver: Upstream) -> None:
        """Nothing is said to a server that has another one's."""
        with pytest.raises(PostFailedError) as failed:
            sent(receiver, "other.example.com")
        assert failed.value.reason == "endpoint_tls"
        assert receiver.received == []

    def test_the_certificate_has_to_be_trusted(self, receiver: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
        """By whom everybody trusts."""
        monkeypatch.delenv("SSL_CERT_FILE")

        with pytest.raises(PostFailedError) as failed:
            sent(receiver)
        assert failed.value.reason == "endpoint_tls"
        assert receiver.received == []

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, receiver: Upstream, status: int) -> None:
        """Wherever it leads."""
        where = f"https://{HOST}:{receiver.port}/elsewhere"
        receiver.expect(lambda *_: Answer(status, headers={"Location": where}))

        assert sent(receiver) == Answered(status)
        assert [each.path for each in receiver.received] == ["/in"]

    def test_the_body_of_an_answer_is_not_waited_for(self, receiver: Upstream) -> None:
        """However much of it there is."""

        def endless(_: Received, upstream: Upstream) -> Answer:
            def pieces() -> Iterator[bytes]:
                while not upstream.stopping.is_set():
                    yield b"x" * 65536

            return Answer(503, pieces(), {"Retry-After": "7"})

        receiver.expect(endless)

        assert sent(receiver) == Answered(503, "7")

    def test_a_server_that_says_nothing_is_given_up(self, receiver: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
        """In time."""
        monkeypatch.setattr(pinned_https, "READ_TIMEOUT", 0.3)

        def silent(_: Received, upstream: Upstream) -> Answer:
            upstream.stopping.wait(LONGER_THAN_ANY_TIMEOUT)
            return Answer(200)

        receiver.expect(silent)
        with pytest.raises(PostFailedError) as failed:
            sent(receiver)
        assert failed.value.reason == "endpoint_timeout"

    def test_a_server_that_never_comes_to_the_point_is_given_up(
        self, receiver: Upstream, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In time as well, though no two of its words are far apart."""
        monkeypatch.setattr(pinned_https, "CONNECT_TIMEOUT", 0.3)
        monkeypatch.setattr(pinned_https, "READ_TIMEOUT", 0.4)

        def halting(_: Received, upstream: Upstream) -> Answer:
            def words() -> Iterator[bytes]:
                while not upstream.stopping.wait(0.05):
                    yield b"HTTP/1.1 100 Continue\r\n\r\n"

            return Answer(100, words())

        receiver.expect(halting)
        started = time.monotonic()
        with pytest.raises(PostFailedError) as failed:
            sent(receiver)
        assert failed.value.reason == "endpoint_timeout"
        assert 0.6 <= time.monotonic() - started < SOME_TIME

    def test_a_server_that_is_not_there_is_given_up(self, receiver: Upstream) -> None:
        """At once."""
        with receiver.refusing(), pytest.raises(PostFailedError) as failed:
            sent(receiver)
        assert failed.value.reason == "endpoint_unreachable"

    def test_on_the_developer_s_machine_it_is_without_tls(self) -> None:
        """And given up like any other, where it breaks off."""
        with Upstream(lambda *_: answer_text(200, "ok")) as receiver:
            local = Target("localhost", receiver.port, "/in", is_local=True)
            assert post(local, LOOPBACK, b"{}", {}) == Answered(200)
            assert receiver.received[0].headers["host"] == f"localhost:{receiver.port}"

            receiver.expect(lambda *_: Answer(200), resets=1)
            with pytest.raises(PostFailedError) as failed:
                post(local, LOOPBACK, b"{}", {})
            assert failed.value.reason == "endpoint_unreachable"
