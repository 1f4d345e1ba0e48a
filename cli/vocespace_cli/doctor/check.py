"""What a check found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from vocespace.document_cache import DocumentReadError
from vocespace.errors import VoceSpaceError
from vocespace.secret_versions import SecretVersionsError
from vocespace_cli.explain import explain
from vocespace_cli.faults import CliError
from vocespace_cli.run import Run


class Status(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's.

    Attributes:
        name: What was looked at.
        status: How bad it is.
        text: What was found.
        step: What to do about it; nothing where all is well.
    """

    name: str
    status: Status
    text: str
    step: str = ""


Checks = Callable[[Run], Iterator[Check]]


def ok(name: str, text: str) -> Check:
    """All is well."""
    return Check(name, Status.OK, text)


def warning(name: str, text: str, step: str) -> Check:
    """It works, but look at it."""
    return Check(name, Status.WARNING, text, step)


def fault(name: str, text: str, step: str) -> Check:
    """It does not work."""
    return Check(name, Status.FAULT, text, step)


def guarded(name: str, checks: Checks, run: Run) -> Iterator[Check]:
    """Runs checks; one that cannot be made is a fault as well, and the others go on."""
    try:
        yield from checks(run)
    except (CliError, VoceSpaceError, DocumentReadError, SecretVersionsError, ClientError, BotoCoreError) as error:
        told = explain(error)
        named = "; ".join(f"{each.field}: {each.reason}" for each in told.fields)
        yield fault(name, f"{told.message} {named}".strip(), told.hint or "")
