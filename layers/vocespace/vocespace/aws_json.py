"""AWS's JSON protocols, spoken without an SDK where the environment says all that a call needs, as it does in Lambda.

botocore took a third of a cold start: it reads the endpoints of all services and the description of each that it
builds a client of. What it does for a call of ours is little, and is here: a POST of JSON, signed, with short timeouts
and one more attempt. Where credentials have to be looked for, or the endpoint is a special one, `aws` asks botocore.
The protocols: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html, and -1_1-protocol.
"""

from __future__ import annotations

import http.client
import random
import re
import select
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic_core import from_json, to_json

from vocespace.clock import Clock
from vocespace.signature_v4 import Credentials, signed_headers

CONNECT_TIMEOUT = 0.5
READ_TIMEOUT = 1.5
MAX_ATTEMPTS = 2
"""Two attempts of 2 s at worst, and less than 1 s between them: the caller is told of an outage within 5 s."""

URL_SUFFIX = "URL_SUFFIX"
"""The variable by which the template tells the domain of AWS's endpoints in its partition."""

_NEEDED = (URL_SUFFIX, "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_SPECIAL = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy")

_USER_AGENT = "vocespace-connect"

_TOLD_CODE = re.compile(r"(?:^|#)([A-Za-z]\w*)(?::|$)", re.ASCII)

_TRANSIENT = frozenset({500, 502, 503, 504})
# Those of botocore's standard mode that these services know.
_THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "Throttling",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)


@dataclass(frozen=True, slots=True)
class Service:
    """A service that speaks a JSON protocol.

    Attributes:
        name: What it is called in endpoints and signatures.
        target: What its operations are prefixed with.
        version: Of the protocol.
        service_id: What it is called in the names of variables.
    """

    name: str
    target: str
    version: str
    service_id: str


DYNAMODB = Service("dynamodb", "DynamoDB_20120810", "1.0", "DYNAMODB")
EVENTS = Service("events", "AWSEvents", "1.1", "EVENTBRIDGE")
SECRETS_MANAGER = Service("secretsmanager", "secretsmanager", "1.1", "SECRETS_MANAGER")
SQS = Service("sqs", "AmazonSQS", "1.0", "SQS")


class AwsCallError(Exception):
    """A call was refused, or not answered.

    Attributes:
        code: AWS's error code, or the type of the error that kept the answer away; never a text of AWS's.
        cancellation_codes: Of a transaction, why each of its writes was refused.
        is_transient: Whether the same call may well be answered in a moment.
    """

    def __init__(self, code: str, cancellation_codes: tuple[str, ...] = (), *, is_transient: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.cancellation_codes = cancellation_codes
        self.is_transient = is_transient


def says_all(environment: Mapping[str, str]) -> bool:
    """Whether an environment says all that a call needs, and wants nothing special."""
    return all(environment.get(name) for name in _NEEDED) and not any(environment.get(name) for name in _SPECIAL)


class AwsJson:
    """Calls services, each over one connection of each thread, which is kept.

    Args:
        environment: Says where and who, as `says_all` wants it.
        clock: The time, by which calls are signed.
    """

    def __init__(self, environment: Mapping[str, str], clock: Clock) -> None:
        self._environment = environment
        self._clock = clock
        self._kept = threading.local()

    def call(self, service: Service, operation: str, members: Mapping[str, object]) -> dict[str, Any]:
        """Calls an operation.

        Args:
            service: Whose it is.
            operation: Its name.
            members: What it is given.

        Raises:
            AwsCallError: it was refused, or not answered.
        """
        body = to_json(members)
        for _ in range(MAX_ATTEMPTS - 1):
            try:
                return self._attempt(service, operation, body)
            except AwsCallError as error:
                if not error.is_transient:
                    raise
                self._clock.sleep(random.random())  # noqa: S311 - spreads load, guards nothing
        return self._attempt(service, operation, body)

    def close(self) -> None:
        """Hangs up, as far as this thread is concerned; the next call connects anew."""
        for name in list(self._connections):
            self._hang_up(name)

    def _attempt(self, service: Service, operation: str, body: bytes) -> dict[str, Any]:
        try:
            connection = self._connection(service)
            connection.request("POST", "/", body, self._headers(service, operation, body))
            answer = connection.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._hang_up(service.name)
            raise AwsCallError(type(error).__name__, is_transient=True) from None
        return read_answer(status, text)

    def _connection(self, service: Service) -> http.client.HTTPConnection:
        kept = self._connections.get(service.name)
        if kept is not None and not _is_over(kept):
            return kept
        self._hang_up(service.name)
        connection = self._connections[service.name] = self._new_connection(service)
        connection.connect()
        sock: socket.socket = connection.sock
        sock.settimeout(READ_TIMEOUT)
        return connection

    def _hang_up(self, name: str) -> None:
        if name in self._connections:
            self._connections.pop(name).close()

    @property
    def _connections(self) -> dict[str, http.client.HTTPConnection]:
        kept: dict[str, http.client.HTTPConnection] = self._kept.__dict__
        return kept

    def _new_connection(self, service: Service) -> http.client.HTTPConnection:
        url = self._endpoint(service)
        if url.scheme == "http":
            return http.client.HTTPConnection(str(url.hostname), url.port, timeout=CONNECT_TIMEOUT)
        return http.client.HTTPSConnection(str(url.hostname), url.port, timeout=CONNECT_TIMEOUT, context=self._tls)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # One for all services: reading the certificates takes longer than the handshakes.
        return ssl.create_default_context()

    def _endpoint(self, service: Service) -> SplitResult:
        given = self._environment.get(f"AWS_ENDPOINT_URL_{service.service_id}") or self._environment.get(
            "AWS_ENDPOINT_URL"
        )
        return urlsplit(given or f"https://{service.name}.{self._region}.{self._environment[URL_SUFFIX]}")

    @property
    def _region(self) -> str:
        return self._environment["AWS_REGION"]

    def _headers(self, service: Service, operation: str, body: bytes) -> dict[str, str]:
        credentials = Credentials(
            self._environment["AWS_ACCESS_KEY_ID"],
            self._environment["AWS_SECRET_ACCESS_KEY"],
            self._environment.get("AWS_SESSION_TOKEN"),
        )
        headers = {
            "content-type": f"application/x-amz-json-{service.version}",
            "host": self._endpoint(service).netloc,
            "x-amz-target": f"{service.target}.{operation}",
        }
        signed = signed_headers(credentials, (self._region, service.name), headers, body, at=self._clock.time())
        trace = self._environment.get("_X_AMZN_TRACE_ID")
        # Not signed: what stands between may change both.
        return signed | {"user-agent": _USER_AGENT} | ({"x-amzn-trace-id": trace} if trace else {})


def _is_over(connection: http.client.HTTPConnection) -> bool:
    sock: socket.socket | None = connection.sock
    if sock is None:
        return True
    # Nothing was asked, so whatever there is to read is the other side's goodbye.
    waiting = select.poll()
    waiting.register(sock, select.POLLIN)
    return bool(waiting.poll(0))


def read_answer(status: int, text: bytes) -> dict[str, Any]:
    """What an operation answered.

    Args:
        status: The HTTP status.
        text: The body.

    Raises:
        AwsCallError: it is a refusal, or no answer at all.
    """
    try:
        document = from_json(text)
    except ValueError:
        document = None
    is_transient = status in _TRANSIENT
    if not isinstance(document, dict):
        raise AwsCallError(f"status_{status}", is_transient=is_transient)
    if status == http.client.OK:
        return document
    # It may come with the name of its model, and with an address.
    told = _TOLD_CODE.search(str(document.get("__type") or document.get("code") or ""))
    code = told[1] if told else f"status_{status}"
    told_reasons = document.get("CancellationReasons")
    reasons = told_reasons if isinstance(told_reasons, list) else []
    codes = tuple(str(each.get("Code")) for each in reasons if isinstance(each, dict))
    raise AwsCallError(code, codes, is_transient=is_transient or code in _THROTTLED)
