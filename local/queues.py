"""The stack's queues. moto stands in for SQS: it keeps their order, hides what was taken, and has dead letters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.intrinsics import PhysicalId, Tree
from local.template import Template

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import MessageTypeDef

QUEUE = "AWS::SQS::Queue"

_NO_ATTRIBUTES = frozenset({"QueueName", "RedrivePolicy", "Tags"})


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, and a client of the SQS that it is in."""

    client: SQSClient
    name: str
    url: str
    arn: str

    @property
    def physical_id(self) -> PhysicalId:
        """What `Ref` and `GetAtt` answer for it."""
        return {"Ref": self.url, "Arn": self.arn, "QueueName": self.name}

    def receive(self, count: int) -> list[MessageTypeDef]:
        """Takes up to so many messages, with all that SQS tells of each; the list is empty where none is there."""
        # A long poll would hold up everybody: moto answers one request at a time.
        answer = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=count, WaitTimeSeconds=0, AttributeNames=["All"]
        )
        return answer.get("Messages", [])

    def send(self, text: str) -> None:
        """Puts a message in."""
        self.client.send_message(QueueUrl=self.url, MessageBody=text)

    def delete(self, messages: Iterable[MessageTypeDef]) -> None:
        """Removes messages for good."""
        for message in messages:
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


def create_queues(client: SQSClient, template: Template, prefix: str) -> dict[str, Queue]:
    """Makes every queue of a template, without dead letters yet: those take its ARN.

    Args:
        client: A client of SQS.
        template: The template.
        prefix: What each name begins with.

    Returns:
        The queues by logical id.
    """
    queues = template.resources(QUEUE)
    return {each: create_queue(client, f"{prefix}-{each}", template.properties(each)) for each in queues}


def join_dead_letters(template: Template, queues: Mapping[str, Queue]) -> None:
    """Lets queues hand on what failed too often, as a template says in which they have their physical ids."""
    for logical_id, queue in queues.items():
        policy = template.properties(logical_id).get("RedrivePolicy")
        if policy is not None:
            queue.client.set_queue_attributes(QueueUrl=queue.url, Attributes={"RedrivePolicy": json.dumps(policy)})


def create_queue(client: SQSClient, name: str, properties: Tree) -> Queue:
    """Makes a queue.

    Args:
        client: A client of SQS.
        name: Its name, without what those that keep the order end in.
        properties: Its properties, as a template has them.
    """
    if properties.get("FifoQueue"):
        name += ".fifo"
    attributes: dict[Any, str] = {
        each: _text(value) for each, value in properties.items() if each not in _NO_ATTRIBUTES
    }
    url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    told = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return Queue(client, name, url, told["Attributes"]["QueueArn"])


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
