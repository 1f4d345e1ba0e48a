"""The few calls to AWS, each behind a name of the domain; boto3 is imported when the first one is made."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from vocespace.errors import StoreUnavailableError
from vocespace.secret_cache import SecretReadError

if TYPE_CHECKING:
    from botocore.config import Config
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_secretsmanager import SecretsManagerClient

CURRENT = "AWSCURRENT"

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
def secrets_manager() -> SecretsManagerClient:
    """The Secrets Manager client of this process."""
    import boto3

    return boto3.client("secretsmanager", config=_config())


@cache
def dynamodb() -> DynamoDBClient:
    """The DynamoDB client of this process."""
    import boto3

    return boto3.client("dynamodb", config=_config())


def read_secret(secret_id: str) -> str:
    """Reads the current version of a secret.

    Raises:
        SecretReadError: for whatever reason; the error's own text is not passed on.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = secrets_manager().get_secret_value(SecretId=secret_id, VersionStage=CURRENT)
    except ClientError as error:
        raise SecretReadError(error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise SecretReadError(type(error).__name__) from None
    if "SecretString" not in answer:
        raise SecretReadError("not_text")
    return answer["SecretString"]


def read_item(table: str, key: dict[str, str]) -> dict[str, Any] | None:
    """Reads one item of the table, or None where there is none.

    Raises:
        StoreUnavailableError: the table cannot be read.
    """
    from boto3.dynamodb.types import TypeDeserializer
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        # Consistent, so that a removal is late by the registry's memory and by nothing else.
        answer = dynamodb().get_item(
            TableName=table, Key={name: {"S": value} for name, value in key.items()}, ConsistentRead=True
        )
    except ClientError as error:
        raise StoreUnavailableError(error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise StoreUnavailableError(type(error).__name__) from None
    if "Item" not in answer:
        return None
    deserialize = TypeDeserializer().deserialize
    return {name: _without_decimals(deserialize(value)) for name, value in answer["Item"].items()}


def _without_decimals(value: object) -> object:
    # DynamoDB's numbers arrive as Decimal; ours are all integers.
    match value:
        case Decimal():
            return int(value)
        case list():
            return [_without_decimals(each) for each in value]
        case dict():
            return {name: _without_decimals(each) for name, each in value.items()}
        case _:
            return value
