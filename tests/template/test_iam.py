"""The evaluator of tests/support/iam.py decides as IAM does, and says so where it cannot."""

from __future__ import annotations

import pytest

from tests.support.iam import Statement, UnsupportedStatementError, allows, grants

ALLOW: dict[str, object] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::box/a"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"Sid": "Named"}, True),
        ({"Action": ["s3:PutObject", "s3:GetObject"]}, True),
        ({"Resource": ["arn:aws:s3:::box/b", "arn:aws:s3:::box/a"]}, True),
        ({"Action": "S3:getobject"}, True),
        ({"Action": "s3:Get*"}, True),
        ({"Action": "*"}, True),
        ({"Resource": "*"}, True),
        ({"Resource": "arn:aws:s3:::box/?"}, True),
        ({"Resource": "arn:aws:s3:::bo?/*"}, True),
        ({"Action": "s3:PutObject"}, False),
        ({"Action": "s3:GetObjectAcl"}, False),
        ({"Action": "s3:Get"}, False),
        ({"Resource": "arn:aws:s3:::box/A"}, False),
        ({"Resource": "arn:aws:s3:::box/ab"}, False),
        ({"Resource": "arn:aws:s3:::box/?b"}, False),
        ({"Resource": "arn.aws:s3:::box/a"}, False),
        ({"Effect": "Deny"}, False),
    ],
)
def test_one_statement_decides(changes: dict[str, object], expected: bool) -> None:
    """Effect, actions without regard to case, resources with, and both wildcards."""
    assert allows([ALLOW | changes], "s3:GetObject", "arn:aws:s3:::box/a") is expected


def test_nothing_is_allowed_by_default() -> None:
    """No statement, no right."""
    assert not allows([], "s3:GetObject", "arn:aws:s3:::box/a")


def test_deny_wins() -> None:
    """A denial counts wherever it stands."""
    deny = ALLOW | {"Effect": "Deny", "Action": "s3:*"}

    assert not allows([ALLOW, deny], "s3:GetObject", "arn:aws:s3:::box/a")
    assert not allows([deny, ALLOW], "s3:GetObject", "arn:aws:s3:::box/a")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"dynamodb:LeadingKeys": ["QUOTA#acme"]}, True),
        ({"dynamodb:LeadingKeys": ["QUOTA#acme", "BLOCKS"]}, True),
        ({"dynamodb:LeadingKeys": ["QUOTA#acme", "PLATFORM#acme"]}, False),
        ({"dynamodb:LeadingKeys": ["BLOCKS#"]}, False),
        ({"dynamodb:LeadingKeys": []}, True),
        ({}, True),
    ],
)
def test_condition_holds_for_all_values(given: dict[str, list[str]], expected: bool) -> None:
    """Each value that comes with the request must fit one of the patterns."""
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["QUOTA#*", "BLOCKS"]}}

    assert allows([ALLOW | {"Condition": condition}], "s3:GetObject", "arn:aws:s3:::box/a", given) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"ses:FromAddress": ["meet@example.com"]}, True),
        ({"ses:FromAddress": ["Meet@example.com"]}, False),
        ({"ses:FromAddress": ["meet@example.com", "sales@example.com"]}, False),
        ({"ses:FromAddress": []}, False),
        ({}, False),
    ],
)
def test_condition_of_one_value(given: dict[str, list[str]], expected: bool) -> None:
    """The value has to come with the request, to the letter."""
    condition = {"StringEquals": {"ses:FromAddress": "meet@example.com"}}

    assert allows([ALLOW | {"Condition": condition}], "s3:GetObject", "arn:aws:s3:::box/a", given) is expected


@pytest.mark.parametrize(
    "changes",
    [
        {"NotAction": {}},
        {"NotResource": {}},
        {"Principal": {}},
        {"Condition": {"StringNotEquals": {"aws:PrincipalTag": "a"}}},
    ],
)
def test_what_is_not_evaluated_is_not_guessed(changes: dict[str, object]) -> None:
    """A statement with an unknown element or operator could mean anything."""
    with pytest.raises(UnsupportedStatementError, match="is not evaluated here"):
        allows([ALLOW | changes], "s3:GetObject", "arn:aws:s3:::box/a")


def test_grants_are_all_pairs_of_a_service() -> None:
    """Every action with every resource, without denials and without other services."""
    statements: list[Statement] = [
        ALLOW | {"Action": ["s3:GetObject", "sqs:SendMessage"], "Resource": ["a", "b"]},
        ALLOW | {"Effect": "Deny"},
    ]

    assert list(grants(statements, "s3")) == [("s3:GetObject", "a"), ("s3:GetObject", "b")]
