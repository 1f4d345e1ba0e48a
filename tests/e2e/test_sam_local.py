"""The built functions in Lambda's container, by SAM CLI: each file of events/, and the API of `sam local start-api`.

Steps of a rotation are left out: each takes the one before it for granted.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import pytest

from local import stack
from local.sqs_event import event_for
from local.template import FunctionSpec
from tests.support import events
from tests.support.events import Event
from tests.support.livekit_webhooks import signed, with_members
from tests.support.stack import ROOT
from tools.sam_local.deployment import Deployment, EngineMissingError, deployed
from vocespace.jws import sign

# Docker's bridges are in this range, and only there does a server have an address that containers reach.
pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "172.16.0.0/12"])

MAKES_AN_ENGINE = ROOT.parent / "shared" / "sam-local" / "up"
WEB_CLIENT = "https://vocespace.example"
STARTUP_SECONDS = 120

HOOK, WORKER, QUEUE = "livekit_events", "track_occupancy", "LiveKitEventsQueue"

Answer = dict[str, Any]
MakeEvent = Callable[[str, str], Event]
Invoke = Callable[[str, Event], Any]


@pytest.fixture(name="deployment", scope="module")
def _deployment() -> Iterator[Deployment]:
    if MAKES_AN_ENGINE.exists():
        subprocess.run([MAKES_AN_ENGINE], check=True)
    try:
        with deployed(VoceSpaceUrl=WEB_CLIENT) as deployment:
            yield deployment
    except EngineMissingError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no container engine: {error}")


@pytest.fixture(name="make_event", scope="module")
def _make_event(deployment: Deployment) -> MakeEvent:
    demo = deployment.demo

    def make_event(function: str, case: str) -> Event:
        now = int(time.time())
        claims = {
            "id": "u1",
            "username": "Zhang San",
            "space": "my-workspace",
            "identity": "manager",
            "iat": now,
            "exp": now + 600,
        }
        token = sign(claims, demo.signing_secret.encode(), demo.signing_kid)
        event = events.load_event(function, case)
        if (function, case) in events.cases():
            event = events.fresh(event, api_key=demo.api_key_text, token=token, now=now)
        if function == HOOK and "authorization" in event["headers"]:
            return _from_livekit(event, deployment)
        return event

    return make_event


@pytest.fixture(name="functions", scope="module")
def _functions(deployment: Deployment) -> dict[str, FunctionSpec]:
    return {each.handler.split(".")[1]: each for each in deployment.stack.template.functions()}


@pytest.fixture(name="invoke", scope="module")
def _invoke(
    deployment: Deployment, functions: Mapping[str, FunctionSpec], tmp_path_factory: pytest.TempPathFactory
) -> Invoke:
    def invoke(function: str, event: Event) -> object:
        file = tmp_path_factory.mktemp(function) / "event.json"
        file.write_text(json.dumps(event), encoding="utf-8")
        command = deployment.command("invoke", functions[function].logical_id, "--event", str(file))
        run = subprocess.run(command, env=deployment.environment(), check=False, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    return invoke


@pytest.fixture(name="from_source", scope="module")
def _from_source(deployment: Deployment, functions: Mapping[str, FunctionSpec]) -> Invoke:
    def invoke(function: str, event: Event) -> object:
        with stack.running([functions[function]], {"AWS_ENDPOINT_URL": deployment.endpoint}, size=1, log=2) as pools:
            return pools[functions[function].logical_id].invoke(event, "request")

    return invoke


@pytest.fixture(name="answers", scope="module")
def _answers(make_event: MakeEvent, invoke: Invoke) -> Iterator[dict[tuple[str, str], Future[Any]]]:
    def invoke_now(function: str, case: str) -> object:
        return invoke(function, make_event(function, case))

    with ThreadPoolExecutor(max_workers=2) as pool:
        # Each is made when its turn has come: what is signed holds for some minutes, and many come before the last.
        yield {each: pool.submit(invoke_now, *each) for each in (*events.others(), *events.cases())}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(("function", "case"), events.cases())
def test_an_event_is_answered_in_the_container_as_by_the_source(
    function: str,
    case: str,
    make_event: MakeEvent,
    from_source: Invoke,
    answers: Mapping[tuple[str, str], Future[Answer]],
) -> None:
    """What was built answers each file of events/ with the status, the headers and the members that the source does."""
    expected = from_source(function, make_event(function, case))
    actual = answers[function, case].result()

    assert isinstance(expected, dict)
    assert actual["statusCode"] == expected["statusCode"] < HTTPStatus.INTERNAL_SERVER_ERROR
    assert actual["headers"].keys() == expected["headers"].keys()
    assert _members(actual) == _members(expected)


@pytest.mark.parametrize(("function", "case"), events.others())
def test_work_that_nobody_waits_for_is_done_in_the_container_as_by_the_source(
    function: str,
    case: str,
    make_event: MakeEvent,
    from_source: Invoke,
    answers: Mapping[tuple[str, str], Future[Any]],
) -> None:
    """Messages and the schedule: the same is told of what failed, which is nothing, although LiveKit is away."""
    expected = from_source(function, make_event(function, case))
    assert answers[function, case].result() == expected
    assert expected in (None, {"batchItemFailures": []})


def test_a_webhook_goes_through_the_containers_to_the_list_of_rooms(
    deployment: Deployment, make_event: MakeEvent, invoke: Invoke
) -> None:
    """Somebody gets an empty room and comes: LiveKit tells, the queue hands it on, and the platform sees them there."""
    space, event_id = "through-containers", "EV_through_containers"
    webhook = with_members(
        make_event(HOOK, "participant_joined"), id=event_id, room={"sid": "RM_containers", "name": space}
    )
    listed = make_event("rooms", "get_rooms") | {"pathParameters": {"space": space}}

    let_in = invoke("livekit_token", events.with_body(make_event("livekit_token", "post"), room_name=space))
    assert let_in["statusCode"] == HTTPStatus.CREATED
    taken_in = invoke(HOOK, _from_livekit(webhook, deployment))
    assert taken_in["statusCode"] == HTTPStatus.OK
    assert invoke(WORKER, _batch_with(event_id, deployment)) == {"batchItemFailures": []}
    rooms = json.loads(invoke("rooms", listed)["body"])["rooms"]
    assert [(room["made"], room["state"], room["occupancy"]) for room in rooms] == [("fresh", "occupied", 1)]


@pytest.fixture(name="api", scope="module")
def _api(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (tmp_path_factory.mktemp("start-api") / "log").open("wb")
    command = deployment.command("start-api", "--port", str(port), "--warm-containers", "LAZY")
    with log, subprocess.Popen(command, env=deployment.environment(), stdout=log, stderr=log) as process:
        _wait_until_it_listens(port, process)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def test_the_api_of_start_api_answers_on_every_function(api: str, deployment: Deployment) -> None:
    """A platform gets a link from the running API, the link redeems there, and the service tells that it is well."""
    body = json.dumps({"id": "u1", "username": "Zhang San", "space": "my-workspace", "ttlSeconds": 600}).encode()
    headers = {"Authorization": f"Bearer {deployment.demo.api_key_text}", "Content-Type": "application/json"}

    made = _ask(urllib.request.Request(f"{api}/api/redirect-url", body, headers))
    query = made["redirectUrl"].partition("?")[2]
    redeemed = _ask(
        urllib.request.Request(f"{api}/api/connection-details?{query}", headers={"Accept": "application/json"})
    )

    assert redeemed["roomName"] == "my-workspace"
    assert _ask(urllib.request.Request(f"{api}/healthz"))["status"] == "ok"


def _from_livekit(event: Event, deployment: Deployment) -> Event:
    pair = json.loads(deployment.demo.livekit_secret)
    return signed(event, key=pair["apiKey"], secret=pair["apiSecret"], now=int(time.time()))


def _batch_with(event_id: str, deployment: Deployment) -> Event:
    queue = deployment.stack.queues[QUEUE]
    while messages := queue.receive(10):
        if event_id in {each["Attributes"]["MessageDeduplicationId"] for each in messages}:
            return event_for(messages, queue.arn)
    pytest.fail("the event is not in the queue")


def _members(answer: Answer) -> set[str]:
    try:
        return set(json.loads(answer.get("body") or "{}"))
    except json.JSONDecodeError:
        return {"not JSON"}


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(STARTUP_SECONDS * 5):
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
            break
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
    pytest.fail("sam local start-api does not listen")


def _ask(request: urllib.request.Request) -> dict[str, Any]:
    with urllib.request.urlopen(request, timeout=STARTUP_SECONDS) as answer:
        document: dict[str, Any] = json.load(answer)
        return document
