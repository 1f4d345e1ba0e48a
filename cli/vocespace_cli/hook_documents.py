"""Documents in which names have secrets: the booking systems that are believed, and the endpoints that are told."""

from __future__ import annotations

import base64
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import SecretStr

from vocespace import aws
from vocespace.settings import Settings
from vocespace.webhook_secrets import STANDARD_PREFIX
from vocespace_cli.deployed_secrets import parsed
from vocespace_cli.faults import BadInputError, NotOkError, UnreachableError
from vocespace_cli.rotations import versions_of
from vocespace_cli.run import Run
from vocespace_cli.secret_edits import Form, edit_secret

SECRET_ONCE = "This is the only time the secret is shown."  # noqa: S105 - a sentence

MAX_TEXT = 65_536
"""What Secrets Manager takes."""

_NEW_BYTES = 32
_MAX_PASTED = 4096


class Document(Protocol):
    """What such a secret holds."""

    def to_text(self) -> str:
        """The secret's text."""
        ...


_Document = TypeVar("_Document", bound=Document)


@dataclass(frozen=True, slots=True)
class Documents(Generic[_Document]):
    """Where one is kept.

    Attributes:
        what: What is in it, as the operator calls it.
        secret_id: In which secret of a deployment; an empty text where it has none.
        parse: Reads its text; raises ValueError, without a word of it.
    """

    what: str
    secret_id: Callable[[Settings], str]
    parse: Callable[[str], _Document]

    def read(self, run: Run) -> _Document:
        """What it holds now.

        Raises:
            DocumentReadError: AWS does not hand it out.
            UnreachableError: it is malformed, or the deployment has none.
        """
        return parsed(aws.read_secret(self._id(run)), self.parse)

    def edit(self, run: Run, change: Callable[[_Document], _Document]) -> _Document:
        """Changes it, whoever else is at it, and returns what it holds then.

        Raises:
            NotOkError: others go on changing it, or it would be too large.
            SecretVersionsError: Secrets Manager refuses, or does not answer.
            UnreachableError: it is malformed, or the deployment has none.
        """
        form = Form(self.what, self.parse, self._text)
        return edit_secret(versions_of(run, self._id(run)), form, lambda before, _: change(before)).after

    def _id(self, run: Run) -> str:
        found = self.secret_id(run.settings)
        if not found:
            raise UnreachableError(
                f"{run.deployment.name} has no secret for {self.what}.", hint="Deploy again: sam build && sam deploy."
            )
        return found

    def _text(self, document: _Document) -> str:
        text = document.to_text()
        if len(text.encode()) > MAX_TEXT:
            raise NotOkError(f"There is no room for more in the secret for {self.what}; it stays as it is.")
        return text


def new_secret(*, is_standard: bool) -> str:
    """A secret that nobody has: of Standard Webhooks, or of letters and digits alone."""
    if is_standard:
        return STANDARD_PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()
    return secrets.token_hex(_NEW_BYTES)


def line_from_stdin(what: str) -> str:
    """One line of standard input, where no shell remembers it.

    Raises:
        BadInputError: there is none.
    """
    text = sys.stdin.read(_MAX_PASTED).strip()
    if not text or "\n" in text:
        raise BadInputError(f"Give {what} on one line of standard input.")
    return text


def succeeded(held: tuple[SecretStr, ...], new: SecretStr | None, *, at_once: bool) -> tuple[SecretStr, ...]:
    """What is held once a secret is replaced: the new one and the one before, until that is done with.

    Args:
        held: What is held, the newest first.
        new: The new one; None: the newest stays the only one.
        at_once: Whether the one before ends with it.
    """
    if new is None:
        return held[:1]
    return (new,) if at_once else (new, held[0])
