"""Takes in what booking systems tell of bookings, each booking's in order."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.background import Background, guarded
from vocespace.booking_intake import read_message
from vocespace.container import container

_processor = SqsFifoPartialProcessor(skip_group_on_error=True)
# Where all messages fail, Lambda is told so and counts no crash.
_processor.raise_on_entire_batch_failure = False


def _follow(record: SQSRecord) -> None:
    guarded(lambda: _take(record.body))


def _take(body: str) -> None:
    event = read_message(body)
    if event is not None:
        container().meetings.bookings.follow(event)


handle = Background(lambda event: process_partial_response(event=event, record_handler=_follow, processor=_processor))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Works off a batch of the queue."""
    return handle(event, context)
