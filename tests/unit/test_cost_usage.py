"""Requests to AWS, read off the wire: which operation it was, and how many units DynamoDB takes for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.cost.usage import READ_UNITS, WRITE_UNITS, Usage, calls_in, usage_of

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261118/eu-central-1/{}/aws4_request, SignedHeaders=host, Signature=0"
)
SMALL = {"pk": {"S": "a"}, "sk": {"S": "b"}}
LARGE = {"text": {"S": "x" * 1100}}


def _usage(operation: str, sent: dict[str, Any], answered: dict[str, Any] | None = None) -> Usage:
    headers = {"authorization": SIGNED.format("dynamodb"), "x-amz-target": f"DynamoDB_20120810.{operation}"}
    return usage_of(headers, "POST", json.dumps(sent).encode(), json.dumps(answered or {}).encode())


def test_operation_is_named_by_its_target() -> None:
    """And the service by what the request is signed for."""
    headers = {"authorization": SIGNED.format("secretsmanager"), "x-amz-target": "secretsmanager.GetSecretValue"}
    assert usage_of(headers, "POST", b"", b"") == {"secretsmanager.GetSecretValue": 1}


def test_operation_without_a_target_goes_by_its_method() -> None:
    """As with Scheduler and SES, which speak REST; what is not signed is counted all the same."""
    assert usage_of({"authorization": SIGNED.format("scheduler")}, "PUT", b"", b"") == {"scheduler.PUT": 1}
    assert usage_of({}, "GET", b"", b"") == {"unsigned.GET": 1}


@pytest.mark.parametrize(
    ("operation", "sent", "answered", "reads", "writes"),
    [
        ("BatchGetItem", {"RequestItems": {"t": {"Keys": [SMALL] * 2}}}, {"Responses": {"t": [SMALL]}}, 2, 0),
        (
            "BatchGetItem",
            {"RequestItems": {"t": {"Keys": [SMALL]}}},
            {"Responses": {"t": [{"a": {"S": "x" * 4096}}]}},
            2,
            0,
        ),
        ("Query", {"ExpressionAttributeValues": {}}, {"Items": []}, 1, 0),
        ("Query", {"ExpressionAttributeValues": {}}, {"Items": [LARGE] * 4}, 2, 0),
        ("UpdateItem", {"Key": SMALL}, {}, 0, 1),
        ("PutItem", {"Item": SMALL | LARGE}, {}, 0, 2),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"Item": SMALL}}, {"Delete": {"Key": SMALL}}]}, {}, 0, 4),
    ],
    ids=["missing", "large", "nothing", "page", "update", "large put", "transaction"],
)
def test_units_are_those_of_the_price_list(
    operation: str, sent: dict[str, Any], answered: dict[str, Any], reads: int, writes: int
) -> None:
    """4 KB for a read unit and 1 KB for a write unit, twice as many in a transaction."""
    usage = _usage(operation, sent, answered)
    assert (usage[READ_UNITS], usage[WRITE_UNITS], calls_in(usage)) == (reads, writes, 1)


def test_every_kind_of_value_has_its_size() -> None:
    """A map of 1,025 bytes and more is two units."""
    held = {"M": {"numbers": {"L": [{"N": "1"}] * 10}, "names": {"SS": ["x" * 1000]}, "is": {"BOOL": True}}}
    assert _usage("PutItem", {"Item": {"held": held}})[WRITE_UNITS] == 2
