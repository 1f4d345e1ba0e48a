"""What a secret holds, changed: a change takes the place of the very value that it was made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from vocespace.document_cache import JITTER, SECRET, SOFT_TTL
from vocespace.secret_versions import SecretChangedError, SecretVersions
from vocespace_cli.deployed_secrets import parsed
from vocespace_cli.durations import spoken
from vocespace_cli.faults import NotOkError

_T = TypeVar("_T")

ATTEMPTS = 4
"""How often a change is made anew because somebody else has changed the secret meanwhile."""

REFRESH_SECONDS = int(SOFT_TTL * (1 + JITTER))
LATENCY = (
    f"It takes effect everywhere within {spoken(REFRESH_SECONDS)}; during an outage of Secrets Manager, within "
    f"{spoken(int(SECRET.hard_ttl))}."
)


@dataclass(frozen=True, slots=True)
class Form(Generic[_T]):
    """How a secret is read and written.

    Attributes:
        what: What is in it, as the operator calls it.
        parse: Reads its text; raises ValueError, without a word of the secret.
        to_text: Writes it.
    """

    what: str
    parse: Callable[[str], _T]
    to_text: Callable[[_T], str]


@dataclass(frozen=True, slots=True)
class SecretEdit(Generic[_T]):
    """What a change was made from, in which version, and what came of it; both the same where nothing was to change."""

    before: _T
    after: _T
    version: str


def edit_secret(versions: SecretVersions, form: Form[_T], change: Callable[[_T, str], _T]) -> SecretEdit[_T]:
    """Changes a secret, again from the start as long as somebody else is faster.

    Args:
        versions: The secret.
        form: How it is read and written.
        change: Makes of what it holds, in which version, what it is to hold.

    Raises:
        NotOkError: others go on changing it.
        SecretVersionsError: Secrets Manager refuses, or does not answer.
        UnreachableError: it holds something else.
    """
    for _ in range(ATTEMPTS):
        current = versions.current()
        before = parsed(current.text, form.parse)
        after = change(before, current.version_id)
        if after == before:
            return SecretEdit(before, before, current.version_id)
        try:
            versions.replace(form.to_text(after), current.version_id)
        except SecretChangedError:
            continue
        return SecretEdit(before, after, current.version_id)
    raise NotOkError(f"Others go on changing {form.what}; it stays as they left it.", hint="Run this again.")
