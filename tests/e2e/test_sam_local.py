"""The built functions in Lambda's container, by SAM CLI: each file of events/, and the API of `sam local start-api`."""

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
from pathlib import Path
from typing import Any

import pytest

from local import stack
from local.template import FunctionSpec
from tests.support import events
from tests.support.events import Event
from tests.support.stack import ROOT
from tools.sam_local.deployment import Deployment, EngineMissingError, deployed
from vocespace.jws import sign

# Docker's bridges are in this range, and only there does a server have an address that containers reach.
pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "172.16.0.0/12"])

MAKES_AN_ENGINE = ROOT.parent / "shared" / "sam-local" / "up"
WEB_CLIENT = "https://vocespace.example"
STARTUP_SECONDS = 120

Answer = dict[str, Any]


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
def _make_event(deployment: Deployment) -> Callable[[str, str], Event]:
    now, demo = int(time.time()), deployment.demo
    claims = {
        "id": "u1",
        "username": "Zhang San",
        "space": "my-workspace",
        "identity": "manager",
        "iat": now,
        "exp": now + 600,
    }
    token = sign(claims, demo.signing_secret.encode(), demo.signing_kid)
    return lambda function, case: events.fresh(
        events.load_event(function, case), api_key=demo.api_key_text, token=token, now=now
    )


@pytest.fixture(name="functions", scope="module")
def _functions(deployment: Deployment) -> dict[str, FunctionSpec]:
    return {each.handler.split(".")[1]: each for each in deployment.stack.template.functions()}


@pytest.fixture(name="answers", scope="module")
def _answers(
    deployment: Deployment,
    functions: Mapping[str, FunctionSpec],
    make_event: Callable[[str, str], Event],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[tuple[str, str], Future[Answer]]]:
    folder = tmp_path_factory.mktemp("events")

    def invoke(function: str, case: str) -> Answer:
        file = folder / f"{function}.{case}.json"
        file.write_text(json.dumps(make_event(function, case)), encoding="utf-8")
        return _invoke(deployment, functions[function].logical_id, file)

    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {each: pool.submit(invoke, *each) for each in events.cases()}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(("function", "case"), events.cases())
def test_an_event_is_answered_in_the_container_as_by_the_source(
    function: str,
    case: str,
    deployment: Deployment,
    functions: Mapping[str, FunctionSpec],
    make_event: Callable[[str, str], Event],
    answers: Mapping[tuple[str, str], Future[Answer]],
) -> None:
    """What was built answers each file of events/ with the status, the headers and the members that the source does."""
    with stack.running([functions[function]], {"AWS_ENDPOINT_URL": deployment.endpoint}, size=1, log=2) as pools:
        expected = pools[functions[function].logical_id].invoke(make_event(function, case), "request")

    actual = answers[function, case].result()

    assert isinstance(expected, dict)
    assert actual["statusCode"] == expected["statusCode"] < HTTPStatus.INTERNAL_SERVER_ERROR
    assert actual["headers"].keys() == expected["headers"].keys()
    assert _members(actual) == _members(expected)


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


def _invoke(deployment: Deployment, logical_id: str, event: Path) -> Answer:
    command = deployment.command("invoke", logical_id, "--event", str(event))
    run = subprocess.run(command, env=deployment.environment(), check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    answer: Answer = json.loads(run.stdout)
    return answer


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
