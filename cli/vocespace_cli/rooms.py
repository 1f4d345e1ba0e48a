"""`vocespace rooms`: the rooms of a space, how it finds empty ones, and whether what is known of them is true."""

from __future__ import annotations

from typing import Annotated

import typer

from vocespace.blocks import SpaceQuery
from vocespace.request_body import read_request
from vocespace.space_records import Strategy
from vocespace.spaces import MEMORY_SECONDS
from vocespace_cli.faults import NotOkError
from vocespace_cli.room_edits import SpaceEdit, edit_space
from vocespace_cli.room_views import look_at, show_space, space_members
from vocespace_cli.run import Run, command, without_log

app = typer.Typer(help="The rooms of a space, and who finds an empty one where.", no_args_is_help=True)

_Space = Annotated[str, typer.Argument(metavar="SPACE", help="The space.")]
_Strategy = Annotated[
    Strategy | None,
    typer.Option(
        "--strategy",
        help="What an empty room is: a new one (create), one of the space's pool (pool), or that of an agent who waits "
        "(agent).",
    ),
]
_Room = Annotated[list[str] | None, typer.Option("--room", metavar="NAME", help="Add it to the pool. Repeatable.")]
_Removed = Annotated[
    list[str] | None,
    typer.Option("--remove-room", metavar="NAME", help="Take it out of the pool; who is inside may stay. Repeatable."),
]


@command(app, "list")
def list_rooms(run: Run, space: _Space) -> None:
    """Show a space: its rooms, how many are inside, for whom and until when they are kept, and how many wait."""
    _tell(run, read_request(SpaceQuery, {"space": space}).space)


@command(app, "set")
def set_space(
    run: Run, space: _Space, strategy: _Strategy = None, room: _Room = None, remove_room: _Removed = None
) -> None:
    """Decide how a space finds empty rooms, and which are in its pool; the space is made if there is none."""
    edit = SpaceEdit.read(space, strategy, added=room or [], removed=remove_room or [])
    edit_space(run.parts.table, edit, run.now())
    _tell(run, edit.space)
    run.output.note(f"It takes effect everywhere within {MEMORY_SECONDS} seconds.")


@command(app, "reconcile")
def reconcile(run: Run) -> None:
    """Hold who is taken to be where against what LiveKit says, and mend it."""
    reconciliation = run.parts.rooms.reconciliation
    if reconciliation is None:
        raise NotOkError("This deployment does not know who is where: the VoceSpace server behind it does.")
    with without_log():
        mended = reconciliation.run()
    if run.output.as_json:
        run.output.document({"came": mended.came, "went": mended.went})
    else:
        run.output.line(f"Had come without our knowing: {mended.came}. Had gone without our knowing: {mended.went}.")


def _tell(run: Run, space: str) -> None:
    looked = look_at(run.parts, space, run.now())
    if run.output.as_json:
        run.output.document(space_members(looked))
    else:
        show_space(run.output, looked)
