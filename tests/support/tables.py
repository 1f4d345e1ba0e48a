"""The stack's table alone: in moto, or on DynamoDB Local for what only atomic conditional writes can prove."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import boto3
import moto
import pytest

from tests.support.stack import create_table_arguments
from vocespace import aws
from vocespace.table import Table

_names = (f"table-{number}" for number in itertools.count())

T = TypeVar("T")


@contextmanager
def moto_table(name: str) -> Iterator[Table]:
    """A table of one's own in moto, empty."""
    aws.dynamodb.cache_clear()
    with moto.mock_aws():
        aws.dynamodb().create_table(**create_table_arguments(name))
        yield Table(name)
    aws.dynamodb.cache_clear()


@contextmanager
def real_table(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """A table of one's own, empty; the layer's own client goes there as long as the context is open."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
    aws.dynamodb.cache_clear()
    name = next(_names)
    client = boto3.client("dynamodb", endpoint_url=url)
    client.create_table(**create_table_arguments(name))
    try:
        yield Table(name)
    finally:
        client.delete_table(TableName=name)
        aws.dynamodb.cache_clear()


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """What comes of doing something many times, as much at the same moment as threads can."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))
