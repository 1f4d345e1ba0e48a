"""What people and scripts read: Rich for the ones, one JSON document on stdout for the others."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from vocespace_cli.faults import CliError

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_WIDTH = 240
"""Wide enough that no line of a table is broken where nobody looks at it."""


class Output:
    """Standard output for results, standard error for everything that is said about them."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def document(self, members: Mapping[str, Any] | Sequence[Any]) -> None:
        """Prints the result for a script."""
        sys.stdout.write(_harmless(json.dumps(members, indent=2, ensure_ascii=False)) + "\n")

    def line(self, text: str, style: str = "") -> None:
        """Prints a line for a person, unbroken, so that a long one can be copied."""
        from rich.text import Text

        _console(sys.stdout).print(Text(_harmless(text), style=style), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Prints a table for a person."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
        for row in rows:
            # As text: a stored value may look like Rich's markup.
            table.add_row(*(Text(_harmless(cell)) for cell in row))
        _console(sys.stdout).print(table)

    def pairs(self, pairs: Mapping[str, str]) -> None:
        """Prints names and values, one a line."""
        width = max(map(len, pairs), default=0)
        for name, value in pairs.items():
            self.line(f"{name.ljust(width)}  {value}")

    def note(self, text: str) -> None:
        """Says something beside the result."""
        self._aside(text, {"note": text}, "yellow")

    def error(self, error: CliError) -> None:
        """Says why there is no result, and what to do next."""
        members: dict[str, Any] = {"code": error.code, "message": error.message}
        lines = [f"Error: {error.message}"]
        if error.fields:
            members["errors"] = [{"field": each.field, "reason": each.reason} for each in error.fields]
            lines += [f"  {each.field}: {each.reason}" for each in error.fields]
        if error.hint:
            members["hint"] = error.hint
            lines.append(error.hint)
        self._aside("\n".join(lines), {"error": members}, "red")

    def _aside(self, text: str, members: Mapping[str, Any], style: str) -> None:
        if self.as_json:
            sys.stderr.write(json.dumps(members, ensure_ascii=False) + "\n")
            return
        from rich.text import Text

        _console(sys.stderr).print(Text(_harmless(text), style=style), soft_wrap=True)


def utc(moment: int | None) -> str:
    """A moment in Unix seconds, as people write it."""
    if moment is None:
        return "never"
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        # A token that nobody has verified can name a year that no calendar has.
        return f"{moment} s after 1970"


def _harmless(text: str) -> str:
    # A token that nobody has verified, or somebody else's file, could steer the terminal. Escaped as JSON does it, so
    # JSON stays what it was.
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def _console(file: TextIO) -> Console:
    from rich.console import Console

    return Console(file=file, highlight=False, width=None if file.isatty() else _PIPE_WIDTH)
