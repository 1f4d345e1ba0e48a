"""The gateway and its web server, over real connections, before functions that are plain Python."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from waitress import wasyncore
from waitress.server import create_server

from local import server
from local.cors import Cors
from local.gateway import Gateway
from local.instances import BusyError, HandlerError, InstanceLostError
from local.options import CannotStartError
from local.request_log import Entry
from local.routes import Routes

ORIGIN = "https://app.example.com"
PROBLEM = {"content-type": "application/problem+json"}


class Fake:
    """A function that tells what it was given, or does what the path says."""

    def invoke(self, event: dict[str, Any], request_id: str) -> object:
        """Answers an event."""
        match event["rawPath"]:
            case "/raise":
                raise HandlerError("KeyError")
            case "/die":
                raise InstanceLostError
            case "/busy":
                raise BusyError
            case "/refuse":
                return {"statusCode": 403, "headers": PROBLEM, "body": json.dumps({"code": "policy_refused"})}
            case "/broken-problem":
                return {"statusCode": 403, "headers": PROBLEM, "body": "[]"}
            case "/cookies":
                return {"statusCode": 200, "cookies": ["a=1", "b=2"]}
            case "/nothing":
                return {"statusCode": 204}
        return {"event": event, "requestId": request_id}


class Site:
    """A running server and the lines it has logged."""

    def __init__(self, port: int, log: list[Entry]) -> None:
        self.port = port
        self.log = log

    def ask(
        self, method: str, target: str, body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Sends one request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()


@pytest.fixture(name="site", scope="module")
def _site() -> Iterator[Site]:
    log: list[Entry] = []
    routes = Routes(
        [
            ("Fake", "ANY", "/join/{code}"),
            ("Fake", "POST", "/a"),
            ("Fake", "POST", "/iam/a"),
            ("Fake", "ANY", "$default"),
        ],
        signed=[("POST", "/iam/a")],
    )
    gateway = Gateway(routes, {"Fake": Fake()}, log.append, Cors(frozenset({ORIGIN}), methods="POST"))
    answer = server.with_client_page(gateway.answer, log.append)
    listener = server.listen(0)
    with listener:
        port = listener.getsockname()[1]
        connections: dict[int, Any] = {}
        web = create_server(server.application(answer), map=connections, sockets=[listener], threads=4)
        is_over = threading.Event()

        def serve() -> None:
            while not is_over.is_set():
                wasyncore.loop(timeout=0.05, map=connections, count=1)

        serving = threading.Thread(target=serve)
        serving.start()
        yield Site(port, log)
        is_over.set()
        serving.join()
        web.close()
        wasyncore.close_all(connections)


def test_request_arrives_as_it_was_sent(site: Site) -> None:
    """Method, path, query, headers and body come through the web server unchanged."""
    response, body = site.ask(
        "POST", "/a?x=%20&x=2", b'{"a":1}', **{"Content-Type": "application/json", "X-Api-Key": "k"}
    )

    event = json.loads(body)["event"]
    assert response.status == 200
    assert (event["routeKey"], event["rawPath"], event["rawQueryString"]) == ("POST /a", "/a", "x=%20&x=2")
    assert event["queryStringParameters"] == {"x": " ,2"}
    assert event["headers"]["x-api-key"] == "k"
    assert event["body"] == '{"a":1}'
    assert response.getheader("apigw-requestid") == event["requestContext"]["requestId"]


@pytest.mark.parametrize(
    ("target", "raw_path"), [("/caf%C3%A9/%7Eme", "/café/~me"), ("//a", "//a"), ("/a%2Fb", "/a/b")]
)
def test_path_is_decoded(site: Site, target: str, raw_path: str) -> None:
    """HTTP APIs hand the path on without its percent-encoding."""
    _, body = site.ask("GET", target)

    assert json.loads(body)["event"]["rawPath"] == raw_path


def test_repeated_headers_are_joined(site: Site) -> None:
    """Two headers of one name become one with a comma."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    event = json.loads(answer.partition(b"\r\n\r\n")[2])["event"]
    assert event["headers"]["x-a"] == "1, 2"
    assert event["requestContext"]["domainName"] == "h"


def test_client_cannot_forge_the_servers_own_values(site: Site) -> None:
    """A header whose name only differs in a character that CGI cannot tell apart is dropped."""
    _, body = site.ask("GET", "/", None, x_api_key="forged")

    assert "x-api-key" not in json.loads(body)["event"]["headers"]


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/raise", 500, "Internal Server Error"),
        ("/die", 500, "Internal Server Error"),
        ("/busy", 503, "Service Unavailable"),
    ],
)
def test_function_that_fails_is_answered_by_the_gateway(site: Site, path: str, status: int, message: str) -> None:
    """What goes wrong behind the gateway gets API Gateway's own answer."""
    response, body = site.ask("GET", path)

    assert (response.status, json.loads(body)) == (status, {"message": message})


def test_cookies_become_headers(site: Site) -> None:
    """Each cookie is a Set-Cookie of its own."""
    response, _ = site.ask("GET", "/cookies")

    assert response.headers.get_all("set-cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("requests", "has_length"),
    [
        (["HEAD /a HTTP/1.1\r\nHost: h", "HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close"], True),
        (["GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close"], False),
    ],
)
def test_answer_without_a_body_ends_with_its_headers(site: Site, requests: list[str], *, has_length: bool) -> None:
    """Nothing follows the headers of HEAD and 204 that the next answer on the connection could be mixed up with."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        connection.sendall("".join(f"{each}\r\n\r\n" for each in requests).encode())
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    *answers, end = received.split(b"\r\n\r\n")
    assert end == b""
    assert [answer[:10] for answer in answers] == [b"HTTP/1.1 2"] * len(requests)
    assert [b"\r\nContent-Length: " in answer for answer in answers] == [has_length] * len(requests)


def test_body_over_the_quota_is_refused(site: Site) -> None:
    """10 MB pass, one byte more is API Gateway's 413."""
    most = b"x" * (10 * 1024 * 1024)

    assert site.ask("POST", "/a", most)[0].status == 200
    response, body = site.ask("POST", "/a", most + b"x")
    assert (response.status, json.loads(body)) == (413, {"message": "Request Entity Too Large"})


def test_head_over_the_quota_is_refused(site: Site) -> None:
    """Request line and header values share 10,240 bytes."""
    assert site.ask("GET", "/?" + "x" * 9_000)[0].status == 200
    assert site.ask("GET", "/?" + "x" * 10_240)[0].status == 431
    assert site.ask("GET", "/", None, **{"x-a": "x" * 10_240})[0].status == 431


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/refuse?token=secret", ("/refuse", 403, "Fake", "policy_refused")),
        ("/broken-problem", ("/broken-problem", 403, "Fake", "")),
        ("/join/secret-code", ("/join/{code}", 200, "Fake", "")),
        ("/client/my-space?data=secret", ("/client/{space}", 400, "stand-in page", "")),
    ],
)
def test_log_tells_nothing_that_lets_somebody_in(site: Site, target: str, expected: tuple[str, int, str, str]) -> None:
    """A line has the route's variables by name, no query, and the code of a problem."""
    site.log.clear()
    site.ask("GET", target)

    [entry] = site.log
    assert (entry.path, entry.status, entry.function, entry.code) == expected


def test_used_port_is_told_in_one_line() -> None:
    """Two services on one port: the second says what to do."""
    with server.listen(0) as first:
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(CannotStartError, match="PORT=0") as refusal:
            server.listen(port)

    assert "\n" not in str(refusal.value)


def test_page_of_a_named_origin_may_call(site: Site) -> None:
    """Its preflight is answered by the gateway, and every answer says that it may be read, the gateway's own too."""
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    preflight, nothing = site.ask("OPTIONS", "/a", None, **asking)
    answer, _ = site.ask("POST", "/a", b"{}", Origin=ORIGIN)
    refusal, _ = site.ask("POST", "/iam/a", b"{}", Origin=ORIGIN)

    assert (preflight.status, nothing) == (204, b"")
    assert preflight.getheader("access-control-allow-methods") == "POST"
    assert [each.getheader("access-control-allow-origin") for each in (preflight, answer, refusal)] == [ORIGIN] * 3


def test_page_of_another_origin_may_not(site: Site) -> None:
    """It is answered, but no browser shows it the answer."""
    asking = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method in ("OPTIONS", "POST"):
        answer, _ = site.ask(method, "/a", b"{}", **asking)
        assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-control-")]


def test_route_of_iam_takes_signed_requests_only(site: Site) -> None:
    """Whoever signed is told to the function by the gateway, never by the request itself."""
    request = AWSRequest("POST", f"http://127.0.0.1:{site.port}/iam/a?b=1", data=b"{}")
    SigV4Auth(Credentials("testing", "testing"), "execute-api", "eu-central-1").add_auth(request)
    headers = {name: str(value) for name, value in request.headers.items()}

    answer, body = site.ask("POST", "/iam/a?b=1", b"{}", **headers)
    refusal, message = site.ask("POST", "/iam/a?b=2", b"{}", **headers)
    bare, _ = site.ask("POST", "/iam/a", b"{}")

    authorizer = json.loads(body)["event"]["requestContext"]["authorizer"]
    assert answer.status == 200
    assert authorizer["iam"]["userArn"] == "arn:aws:sts::123456789012:assumed-role/local-demo/session"
    assert (refusal.status, message) == (403, b'{"message":"Forbidden"}')
    assert bare.status == 403


def test_other_routes_know_no_signer(site: Site) -> None:
    """A signature on a route without IAM proves nothing there."""
    _, body = site.ask("POST", "/a", b"{}")

    assert "authorizer" not in json.loads(body)["event"]["requestContext"]
