"""The command `vocespace`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from vocespace_cli import (
    blocks,
    endpoints,
    join_links,
    keys,
    local_time,
    platform_keys,
    platforms,
    rooms,
    routes,
    signing_keys,
    sources,
    tokens,
)
from vocespace_cli.doctor.command import doctor
from vocespace_cli.explain import explain
from vocespace_cli.faults import BAD_INPUT, OK, BadInputError
from vocespace_cli.livekit_keys import rotate_livekit
from vocespace_cli.output import Output
from vocespace_cli.run import command

NAME = "vocespace"

app = typer.Typer(
    name=NAME,
    help="Operate a deployment of VoceSpace Connect.",
    epilog="Exit codes: 0 ok; 1 what was asked about is not ok; 2 wrong usage or bad input; "
    "3 no deployment, or it refuses; 70 unexpected.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
command(app, "doctor")(doctor)
app.add_typer(platforms.app, name="platforms")
platforms.app.add_typer(platform_keys.app, name="keys")
app.add_typer(keys.app, name="keys")
command(keys.app, "ring")(signing_keys.ring)
command(keys.app, "rotate")(signing_keys.rotate)
command(keys.app, "rotate-livekit")(rotate_livekit)
app.add_typer(tokens.app, name="token")
app.add_typer(blocks.app, name="blocks")
app.add_typer(rooms.app, name="rooms")
app.add_typer(local_time.app, name="local")
app.add_typer(join_links.app, name="join-links")
app.add_typer(sources.app, name="sources")
app.add_typer(routes.app, name="routes")
app.add_typer(endpoints.app, name="endpoints")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Returns:
        The exit code; see `vocespace_cli.faults`.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    output = Output(as_json="--json" in given)
    try:
        return app(given, prog_name=NAME, standalone_mode=False) or OK
    except typer.Abort:
        return BAD_INPUT
    except typer.TyperException as error:
        return _usage(output, error)
    except Exception as error:  # noqa: BLE001 - no traceback reaches the person at the terminal
        told = explain(error)
        output.error(told)
        return told.exit_code


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - how Typer calls back
    if wanted:
        typer.echo(version("vocespace-connect"))
        raise typer.Exit


@app.callback()
def _options(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Operate a deployment of VoceSpace Connect."""


def _usage(output: Output, error: typer.TyperException) -> int:
    # Typer leaves pydantic's words before its own.
    text = error.format_message().replace("Value error, ", "")
    # Without arguments a group has shown its help, and that is all there is to say.
    if text:
        output.error(BadInputError(text, hint=f"{NAME} --help, or --help after a command, shows what can be said."))
    return BAD_INPUT
