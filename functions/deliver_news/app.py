"""Tells people and platforms what happens to meetings, by events, outgoing webhooks and mails."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.background import Background, guarded
from vocespace.container import container
from vocespace.meeting_messages import Delivery
from vocespace.strict_json import parse_object

_processor = BatchProcessor(event_type=EventType.SQS)
# Or it would raise where all messages fail, and Lambda would count a crash for each time that the table is away.
_processor.raise_on_entire_batch_failure = False


def _deliver(record: SQSRecord) -> None:
    guarded(lambda: container().meetings.deliveries.deliver(Delivery.from_wire(parse_object(record.body.encode()))))


handle = Background(lambda event: process_partial_response(event=event, record_handler=_deliver, processor=_processor))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Works off a batch of the queue."""
    return handle(event, context)
