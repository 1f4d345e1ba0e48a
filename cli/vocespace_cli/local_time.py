"""`vocespace local`: the time of `make run`, which can be moved so that nobody has to wait for what is planned."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from vocespace_cli.durations import parse_duration, spoken
from vocespace_cli.faults import BadInputError, UnreachableError, bad_field
from vocespace_cli.output import utc
from vocespace_cli.run import Run, command

app = typer.Typer(help="What make run holds on this machine.", no_args_is_help=True)

MOST_SECONDS = 366 * 86_400
"""How far ahead the time can be: a year is enough for any meeting, and no calendar ends by it."""


@app.callback()
def _group() -> None:
    """What make run holds on this machine."""


@command(app, "advance")
def advance(
    run: Run,
    span: Annotated[str, typer.Argument(metavar="SPAN", help="By how much, such as 10m, 90s, 2h or 1h30m.")],
) -> None:
    """Move the time of make run ahead: of its functions, pages, schedules and queues. It cannot be moved back."""
    try:
        seconds = parse_duration(span)
    except ValueError as error:
        raise bad_field("SPAN", str(error)) from None
    ahead = _move(_clock_file(run), seconds)
    now = run.now()
    if run.output.as_json:
        run.output.document({"now": now, "aheadSeconds": ahead})
    else:
        run.output.line(f"There it is {utc(now)}, {spoken(ahead)} ahead of this machine.")


def _clock_file(run: Run) -> Path:
    file = run.settings.local_clock_file if run.deployment.is_local else ""
    if not file:
        raise BadInputError(
            f"The time of {run.deployment.name} is nobody's to move.",
            hint="Only that of make run is: say so in the folder in which it runs, or by --env-file.",
        )
    return Path(file)


def _move(file: Path, seconds: int) -> int:
    try:
        ahead = int(file.read_text(encoding="ascii")) + seconds
        if ahead > MOST_SECONDS:
            raise bad_field("SPAN", f"leads more than {spoken(MOST_SECONDS)} ahead of this machine")
        _replace(file, f"{ahead}\n")
    except (OSError, ValueError):
        raise UnreachableError(f"{file} cannot be used.", hint="Start make run again.") from None
    return ahead


def _replace(file: Path, text: str) -> None:
    # In one step: a function that looks in between reads one or the other.
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(text)
    Path(temporary).replace(file)
