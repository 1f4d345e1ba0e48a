"""The queues of `make run`: made as a template describes them, and brought to their functions as Lambda does it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from local.bell import Bell
from local.cloud import REGION
from local.instances import BusyError, HandlerError, InstanceLostError
from local.intrinsics import load
from local.queues import Queue, create_queues, join_dead_letters
from local.template import Template
from local.triggers import Source
from local.workers import Poller
from tests.support.events import load_event

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

TEMPLATE = """
Resources:
  Letters:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      # What failed is there again at once.
      VisibilityTimeout: 0
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2}
  Dead:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true, MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true}
  Plain:
    Type: AWS::SQS::Queue
    Properties: {Tags: [{Key: a, Value: b}]}
"""


@pytest.fixture(name="queues")
def _queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Queue]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client: SQSClient = boto3.client("sqs", region_name=REGION)
        document = load(TEMPLATE)
        made = create_queues(client, Template(document, {}, {}), "mine")
        join_dead_letters(Template(document, {}, {name: queue.physical_id for name, queue in made.items()}), made)
        yield made


class FakeFunction:
    """A function that gives one answer, or raises it, and keeps what it was told."""

    def __init__(self, answer: object = None) -> None:
        self.answer = answer
        self.heard: list[list[str]] = []
        self.events: list[dict[str, Any]] = []

    def invoke(self, event: dict[str, Any], request_id: str) -> object:
        """Takes a batch."""
        assert request_id
        self.events.append(event)
        self.heard.append([record["body"] for record in event["Records"]])
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def _send(queue: Queue, *texts: str, group: str = "g") -> None:
    for text in texts:
        queue.client.send_message(
            QueueUrl=queue.url, MessageBody=text, MessageGroupId=group, MessageDeduplicationId=f"{group}-{text}"
        )


def _poller(queue: Queue, function: FakeFunction, *, size: int = 10, tells_failures: bool = True) -> Poller:
    return Poller(queue, Source(queue.arn, "Read", size, tells_failures), function, Bell())


def _attributes(queue: Queue) -> Mapping[str, str]:
    answer = queue.client.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])
    return {str(name): value for name, value in answer["Attributes"].items()}


def _left(queue: Queue) -> int:
    attributes = _attributes(queue)
    return sum(int(value) for name, value in attributes.items() if name.startswith("ApproximateNumberOfMessages"))


def test_they_are_what_the_template_says(queues: dict[str, Queue]) -> None:
    """By name, by attributes, and by what else refers to them."""
    assert [queue.name for queue in queues.values()] == ["mine-Letters.fifo", "mine-Dead.fifo", "mine-Plain"]
    letters, dead = queues["Letters"], queues["Dead"]
    assert letters.physical_id == {"Ref": letters.url, "Arn": letters.arn, "QueueName": letters.name}
    assert letters.arn == f"arn:aws:sqs:{REGION}:123456789012:mine-Letters.fifo"
    assert letters.url.endswith("/123456789012/mine-Letters.fifo")

    told = _attributes(letters)
    assert (told["FifoQueue"], told["VisibilityTimeout"]) == ("true", "0")
    assert json.loads(told["RedrivePolicy"]) == {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2}
    assert _attributes(dead)["MessageRetentionPeriod"] == "1209600"
    assert "FifoQueue" not in _attributes(queues["Plain"])


def test_a_batch_comes_as_lambda_makes_it(queues: dict[str, Queue]) -> None:
    """In order, at most so many at once, with every member that Lambda gives; and what is done is gone."""
    queue, function = queues["Letters"], FakeFunction({"batchItemFailures": []})
    poller = _poller(queue, function, size=2)
    _send(queue, "one", "two", "three")

    assert [poller.deliver() for _ in range(3)] == [True, True, False]

    assert function.heard == [["one", "two"], ["three"]]
    assert _left(queue) == 0
    [record, _] = function.events[0]["Records"]
    [example] = load_event("track_occupancy", "came")["Records"]
    assert record.keys() == example.keys()
    assert example["attributes"].keys() - record["attributes"].keys() == set()
    assert (record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == ("aws:sqs", queue.arn, REGION)
    assert record["attributes"]["MessageGroupId"] == "g"


def test_what_failed_comes_again_and_then_is_a_dead_letter(queues: dict[str, Queue]) -> None:
    """Only that, and only as often as the template says."""
    queue = queues["Letters"]
    _send(queue, "good", group="a")
    _send(queue, "bad", group="b")

    class Choosy(FakeFunction):
        def invoke(self, event: dict[str, Any], request_id: str) -> object:
            super().invoke(event, request_id)
            bad = [each["messageId"] for each in event["Records"] if each["body"] == "bad"]
            return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}

    function = Choosy()
    poller = _poller(queue, function)
    while poller.deliver():
        pass

    assert function.heard == [["good", "bad"], ["bad"]]
    assert [message.get("Body") for message in queues["Dead"].receive(10)] == ["bad"]


@pytest.mark.parametrize("error", [HandlerError("ValueError"), InstanceLostError(), BusyError()])
def test_a_function_without_a_result_has_done_nothing(error: Exception, queues: dict[str, Queue]) -> None:
    """All of the batch stays in the queue."""
    queue, function = queues["Letters"], FakeFunction(error)
    _send(queue, "one", "two")

    assert _poller(queue, function).deliver()

    assert function.heard == [["one", "two"]]
    assert _left(queue) == 2


@pytest.mark.parametrize(
    ("answer", "tells_failures", "left"),
    [
        (None, True, 0),
        ({}, True, 0),
        ({"batchItemFailures": None}, True, 0),
        ({"batchItemFailures": [{"itemIdentifier": "somebody else's"}]}, True, 2),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, True, 2),
        ({"batchItemFailures": [{}]}, True, 2),
        ({"batchItemFailures": "all"}, True, 2),
        ({"failures": []}, True, 2),
        ("done", True, 2),
        ({"batchItemFailures": "all"}, False, 0),
    ],
)
def test_answers_mean_what_they_mean_to_lambda(
    answer: object, tells_failures: bool, left: int, queues: dict[str, Queue]
) -> None:
    """Nothing is success, and nonsense is failure; of a function that tells no failures no answer is read."""
    _send(queues["Letters"], "one", "two")

    _poller(queues["Letters"], FakeFunction(answer), tells_failures=tells_failures).deliver()

    assert _left(queues["Letters"]) == left


def test_a_queue_that_is_away_is_asked_again(queues: dict[str, Queue], monkeypatch: pytest.MonkeyPatch) -> None:
    """Until there is somebody who wants it to end."""
    queue, stopping = queues["Letters"], Event()
    _send(queue, "one")

    class Recovering(FakeFunction):
        def invoke(self, event: dict[str, Any], request_id: str) -> object:
            stopping.set()
            return super().invoke(event, request_id)

    function, real, calls = Recovering(), Queue.receive, iter([EndpointConnectionError(endpoint_url="x")])

    def receive(self: Queue, count: int) -> object:
        for error in calls:
            raise error
        return real(self, count)

    monkeypatch.setattr(Queue, "receive", receive)
    monkeypatch.setattr("local.workers.IDLE_SECONDS", 0)

    _poller(queue, function)(stopping)

    assert function.heard == [["one"]]
