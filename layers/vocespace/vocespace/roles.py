"""IAM roles as callers: the ARN of a role, and the role behind the ARN of a session of it (IAM, AWS STS)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):role/(?:[!-~]+/)?([A-Za-z0-9+=,.@_-]{1,64})", re.ASCII)
_SESSION = re.compile(
    r"arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([A-Za-z0-9+=,.@_-]{1,64})/[A-Za-z0-9+=,.@_-]+", re.ASCII
)


def role_arn(value: str) -> str:
    """Checks the ARN of a role and returns it without its path.

    The ARN of a session carries no path, and within an account the name alone is unique.
    """
    role = _ROLE.fullmatch(value)
    if role is None:
        raise ValueError("must be the ARN of an IAM role")
    return _arn(*role.groups())


def role_of_session(user_arn: str) -> str | None:
    """The role that a caller has assumed, or None where the caller is something else, such as an IAM user."""
    session = _SESSION.fullmatch(user_arn)
    return None if session is None else _arn(*session.groups())


def _arn(partition: str, account: str, name: str) -> str:
    return f"arn:{partition}:iam::{account}:role/{name}"


RoleArn = Annotated[str, AfterValidator(role_arn)]
