"""AWS's JSON protocols over HTTP: a server that answers as it is told, and moto's, where botocore comes to the same."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cloud import ENVIRONMENT, Cloud, start_cloud
from tests.support.clock import FakeClock
from tests.support.oidc_issuer import server_context
from tests.support.stack import create_table_arguments
from vocespace import aws, aws_json
from vocespace.attributes import Item
from vocespace.aws_json import DYNAMODB, SECRETS_MANAGER, SQS, AwsCallError, AwsJson, Service, read_answer, says_all
from vocespace.document_cache import DocumentReadError
from vocespace.errors import StoreUnavailableError
from vocespace.table import ConditionFailedError, Table
from vocespace.writes import EXISTS, NEW, Change

Answer = tuple[int, bytes] | None

OK: Answer = (200, b'{"Items": [], "Count": 0}')
HANGS_UP: Answer = None


@dataclass
class Scripted:
    """A server on loopback that gives one answer after the other, and remembers who asked what.

    Attributes:
        answers: What comes next; None hangs up.
        asked: Headers and bodies.
        connections: From which ports.
    """

    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)
    url: str = ""
    clients: ExitStack = field(default_factory=ExitStack)
    http: ThreadingHTTPServer = field(init=False)

    def client(self, clock: FakeClock, **environment: str) -> AwsJson:
        """A client that calls here."""
        return self.client_in(ENVIRONMENT | {"URL_SUFFIX": "unused", "AWS_ENDPOINT_URL": self.url} | environment, clock)

    def client_in(self, environment: Mapping[str, str], clock: FakeClock) -> AwsJson:
        """A client in an environment, closed at the end."""
        return self.clients.enter_context(closing(AwsJson(environment, clock)))


@pytest.fixture(name="server")
def _server() -> Iterator[Scripted]:
    scripted = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            scripted.connections.add(self.client_address[1])
            body = self.rfile.read(int(self.headers["content-length"]))
            scripted.asked.append(({name.lower(): value for name, value in self.headers.items()}, body))
            answer = scripted.answers.pop(0)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer[0])
            self.send_header("content-length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def handle(self) -> None:
            # Who hangs up in the middle of a handshake is one of those who are tested.
            with suppress(OSError):
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        scripted.http = server
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        scripted.url = f"http://127.0.0.1:{server.server_address[1]}"
        with scripted.clients:
            yield scripted
        server.shutdown()
        thread.join()


def _query(client: AwsJson) -> dict[str, Any]:
    return client.call(DYNAMODB, "Query", {"TableName": "t"})


def test_a_call_says_who_asks_what(server: Scripted, clock: FakeClock) -> None:
    """As the protocol and the signature want it."""
    server.answers += [OK, (200, b"{}")]
    client = server.client(clock, AWS_SESSION_TOKEN="session", _X_AMZN_TRACE_ID="Root=1-2-3")

    assert _query(client) == {"Items": [], "Count": 0}
    assert client.call(SECRETS_MANAGER, "GetSecretValue", {}) == {}

    (headers, body), (others, _) = server.asked
    assert json.loads(body) == {"TableName": "t"}
    assert (headers["x-amz-target"], headers["content-type"]) == (
        "DynamoDB_20120810.Query",
        "application/x-amz-json-1.0",
    )
    assert (others["x-amz-target"], others["content-type"]) == (
        "secretsmanager.GetSecretValue",
        "application/x-amz-json-1.1",
    )
    assert headers["host"] == server.url.removeprefix("http://")
    assert "/eu-central-1/dynamodb/aws4_request, " in headers["authorization"]
    assert "/eu-central-1/secretsmanager/aws4_request, " in others["authorization"]
    signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
    assert signed in headers["authorization"]
    assert (headers["x-amz-security-token"], headers["x-amzn-trace-id"]) == ("session", "Root=1-2-3")


def test_what_is_said_is_read_at_each_call(server: Scripted, clock: FakeClock) -> None:
    """A key that was replaced is not used again."""
    server.answers += [OK, OK]
    environment = ENVIRONMENT | {"URL_SUFFIX": "unused", "AWS_ENDPOINT_URL": server.url}
    client = server.client_in(environment, clock)
    _query(client)
    environment["AWS_ACCESS_KEY_ID"] = "another"
    _query(client)

    assert [headers["authorization"].split("/")[0][-7:] for headers, _ in server.asked] == ["testing", "another"]


def test_a_connection_is_kept_until_the_other_side_hangs_up(server: Scripted, clock: FakeClock) -> None:
    """And to find that it has costs no attempt: a function may have been frozen for an hour."""
    server.answers += [OK, OK, OK]
    client = server.client(clock)
    _query(client)
    _query(client)
    assert len(server.connections) == 1

    (kept,) = client._connections.values()  # noqa: SLF001 - nobody else can hang up at a known moment
    kept.sock.shutdown(socket.SHUT_RD)
    _query(client)

    assert len(server.connections) == 2
    assert clock.time() == FakeClock().time()


@pytest.mark.parametrize(
    "first",
    [
        HANGS_UP,
        (500, b'{"__type": "InternalServerError"}'),
        (503, b"<html>"),
        (400, b'{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}'),
        (400, b'{"__type": "ThrottlingException:http://internal.example/"}'),
    ],
)
def test_what_passes_is_tried_once_more(server: Scripted, clock: FakeClock, first: Answer) -> None:
    """After a while, and no more often."""
    server.answers += [first, OK]
    assert _query(server.client(clock)) == {"Items": [], "Count": 0}
    assert 0 <= clock.time() - FakeClock().time() < 1

    server.answers += [first, first]
    with pytest.raises(AwsCallError) as refused:
        _query(server.client(clock))
    assert refused.value.is_transient
    assert (server.answers, len(server.asked)) == ([], 4)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            (400, b'{"__type": "com.amazonaws.x#ValidationException", "message": "secret-looking"}'),
            "ValidationException",
        ),
        ((400, b'{"code": "AccessDeniedException"}'), "AccessDeniedException"),
        ((403, b"{}"), "status_403"),
        ((403, b"secret-looking"), "status_403"),
        ((200, b"<html>secret-looking</html>"), "status_200"),
        ((307, b"{}"), "status_307"),
    ],
)
def test_a_refusal_is_told_by_its_code(server: Scripted, clock: FakeClock, answer: Answer, code: str) -> None:
    """At once, and without a text of AWS's, which may quote anything."""
    server.answers.append(answer)

    with pytest.raises(AwsCallError) as refused:
        _query(server.client(clock))

    assert (refused.value.code, str(refused.value), refused.value.__cause__) == (code, code, None)
    assert not refused.value.is_transient
    assert len(server.asked) == 1


def test_a_transaction_tells_which_writes_were_refused(server: Scripted, clock: FakeClock) -> None:
    """By their places."""
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "secret-looking"}]
    refusal = {"__type": "x#TransactionCanceledException", "CancellationReasons": reasons}
    server.answers.append((400, json.dumps(refusal).encode()))

    with pytest.raises(AwsCallError) as refused:
        server.client(clock).call(DYNAMODB, "TransactWriteItems", {})

    assert refused.value.cancellation_codes == ("None", "ConditionalCheckFailed")


def test_nobody_waits_for_ever(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for somebody who is not there nor for somebody who says nothing."""
    monkeypatch.setattr(aws_json, "READ_TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(AwsCallError, match="TimeoutError"):
            _query(Scripted(url=url).client(clock))
    with pytest.raises(AwsCallError, match="ConnectionRefusedError"):
        _query(Scripted(url=url).client(clock))


@pytest.mark.parametrize(("is_trusted", "host"), [(True, None), (False, None), (True, "another.example")])
def test_nobody_is_asked_who_cannot_prove_to_be_aws(
    server: Scripted,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_trusted: bool,
    host: str | None,
) -> None:
    """By a certificate of an authority that is trusted, and for the host that is asked."""
    ca_file = tmp_path / "ca.pem"
    server.http.socket = server_context(tmp_path, ca_file, host).wrap_socket(server.http.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file if is_trusted else tmp_path / "none.pem"))
    server.url = server.url.replace("http://", "https://")
    server.answers.append(OK)

    if is_trusted and host is None:
        assert _query(server.client(clock)) == {"Items": [], "Count": 0}
        return
    with pytest.raises(AwsCallError, match="SSLCertVerificationError"):
        _query(server.client(clock))
    assert server.asked == []


@pytest.mark.parametrize(
    ("environment", "service", "endpoint"),
    [
        ({}, SECRETS_MANAGER, "https://secretsmanager.eu-central-1.amazonaws.com"),
        (
            {"AWS_REGION": "cn-north-1", "URL_SUFFIX": "amazonaws.com.cn"},
            SQS,
            "https://sqs.cn-north-1.amazonaws.com.cn",
        ),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, DYNAMODB, "http://127.0.0.1:1"),
        ({"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2"}, DYNAMODB, "http://127.0.0.1:2"),
        (
            {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2"},
            SECRETS_MANAGER,
            "https://secretsmanager.eu-central-1.amazonaws.com",
        ),
        ({"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:3"}, SECRETS_MANAGER, "http://127.0.0.1:3"),
    ],
)
def test_a_service_is_reached_where_botocore_would(
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    service: Service,
    endpoint: str,
) -> None:
    """By the same variables."""
    told = ENVIRONMENT | {"URL_SUFFIX": "amazonaws.com"} | environment
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", told["AWS_REGION"])
    aws.forget()

    assert AwsJson(told, clock)._endpoint(service).geturl() == endpoint  # noqa: SLF001 - no test calls AWS
    botocores = aws._JSON_CLIENTS[service.name]()  # noqa: SLF001
    assert botocores.meta.endpoint_url == endpoint
    aws.forget()


@pytest.mark.parametrize(
    "changes",
    [
        {"URL_SUFFIX": ""},
        {"AWS_REGION": ""},
        {"AWS_ACCESS_KEY_ID": ""},
        {"AWS_SECRET_ACCESS_KEY": ""},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
        {"AWS_CA_BUNDLE": "/ca.pem"},
        {"HTTPS_PROXY": "http://proxy.example"},
        {"https_proxy": "http://proxy.example"},
    ],
)
def test_botocore_is_asked_where_more_is_wanted(changes: dict[str, str]) -> None:
    """Or where the credentials have to be looked for, as in an instance from a snapshot."""
    environment = ENVIRONMENT | {"URL_SUFFIX": "amazonaws.com"}
    assert says_all(environment)
    assert not says_all(environment | changes)


@pytest.fixture(name="cloud", scope="module")
def _cloud() -> Cloud:
    return start_cloud()


@pytest.fixture(name="way", params=["ours", "botocore"])
def _way(cloud: Cloud, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("HTTPS_PROXY", "https_proxy", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (ENVIRONMENT | cloud.environment).items():
        monkeypatch.setenv(name, value)
    if request.param == "ours":
        monkeypatch.setenv("URL_SUFFIX", "amazonaws.com")
        # Nobody may fall back on it.
        monkeypatch.setattr(aws, "_JSON_CLIENTS", {})
    aws.forget()
    yield request.param
    monkeypatch.undo()
    aws.forget()


def test_a_table_is_the_same_both_ways(cloud: Cloud, way: str) -> None:
    """Everything that is done to one."""
    table = Table(cloud.create_table(create_table_arguments(f"both-{way}")))
    keys = [{"pk": "p", "sk": f"{number:03d}"} for number in range(3)]
    items: list[Item] = [key | {"n": 1, "text": "ü\uffff€", "tags": frozenset({"a", "b"}), "on": True} for key in keys]

    table.write_together(*(table.put(item, NEW) for item in items))
    assert table.read([*keys, {"pk": "p", "sk": "none"}]) == [*items, None]
    assert [*table.query("p", "00")] == [*table.query("p", consistent=False)] == items
    assert table.update(keys[0], Change.of({"n": 2}), EXISTS) == items[0] | {"n": 2}
    with pytest.raises(ConditionFailedError):
        table.update({"pk": "p", "sk": "none"}, Change.of({"n": 2}), EXISTS)
    with pytest.raises(ConditionFailedError) as refused:
        table.write_together(table.put({"pk": "q", "sk": "q"}), table.put(items[1], NEW), table.put(items[2], NEW))
    assert refused.value.failed == {1, 2}
    table.delete(keys[0])
    with pytest.raises(ConditionFailedError):
        table.delete(keys[0])
    assert [*table.query("p")] == items[1:]
    with pytest.raises(StoreUnavailableError) as missing:
        Table("missing").read(keys)
    assert missing.value.reason == "ResourceNotFoundException"


def test_a_long_partition_is_read_page_by_page_both_ways(cloud: Cloud, way: str) -> None:
    """A page holds a mebibyte."""
    table = Table(cloud.create_table(create_table_arguments(f"long-{way}")))
    items = [{"pk": "p", "sk": f"{number:03d}", "text": "x" * 300_000} for number in range(8)]
    for item in items:
        table.write_together(table.put(item))

    assert [*table.query("p")] == items


def test_secrets_queues_and_events_are_the_same_both_ways(cloud: Cloud, way: str) -> None:
    """And what is refused, too."""
    cloud.create_secret(f"secret-{way}", "text")
    queue = cloud.sqs.create_queue(QueueName=f"queue-{way}")["QueueUrl"]
    fifo = cloud.sqs.create_queue(QueueName=f"queue-{way}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    cloud.events.create_event_bus(Name=f"bus-{way}")

    assert aws.read_secret(f"secret-{way}") == "text"
    with pytest.raises(DocumentReadError) as missing:
        aws.read_secret("missing")
    assert missing.value.reason == "ResourceNotFoundException"
    aws.send_later(queue, {"name": "ü\uffff"})
    aws.send_in_order(fifo, {"n": 1}, group="g", deduplication_id="1")
    for url, body in ((queue, {"name": "ü\uffff"}), (fifo, {"n": 1})):
        (message,) = cloud.sqs.receive_message(QueueUrl=url)["Messages"]
        assert json.loads(message["Body"]) == body
    aws.send_event(f"bus-{way}", "Test", {"n": 1})
    with pytest.raises(StoreUnavailableError):
        aws.send_later(queue + "-missing", {})


@given(
    text=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["__type", "code", "CancellationReasons", "Code"]), inner, max_size=4)
        ),
    ).map(lambda value: json.dumps(value).encode()),
    status=st.sampled_from([200, 400, 500]),
)
def test_bytes_are_an_answer_or_a_refusal(text: bytes, status: int) -> None:
    """Whatever they are; and the code is a word, so that nothing else gets into the log."""
    outcome: object
    try:
        outcome = read_answer(status, text)
    except AwsCallError as error:
        outcome = error.code

    if isinstance(outcome, str):
        assert re.fullmatch(r"\w{1,100}", outcome, re.ASCII)
    else:
        assert (status, outcome) == (200, json.loads(text))
