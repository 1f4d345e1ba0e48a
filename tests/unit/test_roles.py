"""IAM roles: the ARN an operator writes down, and the ARN a session of the role arrives with, come to the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.vectors import naughty_strings
from vocespace.roles import role_arn, role_of_session

NAMES = st.from_regex(r"[A-Za-z0-9+=,.@_-]{1,64}", fullmatch=True)
PATHS = st.lists(st.from_regex(r"[!-.0-~]{1,12}", fullmatch=True), max_size=3)
ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
PARTITIONS = st.sampled_from(["aws", "aws-cn", "aws-us-gov"])


@given(partition=PARTITIONS, account=ACCOUNTS, path=PATHS, name=NAMES, session=NAMES)
def test_a_session_leads_to_its_role(partition: str, account: str, path: list[str], name: str, session: str) -> None:
    """Whatever the role's path, which no session tells."""
    role = role_arn(f"arn:{partition}:iam::{account}:role/{'/'.join([*path, name])}")

    assert role == f"arn:{partition}:iam::{account}:role/{name}"
    assert role_of_session(f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}") == role


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:user/a",
        "arn:aws:iam::1234:role/a",
        "arn:aws:iam::123456789012:role/a b",
        "arn:aws:iam::123456789012:role/*",
        "arn:aws:iam::*:role/a",
        "arn:aws:iam::123456789012:role/a\n",
        "arn:aws:sts::123456789012:assumed-role/a/b",
        f"arn:aws:iam::123456789012:role/{'a' * 65}",
        "arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:role/a",
    ],
)
def test_what_is_no_role_is_refused(text: str) -> None:
    """No wildcard, no other kind of principal."""
    with pytest.raises(ValueError, match="must be the ARN of an IAM role"):
        role_arn(text)


@given(st.text())
def test_no_text_is_a_session_by_accident(text: str) -> None:
    """And none breaks it."""
    assert role_of_session(text) is None


def test_no_naughty_string_is_a_session() -> None:
    """Alone or in the place of a part."""
    for text in naughty_strings():
        assert role_of_session(text) is None
        assert role_of_session(f"arn:aws:sts::123456789012:assumed-role/{text}/") is None
