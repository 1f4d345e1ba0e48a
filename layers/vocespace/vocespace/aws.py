"""The few calls to AWS, each behind a name of the domain; botocore is imported when the first one is made.

botocore, not boto3: boto3 imports a manager of S3 transfers that nobody here calls, at every cold start.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import to_json

from vocespace import observability
from vocespace.document_cache import DocumentReadError
from vocespace.errors import StoreUnavailableError

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_events.type_defs import PutEventsRequestEntryTypeDef
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sqs import SQSClient

CURRENT = "AWSCURRENT"
EVENT_SOURCE = "vocespace.connect"

CONNECT_TIMEOUT = 0.5
READ_TIMEOUT = 1.5
MAX_ATTEMPTS = 2
"""Two attempts of 2 s at worst, and less than 1 s between them: the caller is told of an outage within 5 s."""


def _config() -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
    )


@cache
def _session() -> Session:
    from botocore.session import get_session

    return get_session()


@cache
def secrets_manager() -> SecretsManagerClient:
    """The Secrets Manager client of this process."""
    return cast("SecretsManagerClient", _session().create_client("secretsmanager", config=_config()))


@cache
def dynamodb() -> DynamoDBClient:
    """The DynamoDB client of this process."""
    return cast("DynamoDBClient", _session().create_client("dynamodb", config=_config()))


@cache
def events() -> EventBridgeClient:
    """The EventBridge client of this process."""
    return cast("EventBridgeClient", _session().create_client("events", config=_config()))


@cache
def sqs() -> SQSClient:
    """The SQS client of this process."""
    return cast("SQSClient", _session().create_client("sqs", config=_config()))


def forget() -> None:
    """Drops all clients, and with them their credentials and connections; the next call makes its own anew."""
    for made_once in (_session, secrets_manager, dynamodb, events, sqs):
        made_once.cache_clear()


def read_secret(secret_id: str) -> str:
    """Reads the current version of a secret.

    Raises:
        DocumentReadError: for whatever reason; the error's own text is not passed on.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = secrets_manager().get_secret_value(SecretId=secret_id, VersionStage=CURRENT)
    except ClientError as error:
        raise DocumentReadError(error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise DocumentReadError(type(error).__name__) from None
    if "SecretString" not in answer:
        raise DocumentReadError("not_text")
    return answer["SecretString"]


def put_event(bus: str, detail_type: str, detail: dict[str, Any]) -> None:
    """Puts an event on a bus. Whoever is let in is let in also when it cannot be sent: that is counted and logged."""
    from botocore.exceptions import BotoCoreError, ClientError

    entry = {"EventBusName": bus, "Source": EVENT_SOURCE, "DetailType": detail_type, "Detail": to_json(detail).decode()}
    try:
        answer = events().put_events(Entries=[cast("PutEventsRequestEntryTypeDef", entry)])
    except ClientError as error:
        observability.event_lost(error.response["Error"]["Code"])
    except BotoCoreError as error:
        observability.event_lost(type(error).__name__)
    else:
        for entry_error in (each["ErrorCode"] for each in answer["Entries"] if "ErrorCode" in each):
            observability.event_lost(entry_error)


def send_message(queue_url: str, body: dict[str, Any], *, group: str, deduplication_id: str) -> None:
    """Puts a message into a FIFO queue: behind all others of its group, and once, however often it is sent.

    Raises:
        StoreUnavailableError: it is not in the queue.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        sqs().send_message(
            QueueUrl=queue_url,
            MessageBody=to_json(body).decode(),
            MessageGroupId=group,
            MessageDeduplicationId=deduplication_id,
        )
    except ClientError as error:
        raise StoreUnavailableError(error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise StoreUnavailableError(type(error).__name__) from None
