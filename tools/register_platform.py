"""Registers a platform in a deployed stack's table and prints its first API key, once.

python -m tools.register_platform --table TABLE acme --auth acme --identity participant --space 'acme-*'
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from vocespace.identities import Identity
from vocespace.platforms import ANYTHING, DEFAULT_MAX_TTL, ApiKey, Platform
from vocespace.registry import api_key_item, platform_item


def register(table: str, platform: Platform, *, now: int) -> str:
    """Writes the platform and its first key together, unless there is a platform of this name already.

    Returns:
        The text of the key.

    Raises:
        botocore.exceptions.ClientError: the name is taken (`TransactionCanceledException`), or AWS refuses.
    """
    key, text = ApiKey.generate(platform.platform, now=now)
    boto3.client("dynamodb").transact_write_items(
        TransactItems=[_put(table, platform_item(platform)), _put(table, api_key_item(key))]
    )
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Returns:
        0, or 2 where nothing was written.
    """
    asked = _parser().parse_args(arguments)
    now = int(time.time())
    policy = {
        "authTypes": asked.auth,
        "identities": asked.identity,
        "spaces": asked.space,
        "rooms": asked.room or [ANYTHING],
        "maxTtlSeconds": asked.max_ttl,
    }
    try:
        platform = Platform.from_wire({"platform": asked.platform, "policy": policy, "createdAt": now})
        print(register(asked.table, platform, now=now))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        return _fail("; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults))
    except ClientError as error:
        if error.response["Error"]["Code"] == "TransactionCanceledException":
            return _fail(f"there is a platform {asked.platform} already")
        return _fail(str(error))
    except BotoCoreError as error:
        return _fail(str(error))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.register_platform", description=__doc__.splitlines()[0])
    parser.add_argument("platform", help="its id: lower-case letters, digits and -")
    parser.add_argument("--table", required=True, help="the stack's output TableName")
    parser.add_argument("--auth", action="append", required=True, help="an auth type; the first one is the default")
    parser.add_argument("--identity", action="append", required=True, choices=[each.value for each in Identity])
    parser.add_argument("--space", action="append", required=True, help="a space, * for any run of characters")
    parser.add_argument("--room", action="append", help="a room, likewise; default: any")
    parser.add_argument(
        "--max-ttl", type=int, default=DEFAULT_MAX_TTL, metavar="SECONDS", help="a token's longest life"
    )
    return parser


def _put(table: str, item: Mapping[str, Any]) -> Any:  # noqa: ANN401 - boto3 types each member of a transaction on its own
    serialize = TypeSerializer().serialize
    members = {name: serialize(value) for name, value in item.items()}
    return {"Put": {"TableName": table, "Item": members, "ConditionExpression": "attribute_not_exists(pk)"}}


def _fail(why: str) -> int:
    print(f"register_platform: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
