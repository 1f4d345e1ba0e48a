"""The few calls to AWS, each behind a name of the domain; botocore is imported when the first one is made.

botocore, not boto3: boto3 imports a manager of S3 transfers that nobody here calls, at every cold start.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from vocespace.errors import StoreUnavailableError
from vocespace.secret_cache import SecretReadError

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session
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
    return {name: _plain(value) for name, value in answer["Item"].items()}


def _plain(value: Mapping[str, Any]) -> object:
    # The kinds of attribute that our items are made of; a number of ours is an integer.
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return int(content)
        case "L":
            return [_plain(each) for each in content]
        case "M":
            return {name: _plain(each) for name, each in content.items()}
        case _:
            raise StoreUnavailableError("item_malformed")
