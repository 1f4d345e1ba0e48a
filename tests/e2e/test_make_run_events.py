"""What `make run` does beside answering: LiveKit's webhooks go through a queue to the function that follows them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests

from tests.support.events import load_event
from tests.support.livekit_rooms import until
from tests.support.livekit_webhooks import credential
from tests.support.service import Service, running_service
from vocespace.livekit_events import MEDIA_TYPE


@pytest.fixture(name="service", scope="module")
def _service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("service")) as service:
        yield service


def _webhook(service: Service, case: str, **members: object) -> int:
    """The status that LiveKit gets for an event that happens now."""
    now = int(time.time())
    said = json.loads(load_event("livekit_events", case)["body"]) | {"createdAt": str(now)} | members
    body = json.dumps(said).encode()
    key, secret = service.values["LIVEKIT_API_KEY"], service.values["LIVEKIT_API_SECRET"]
    headers = {"Content-Type": MEDIA_TYPE, "Authorization": credential(body, key=key, secret=secret, now=now)}
    url = f"{service.values['BASE_URL']}/hooks/livekit"
    return requests.post(url, data=body, headers=headers, timeout=10).status_code


def _enter(service: Service, space: str) -> dict[str, Any]:
    key = {"Authorization": f"Bearer {service.values['API_KEY']}"}
    person = {"id": "user_12345", "username": "Zhang San", "space": space, "room": "kitchen", "ttlSeconds": 60}
    link = requests.post(f"{service.values['BASE_URL']}/api/redirect-url", json=person, headers=key, timeout=10).json()
    details: dict[str, Any] = requests.get(
        link["redirectUrl"], headers={"Accept": "application/json"}, timeout=10
    ).json()
    return details


def _people(service: Service, space: str) -> dict[str, int]:
    key = {"Authorization": f"Bearer {service.values['API_KEY']}"}
    answer = requests.get(f"{service.values['BASE_URL']}/api/spaces/{space}/rooms", headers=key, timeout=10)
    return {room["name"]: room["occupancy"] for room in answer.json()["rooms"]}


def test_webhooks_reach_the_room_that_they_are_about(service: Service) -> None:
    """Whoever comes is inside, and whoever goes is not, without anybody waiting for it."""
    assert _enter(service, "my-workspace")["room"] == "kitchen"
    assert _people(service, "my-workspace") == {"kitchen": 0}

    assert _webhook(service, "participant_joined") == 200
    until(lambda: _people(service, "my-workspace") == {"kitchen": 1}, "one inside")
    assert _webhook(service, "participant_left") == 200
    until(lambda: _people(service, "my-workspace") == {"kitchen": 0}, "nobody inside")


def test_what_cannot_be_worked_on_stays_in_the_queue(service: Service) -> None:
    """Out of sight, until the template's visibility timeout lets it be tried again."""
    values = service.values
    session = boto3.Session(
        values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"], region_name=values["AWS_DEFAULT_REGION"]
    )
    sqs = session.client("sqs", endpoint_url=values["AWS_ENDPOINT_URL"])
    queues = [url for url in sqs.list_queues()["QueueUrls"] if "LiveKitEvents" in url]
    [url, dead_letters] = sorted(queues, key=lambda url: "DeadLetters" in url)
    sqs.send_message(QueueUrl=url, MessageBody="{}", MessageGroupId="g", MessageDeduplicationId="d")

    def told(queue: str) -> dict[str, str]:
        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        return {str(name): value for name, value in attributes.items()}

    until(lambda: told(url)["ApproximateNumberOfMessagesNotVisible"] == "1", "it was tried")
    assert (told(url)["VisibilityTimeout"], told(url)["FifoQueue"]) == ("120", "true")
    assert json.loads(told(url)["RedrivePolicy"])["deadLetterTargetArn"] == told(dead_letters)["QueueArn"]
    assert "ValidationError" in (service.folder / "functions.log").read_text()


def test_nothing_of_it_is_on_the_terminal(service: Service) -> None:
    """A line for each request, and none for what follows."""
    before = service.printed()
    assert _webhook(service, "participant_joined", id="EV_again") == 200
    assert service.printed().removeprefix(before).split()[1:4] == ["POST", "/hooks/livekit", "200"]
