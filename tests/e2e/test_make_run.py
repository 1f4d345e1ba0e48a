"""`make run` as the person at the terminal meets it: what is printed, what can be pasted, what it serves."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from local import demo_env
from tests.support.processes import family_of
from tests.support.service import Service, running_service

DETAILS = "/api/connection-details"
DOCUMENTED_VALUES = {
    "BASE_URL",
    "API_KEY",
    "PLATFORM",
    "SIGNING_KID",
    "SIGNING_SECRET",
    "LIVEKIT_URL",
    "LIVEKIT_API_KEY",
    "LIVEKIT_API_SECRET",
    "DEMO_SOURCE_SECRET",
    "CAL_SOURCE_SECRET",
    "LOCAL_CLOCK_FILE",
    "AWS_ENDPOINT_URL",
    "TABLE_NAME",
    "SIGNING_SECRET_ID",
}


@pytest.fixture(name="service", scope="module")
def _service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("service")) as service:
        yield service


def _shell(script: str) -> str:
    """What a shell prints that has nothing but a search path."""
    path = {"PATH": os.environ["PATH"]}
    return subprocess.run(["sh", "-c", script], env=path, capture_output=True, text=True, check=True, timeout=30).stdout


def _commands(service: Service) -> list[str]:
    return [block for block in service.printed().split("\n\n") if block.startswith("curl ")]


def _pasted(command: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_shell(command))
    return answer


def test_every_printed_command_works_as_it_stands(service: Service) -> None:
    """Pasted into a shell to the letter: two guests, a participant, a link, and a LiveKit client."""
    as_guest, as_participant, link, as_livekit_client, as_web_client = map(_pasted, _commands(service))

    assert (as_guest["identity"], as_guest["participantName"]) == ("guest", "Zhang San")
    assert (as_participant["identity"], as_participant["space"]) == ("participant", "my-workspace")
    assert link["redirectUrl"].startswith(f"{service.values['BASE_URL']}{DETAILS}?")
    assert (as_livekit_client["room_name"], as_livekit_client["participant_name"]) == ("my-workspace", "Zhang San")
    assert (as_web_client["identity"], as_web_client["participantName"]) == ("guest", "Zhang San")


def test_link_ends_on_a_page_that_names_the_person(service: Service) -> None:
    """Whoever opens the redirectUrl of the printed command arrives on the page that stands in for the web client."""
    link = _pasted(_commands(service)[2])["redirectUrl"]

    page = requests.get(link, timeout=10)

    assert page.url.startswith(f"{service.values['BASE_URL']}/client/my-workspace?auth=demo&details=")
    assert "Zhang San is in my-workspace" in page.text
    assert '<dd id="identity">participant</dd>' in page.text


def test_described_address_is_there(service: Service) -> None:
    """The address of the documentation that is printed answers a page."""
    [line] = [line for line in service.printed().splitlines() if line.endswith("/docs")]

    page = requests.get(line.split()[-1], timeout=10)

    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")


def test_values_can_be_sourced(service: Service) -> None:
    """A shell that sources demo.env can call at once; only the owner can read the file."""
    file = demo_env.path_in(service.folder)

    answer = _shell(f'. {file}; curl -s -H "x-api-key: $API_KEY" "$BASE_URL/healthz"; printf "%s" "$PLATFORM"')

    assert answer == '{"status":"ok"}demo'
    assert service.values.keys() >= DOCUMENTED_VALUES
    assert all(service.values.values())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_aws_holds_what_the_values_name(service: Service) -> None:
    """The ring and the table are where demo.env says, and the API key is nowhere in clear."""
    values = service.values
    session = boto3.Session(
        values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"], region_name=values["AWS_DEFAULT_REGION"]
    )
    endpoint = values["AWS_ENDPOINT_URL"]
    secrets = session.client("secretsmanager", endpoint_url=endpoint)
    table = session.resource("dynamodb", endpoint_url=endpoint).Table(values["TABLE_NAME"])

    ring = json.loads(secrets.get_secret_value(SecretId=values["SIGNING_SECRET_ID"])["SecretString"])
    items = table.scan()["Items"]

    assert ring["signingKid"] == values["SIGNING_KID"]
    assert [(key["kid"], key["secret"]) for key in ring["keys"]] == [(values["SIGNING_KID"], values["SIGNING_SECRET"])]
    # The space came with whoever was first let in by another test.
    kinds = {str(item["pk"]).partition("#")[0] for item in items} - {"SPACE"}
    assert kinds == {"PLATFORM", "PLATFORMS", "KEY", "ROLE", "ROUTES"}
    assert values["API_KEY"].rpartition("_")[2] not in str(items)


def test_terminal_and_log_tell_no_secret(service: Service) -> None:
    """One line a request, and neither it nor the functions' log has a token, a key, a name or a query."""
    before = len(service.printed().splitlines())
    key = {"Authorization": f"Bearer {service.values['API_KEY']}"}
    person = {"id": "u-77", "username": "Ada Unlikely", "space": "quiet", "identity": "participant", "ttlSeconds": 60}
    signed = requests.post(
        f"{service.values['BASE_URL']}/api/redirect-url", json=person, headers=key, timeout=10
    ).json()
    arrived = requests.get(signed["redirectUrl"], timeout=10)
    requests.get(f"{service.values['BASE_URL']}{DETAILS}", params={"auth": "demo", "token": "a.b.c"}, timeout=10)

    lines = service.printed().splitlines()[before:]
    everything = "\n".join(lines) + (service.folder / "functions.log").read_text()

    assert arrived.status_code == 200
    assert [line.split()[1:4] for line in lines] == [
        ["POST", "/api/redirect-url", "201"],
        ["GET", DETAILS, "302"],
        ["GET", "/client/{space}", "200"],
        ["GET", DETAILS, "401"],
    ]
    assert lines[-1].endswith(" ConnectionDetailsFunction unauthorized")
    secrets = [service.values[name] for name in ("API_KEY", "SIGNING_SECRET", "LIVEKIT_API_SECRET")]
    for secret in [*secrets, signed["token"], "Ada Unlikely", "u-77", "a.b.c", "eyJ", "?"]:
        assert secret not in everything


def test_function_that_is_killed_is_replaced(service: Service) -> None:
    """Every instance killed at once costs at most one answer each; then all is as before."""
    instances = [pid for pid in family_of(service.process.pid) if pid != service.process.pid]
    for pid in instances:
        os.kill(pid, 9)

    statuses = [
        requests.get(f"{service.values['BASE_URL']}/healthz", timeout=30).status_code for _ in range(len(instances) + 4)
    ]

    assert set(statuses) == {200, 500}
    assert statuses.count(500) <= len(instances)
    assert statuses[-4:] == [200] * 4
    assert "Traceback" not in service.printed()


def test_variables_override_parameters(tmp_path: Path) -> None:
    """Variables named like the template's parameters, and LIVEKIT_*, decide; the rest of the demo stays."""
    variables = {
        "GuestAccess": "false",
        "VoceSpaceUrl": "https://web.example.com/app",
        "PublicBaseUrl": "https://connect.example.com",
        "MaxTtlSeconds": "600",
        "RoomMapping": "room",
        "ApiDocs": "false",
        "LIVEKIT_URL": "wss://livekit.example.com",
        "LIVEKIT_API_KEY": "devkey",
        "LIVEKIT_API_SECRET": "secret",
    }
    with running_service(tmp_path, **variables) as service:
        base_url = service.values["BASE_URL"]
        key = {"Authorization": f"Bearer {service.values['API_KEY']}"}
        person = {"id": "u", "username": "U", "space": "s", "room": "r", "identity": "participant"}

        def sign(seconds: int) -> requests.Response:
            body = person | {"ttlSeconds": seconds}
            return requests.post(f"{base_url}/api/redirect-url", json=body, headers=key, timeout=10)

        link = sign(600).json()
        query = {"auth": "demo", "token": link["token"]}
        details = requests.get(
            f"{base_url}{DETAILS}", params=query, headers={"Accept": "application/json"}, timeout=10
        ).json()
        redirect = requests.get(f"{base_url}{DETAILS}", params=query, allow_redirects=False, timeout=10)
        guest = requests.get(f"{base_url}{DETAILS}?spaceName=s&participantName=n", timeout=10)

        assert guest.status_code == 401
        assert link["redirectUrl"].startswith("https://connect.example.com/api/connection-details?")
        assert sign(601).status_code in {400, 403}
        assert (details["serverUrl"], details["roomName"]) == ("wss://livekit.example.com", "s/r")
        assert redirect.headers["location"].startswith("https://web.example.com/app/s?")
        assert requests.get(f"{base_url}/docs", timeout=10).status_code == 404
        assert requests.get(f"{base_url}/client/s", timeout=10).status_code == 404
        assert service.values["LIVEKIT_API_SECRET"] == "secret"
        assert "shorter than 32 bytes" in service.printed()
        assert len(_commands(service)) == 3
        assert "Guest" not in service.printed()
