"""What can go wrong at the command line, and the exit code by which a script tells one from another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vocespace.errors import FieldError

OK = 0
NOT_OK = 1
BAD_INPUT = 2
UNREACHABLE = 3
UNEXPECTED = 70


class CliError(Exception):
    """Ends a command; its text is for the person at the terminal and holds no name, token or secret.

    Attributes:
        message: What is wrong.
        hint: What to do next.
        fields: Which fields of the input are at fault.
    """

    exit_code: ClassVar[int]
    code: ClassVar[str]

    def __init__(self, message: str, *, hint: str | None = None, fields: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.fields = tuple(fields)


class NotOkError(CliError):
    """What was asked about is not as it should be: not found, refused, or changed by somebody else."""

    exit_code = NOT_OK
    code = "not_ok"


class BadInputError(CliError):
    """What was typed, or a file that it names, cannot be meant; nothing was written."""

    exit_code = BAD_INPUT
    code = "bad_input"


class UnreachableError(CliError):
    """There is no deployment to ask, or it refuses us."""

    exit_code = UNREACHABLE
    code = "unreachable"


class UnexpectedError(CliError):
    """A mistake of our own."""

    exit_code = UNEXPECTED
    code = "unexpected"


def bad_field(field: str, reason: str, *, hint: str | None = None) -> BadInputError:
    """The error of one field."""
    return BadInputError("The input is wrong.", hint=hint, fields=[FieldError(field, reason)])
