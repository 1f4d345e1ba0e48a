"""Does what is due about meetings, as schedules and messages tell of it, in any order."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.background import Background, guarded
from vocespace.container import container
from vocespace.meeting_messages import MeetingDue
from vocespace.strict_json import parse_object

# Where all messages fail, Lambda is told so and counts no crash.
_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def _follow(record: SQSRecord) -> None:
    guarded(lambda: container().meetings.moments.follow(MeetingDue.from_wire(parse_object(record.body.encode()))))


handle = Background(lambda event: process_partial_response(event=event, record_handler=_follow, processor=_processor))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Works off a batch of the queue."""
    return handle(event, context)
