"""`vocespace token`: tokens as the API makes them, and what is in one that does not work."""

from __future__ import annotations

from typing import Annotated

import typer

from vocespace.callers import Caller
from vocespace.identities import Identity
from vocespace.request_body import read_request
from vocespace.token_result import RedirectRequest
from vocespace_cli.durations import from_now
from vocespace_cli.faults import NOT_OK, NotOkError
from vocespace_cli.inspection import livekit_token, user_token, views, vocespace_token
from vocespace_cli.inspection.anatomy import Anatomy, TokenKind
from vocespace_cli.inspection.pasted import read_pasted
from vocespace_cli.output import utc
from vocespace_cli.platform_changes import existing
from vocespace_cli.run import Run, command, without_log

app = typer.Typer(help="Tokens as the API makes them, and what is in one that does not work.", no_args_is_help=True)

_INSPECTORS = {
    TokenKind.VOCESPACE: vocespace_token.inspect,
    TokenKind.LIVEKIT: livekit_token.inspect,
    TokenKind.USER: user_token.inspect,
}


@command(app, "issue")
def issue_token(  # noqa: PLR0913, PLR0917 - each is an option, and Typer gives all by name
    run: Run,
    platform: Annotated[str, typer.Option("--platform", metavar="PLATFORM", help="In whose name.")],
    person: Annotated[str, typer.Option("--id", metavar="ID", help="The person's unique id.")],
    username: Annotated[str, typer.Option("--username", metavar="NAME", help="Their display name.")],
    space: Annotated[str, typer.Option("--space", metavar="SPACE", help="Where to.")],
    room: Annotated[str | None, typer.Option("--room", metavar="ROOM", help="$empty, $space or a room's name.")] = None,
    identity: Annotated[Identity | None, typer.Option("--identity", help="As what; default: guest.")] = None,
    auth: Annotated[
        str | None, typer.Option("--auth", metavar="AUTH", help="The auth type; default: by policy.")
    ] = None,
    ttl: Annotated[int | None, typer.Option("--ttl", metavar="SECONDS", help="For how long; default: an hour.")] = None,
    avatar: Annotated[str | None, typer.Option("--avatar", metavar="URL", help="https URL of a picture.")] = None,
    pre_join: Annotated[
        bool | None, typer.Option("--pre-join/--no-pre-join", help="VoceSpace's pre-join page.")
    ] = None,
) -> None:
    """Sign a token and its link, as POST /api/redirect-url does for this platform; its quota of tokens counts."""
    members = {
        "id": person,
        "username": username,
        "space": space,
        "room": room,
        "identity": identity,
        "auth": auth,
        "ttlSeconds": ttl,
        "avatar": avatar,
        "preJoin": pre_join,
    }
    request = read_request(RedirectRequest, {name: value for name, value in members.items() if value is not None})
    found = existing(run.platforms, platform)
    if found.disabled:
        raise NotOkError(f"{found.platform} is disabled.", hint=f"vocespace platforms enable {found.platform}.")
    with without_log():
        link = run.parts.connections.link(
            request, auth=request.auth, caller=Caller(platform=found), origin=run.deployment.origin()
        )
    if run.output.as_json:
        run.output.document(link.to_wire())
        return
    run.output.line(link.redirect_url, "bold")
    run.output.line(link.token)
    run.output.line(f"Ends {utc(link.expires_at)}, {from_now(link.expires_at, run.now())}.")


@command(app, "inspect")
def inspect_token(
    run: Run,
    token: Annotated[
        str | None, typer.Argument(metavar="[TOKEN]", help="A token or a link with one; - or nothing reads stdin.")
    ] = None,
) -> None:
    """Say what a token is and may do, whether it holds, and exactly why not.

    Better by standard input (pbpaste | vocespace token inspect): a shell remembers arguments.
    """
    anatomy = Anatomy.of(read_pasted(token))
    with without_log():
        findings = _INSPECTORS[anatomy.kind](run, anatomy)
    if run.output.as_json:
        run.output.document(views.members_of(findings, run.now()))
    else:
        views.show(run.output, findings, run.now())
    if not findings.is_good:
        raise typer.Exit(NOT_OK)
