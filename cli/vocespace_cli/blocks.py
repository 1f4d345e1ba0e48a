"""`vocespace blocks`: who may not come into which space."""

from __future__ import annotations

from typing import Annotated

import typer

from vocespace.blocking import Kick
from vocespace.blocks import Block, BlockQuery, BlockRequest, SpaceQuery
from vocespace.request_body import read_request
from vocespace_cli.durations import parse_duration, parse_moment
from vocespace_cli.faults import BadInputError, bad_field
from vocespace_cli.output import Output, utc
from vocespace_cli.run import Run, command, without_log

app = typer.Typer(help="Who may not come into which space, whoever vouches for them.", no_args_is_help=True)

_Space = Annotated[str, typer.Argument(metavar="SPACE", help="The space.")]
_Person = Annotated[str, typer.Argument(metavar="ID", help="The person's id, as in their token.")]

_KICKED = {
    Kick.REMOVED: "They were removed from the LiveKit room.",
    Kick.NOT_THERE: "They were not in the LiveKit room.",
    Kick.FAILED: "The block holds, but the LiveKit server could not be asked to remove them: vocespace doctor.",
}


@command(app, "add")
def add_block(  # noqa: PLR0913, PLR0917 - each is an option, and Typer gives all by name
    run: Run,
    space: _Space,
    person: _Person,
    span: Annotated[str | None, typer.Option("--for", metavar="SPAN", help="For how long, such as 2h.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="MOMENT", help="ISO 8601 or Unix seconds.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, for whoever reads the list.")
    ] = None,
    kick: Annotated[bool, typer.Option("--kick", help="Remove them from the LiveKit room, too.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Keep somebody out of a space, whatever token they hold; without --for and --until for good."""
    members = {"space": space, "id": person, "expiresAt": _end(run, span, until), "reason": reason, "kick": kick}
    request = read_request(BlockRequest, {name: value for name, value in members.items() if value is not None})
    with without_log():
        block = run.parts.blocking.add(request, None)
    if run.output.as_json:
        run.output.document(block.to_wire())
    else:
        _show(run.output, [block])
    if block.kick is not None:
        run.output.note(_KICKED[block.kick])


@command(app, "list")
def list_blocks(run: Run, space: _Space) -> None:
    """List who is blocked in a space."""
    query = read_request(SpaceQuery, {"space": space})
    blocks = run.parts.blocking.blocks_of(query, None).blocks
    if run.output.as_json:
        run.output.document([block.to_wire() for block in blocks])
    elif blocks:
        _show(run.output, blocks)
    else:
        run.output.line("Nobody is blocked there.")


@command(app, "remove")
def remove_block(run: Run, space: _Space, person: _Person) -> None:
    """Let somebody into a space again."""
    query = read_request(BlockQuery, {"space": space, "id": person})
    run.parts.blocking.remove(query, None)
    if run.output.as_json:
        run.output.document(query.to_wire() | {"removed": True})
    else:
        run.output.line("They may come in again.")


def _end(run: Run, span: str | None, until: str | None) -> int | None:
    if span is not None and until is not None:
        raise BadInputError("--for and --until each say when it ends: give one of them.")
    try:
        if span is not None:
            return run.now() + parse_duration(span)
        return None if until is None else parse_moment(until)
    except ValueError as error:
        raise bad_field("--for" if span is not None else "--until", str(error)) from None


def _show(output: Output, blocks: tuple[Block, ...] | list[Block]) -> None:
    rows = [
        (each.id, utc(each.created_at), utc(each.expires_at), each.platform or "operator", each.reason or "")
        for each in blocks
    ]
    output.table(("Person", "Since", "Until", "By", "Why"), rows)
