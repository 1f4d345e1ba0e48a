"""From messages of a queue to the event that Lambda makes of them, and from the function's answer to what failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from local.cloud import REGION

if TYPE_CHECKING:
    from types_boto3_sqs.type_defs import MessageTypeDef


def event_for(messages: Iterable[MessageTypeDef], queue_arn: str) -> dict[str, Any]:
    """Builds the event of an event source mapping."""
    return {"Records": [_record(message, queue_arn) for message in messages]}


def failed_ids(answer: Any, sent: frozenset[str]) -> frozenset[str]:  # noqa: ANN401 - whatever a function returns
    """The ids of those messages that are to come again, by the answer of a function that tells of its failures.

    Args:
        answer: What the function returned.
        sent: The ids of all messages that it got.

    Returns:
        None of them where it returned nothing, and all where Lambda could not make sense of it.
    """
    if not answer:
        return frozenset()
    try:
        ids = frozenset(failure["itemIdentifier"] for failure in answer["batchItemFailures"] or ())
    except (KeyError, TypeError):
        return sent
    return sent if ids - sent else ids


def _record(message: MessageTypeDef, queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }
