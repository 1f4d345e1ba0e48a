"""`vocespace join-links`: what is behind a join link, and its end."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from vocespace.link_requests import LinkQuery, ShownLink
from vocespace.request_body import read_request
from vocespace_cli.output import utc
from vocespace_cli.run import Run, command

app = typer.Typer(help="The links by which people come in when it is time.", no_args_is_help=True)

_Link = Annotated[str, typer.Argument(metavar="ID", help="Its id (lnk_…), which opens nothing; never the link itself.")]


@command(app, "show")
def show_link(run: Run, link: _Link) -> None:
    """Show what a link is and whether it opens; neither the link itself nor the name of whom it is for."""
    _tell(run, read_request(LinkQuery, {"id": link}))


@command(app, "revoke")
def revoke_link(run: Run, link: _Link) -> None:
    """Let a link open nothing any more. Who has come by it already stays."""
    query = read_request(LinkQuery, {"id": link})
    run.parts.meetings.link_making.revoke(query, None)
    _tell(run, query)


def _tell(run: Run, query: LinkQuery) -> None:
    shown = run.parts.meetings.link_making.show(query, None)
    if run.output.as_json:
        run.output.document(_members(shown))
    else:
        run.output.pairs(_pairs(shown))


def _members(shown: ShownLink) -> dict[str, Any]:
    members = shown.to_wire()
    del members["visit"]["username"]
    return members


def _pairs(shown: ShownLink) -> dict[str, str]:
    visit = shown.visit
    uses = "one person's" if shown.max_uses is None else f"{shown.uses} of {shown.max_uses}"
    pairs = {
        "Link": shown.id,
        "State": shown.state.value,
        "For": f"{visit.id}, as {visit.identity}",
        "Where": visit.space if visit.room is None else f"{visit.space}, {visit.room}",
        "Opens": "at once" if shown.opens_at is None else utc(shown.opens_at),
        "Closes": utc(shown.expires_at),
        "Used": uses,
        "Made": utc(shown.created_at),
    }
    return pairs if shown.revoked_at is None else pairs | {"Revoked": utc(shown.revoked_at)}
