"""The few calls to AWS, each behind a name of the domain; botocore is imported when the first one needs it.

botocore, not boto3: boto3 imports a manager of S3 transfers that nobody here calls, at every cold start.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic_core import to_json

from vocespace import observability
from vocespace.aws_json import (
    CONNECT_TIMEOUT,
    EVENTS,
    MAX_ATTEMPTS,
    READ_TIMEOUT,
    SECRETS_MANAGER,
    SQS,
    AwsCallError,
    AwsJson,
    Service,
    says_all,
)
from vocespace.clock import SystemClock
from vocespace.document_cache import DocumentReadError
from vocespace.errors import StoreUnavailableError

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_scheduler import EventBridgeSchedulerClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sesv2 import SESV2Client
    from types_boto3_sqs import SQSClient

CURRENT = "AWSCURRENT"
EVENT_SOURCE = "vocespace.connect"

MAX_DELAY = 900
"""For how many seconds SQS can hold a message back."""

_REFUSED_MAIL = frozenset(
    {"MessageRejected", "BadRequestException", "MailFromDomainNotVerifiedException", "AccountSuspendedException"}
)

MAIL_TIMEOUT = 10.0


class MailRefusedError(Exception):
    """SES does not take a mail, and will not; `reason` is its error code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _config(*, read_timeout: float | None = None, attempts: int = MAX_ATTEMPTS) -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=read_timeout or READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": attempts},
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


@cache
def scheduler() -> EventBridgeSchedulerClient:
    """The EventBridge Scheduler client of this process."""
    return cast("EventBridgeSchedulerClient", _session().create_client("scheduler", config=_config()))


@cache
def mail_service() -> SESV2Client:
    """The SES client of this process; patient, because a mail that is sent anew may well have been sent before."""
    return cast("SESV2Client", _session().create_client("sesv2", config=_config(read_timeout=MAIL_TIMEOUT, attempts=1)))


_JSON_CLIENTS: Final = {"dynamodb": dynamodb, "events": events, "secretsmanager": secrets_manager, "sqs": sqs}


@cache
def _json() -> AwsJson:
    return AwsJson(os.environ, SystemClock())


def forget() -> None:
    """Drops all clients, and with them their credentials and connections; the next call makes its own anew."""
    if _json.cache_info().currsize:
        _json().close()
    for made_once in (_session, _json, secrets_manager, dynamodb, events, sqs, scheduler, mail_service):
        made_once.cache_clear()


def call(service: Service, operation: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - as AWS has them
    """Calls an operation: signed here where the environment says all that it takes, or else by botocore.

    Raises:
        AwsCallError: it was refused, or not answered.
    """
    if says_all(os.environ):
        return _json().call(service, operation, members)
    from botocore import xform_name
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = getattr(_JSON_CLIENTS[service.name](), xform_name(operation))(**members)
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        raise AwsCallError(error.response["Error"]["Code"], tuple(each.get("Code", "") for each in reasons)) from None
    except BotoCoreError as error:
        raise AwsCallError(type(error).__name__) from None
    return answer


def read_secret(secret_id: str) -> str:
    """Reads the current version of a secret.

    Raises:
        DocumentReadError: for whatever reason; the error's own text is not passed on.
    """
    try:
        answer = call(SECRETS_MANAGER, "GetSecretValue", SecretId=secret_id, VersionStage=CURRENT)
    except AwsCallError as error:
        raise DocumentReadError(error.code) from None
    if "SecretString" not in answer:
        raise DocumentReadError("not_text")
    return str(answer["SecretString"])


def put_event(bus: str, detail_type: str, detail: dict[str, Any]) -> None:
    """Puts an event on a bus. Whoever is let in is let in also when it cannot be sent: that is counted and logged."""
    try:
        send_event(bus, detail_type, detail)
    except StoreUnavailableError as error:
        observability.event_lost(error.reason)


def send_event(bus: str, detail_type: str, detail: dict[str, Any]) -> None:
    """Puts an event on a bus.

    Raises:
        StoreUnavailableError: it is not there.
    """
    entry = {"EventBusName": bus, "Source": EVENT_SOURCE, "DetailType": detail_type, "Detail": to_json(detail).decode()}
    try:
        answer = call(EVENTS, "PutEvents", Entries=[entry])
    except AwsCallError as error:
        raise StoreUnavailableError(error.code) from None
    # It answers 200 also where it has not taken an entry.
    for each in answer["Entries"]:
        if "ErrorCode" in each:
            raise StoreUnavailableError(each["ErrorCode"])


def send_mail(sender: str, recipient: str, message: bytes) -> None:
    """Hands a mail over to SES.

    Raises:
        MailRefusedError: it will not be taken at another time either.
        StoreUnavailableError: it is not taken now.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        mail_service().send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [recipient]},
            Content={"Raw": {"Data": message}},
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise (MailRefusedError if code in _REFUSED_MAIL else StoreUnavailableError)(code) from None
    except BotoCoreError as error:
        raise StoreUnavailableError(type(error).__name__) from None


def send_in_order(queue_url: str, body: dict[str, Any], *, group: str, deduplication_id: str) -> None:
    """Puts a message into a FIFO queue: behind all others of its group, and once, however often it is sent.

    Raises:
        StoreUnavailableError: it is not in the queue.
    """
    _send(queue_url, body, MessageGroupId=group, MessageDeduplicationId=deduplication_id)


def send_later(queue_url: str, body: dict[str, Any], *, delay: int = 0) -> None:
    """Puts a message into a queue without order.

    Args:
        queue_url: The queue.
        body: The message.
        delay: After how many seconds it is there; SQS takes no more than `MAX_DELAY`.

    Raises:
        StoreUnavailableError: it is not in the queue.
    """
    _send(queue_url, body, DelaySeconds=delay)


def _send(queue_url: str, body: dict[str, Any], **how: Any) -> None:  # noqa: ANN401 - members of SendMessage
    # In ASCII: a name may hold what Unicode has no use for, such as U+FFFF, and SQS refuses a message for it.
    text = to_json(body, ensure_ascii=True).decode()
    try:
        call(SQS, "SendMessage", QueueUrl=queue_url, MessageBody=text, **how)
    except AwsCallError as error:
        raise StoreUnavailableError(error.code) from None
