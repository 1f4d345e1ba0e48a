"""`vocespace platforms`: who may call, and what each may ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from vocespace.api_keys import ApiKey
from vocespace.identities import Identity
from vocespace.platforms import Platform
from vocespace_cli.faults import BadInputError, NotOkError, bad_field
from vocespace_cli.key_views import KEY_ONCE
from vocespace_cli.platform_changes import change, create, existing, switch
from vocespace_cli.platform_edits import NONE, Edit, read_file
from vocespace_cli.platform_removal import remove_entirely
from vocespace_cli.platform_views import LATENCY, platform_members, show_platform, show_platforms
from vocespace_cli.run import Run, command

app = typer.Typer(help="Who may call, and what each may ask for.", no_args_is_help=True)

PlatformArgument = Annotated[str, typer.Argument(metavar="PLATFORM", help="Its id: lower-case letters, digits and -.")]
_Auth = Annotated[
    list[str] | None, typer.Option("--auth", metavar="AUTH", help="An auth type; the first is the default. Repeatable.")
]
_Identities = Annotated[list[Identity] | None, typer.Option("--identity", help="An identity. Repeatable.")]
_Space = Annotated[
    list[str] | None,
    typer.Option("--space", metavar="PATTERN", help="A space; * stands for any run of characters. Repeatable."),
]
_Room = Annotated[
    list[str] | None,
    typer.Option("--room", metavar="PATTERN", help="A room, likewise; without any: every room. Repeatable."),
]
_Ttl = Annotated[int | None, typer.Option("--max-ttl", metavar="SECONDS", help="A token's longest life.")]
_PerMinute = Annotated[
    str | None, typer.Option("--requests-per-minute", metavar="N", help="Quota of requests; 0 or none: no quota.")
]
_PerDay = Annotated[
    str | None, typer.Option("--tokens-per-day", metavar="N", help="Quota of tokens; 0 or none: no quota.")
]
_Role = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ARN", help="An IAM role that calls in its name; none: no role. Repeatable."),
]
_File = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar="FILE.json",
        help="Policy, issuers and roles as JSON; options go over it. The policy's grants and roomConfig can only be "
        "said here.",
    ),
]
_AnySpace = Annotated[bool, typer.Option("--any-space", help="Take a pattern that matches every space.")]


@command(app, "add")
def add_platform(  # noqa: PLR0913, PLR0917 - each is an option, and Typer gives all by name
    run: Run,
    platform: PlatformArgument,
    auth: _Auth = None,
    identity: _Identities = None,
    space: _Space = None,
    room: _Room = None,
    max_ttl: _Ttl = None,
    requests_per_minute: _PerMinute = None,
    tokens_per_day: _PerDay = None,
    role: _Role = None,
    file: _File = None,
    any_space: _AnySpace = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Register a platform, and print its first API key, once."""
    quotas = _quotas(requests_per_minute, tokens_per_day)
    edit = Edit(_policy(auth, identity, space, room, max_ttl) | quotas, _roles(role), read_file(file), any_space)
    made = edit.new(platform, now=run.now(), cap=run.settings.max_ttl_seconds)
    key, text = ApiKey.generate(made.platform, now=run.now())
    create(run.platforms, made, key)
    if run.output.as_json:
        run.output.document(platform_members(made, [key], run.now()) | {"apiKey": text})
    else:
        show_platform(run.output, made, [key], run.now())
        run.output.line(text, "bold")
    run.output.note(KEY_ONCE)


@command(app, "list")
def list_platforms(run: Run) -> None:
    """List all platforms."""
    platforms = run.platforms.platforms()
    if run.output.as_json:
        run.output.document([each.to_wire() for each in platforms])
    else:
        show_platforms(run.output, platforms)


@command(app, "show")
def show(run: Run, platform: PlatformArgument) -> None:
    """Show a platform: its policy, who else may speak for it, and its keys."""
    _tell(run, existing(run.platforms, platform))


@command(app, "set")
def set_platform(  # noqa: PLR0913, PLR0917 - each is an option, and Typer gives all by name
    run: Run,
    platform: PlatformArgument,
    auth: _Auth = None,
    identity: _Identities = None,
    space: _Space = None,
    room: _Room = None,
    max_ttl: _Ttl = None,
    requests_per_minute: _PerMinute = None,
    tokens_per_day: _PerDay = None,
    role: _Role = None,
    file: _File = None,
    any_space: _AnySpace = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Change what is given and nothing else. A repeatable option replaces all of its kind."""
    quotas = _quotas(requests_per_minute, tokens_per_day)
    edit = Edit(_policy(auth, identity, space, room, max_ttl) | quotas, _roles(role), read_file(file), any_space)
    if edit.is_empty:
        raise BadInputError("Nothing to change was given.", hint="vocespace platforms set --help lists the options.")
    before = existing(run.platforms, platform)
    after = edit.applied_to(before, cap=run.settings.max_ttl_seconds)
    change(run.platforms, before, after)
    _tell(run, after)
    run.output.note(LATENCY)


@command(app, "disable")
def disable_platform(run: Run, platform: PlatformArgument) -> None:
    """Refuse all its credentials and tokens until it is enabled again."""
    _tell(run, switch(run.platforms, platform, disabled=True))
    run.output.note(LATENCY)


@command(app, "enable")
def enable_platform(run: Run, platform: PlatformArgument) -> None:
    """Let a disabled platform call again."""
    _tell(run, switch(run.platforms, platform, disabled=False))
    run.output.note(LATENCY)


@command(app, "remove")
def remove_platform(
    run: Run,
    platform: PlatformArgument,
    revoke_keys: Annotated[bool, typer.Option("--revoke-keys", help="Revoke its live keys with it.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Remove a platform, its signing keys, and what is kept of its API keys. Its tokens are refused from then on."""
    found = existing(run.platforms, platform)
    keys = run.platforms.keys(platform)
    live = [key for key in keys if key.is_live(run.now())]
    if live and not revoke_keys:
        raise NotOkError(
            f"{found.platform} has {len(live)} live API key{'s' if len(live) > 1 else ''}; nothing was removed.",
            hint=f"Say --revoke-keys to revoke them with it, or look first: vocespace keys list {found.platform}.",
        )
    kids = remove_entirely(run, found, live=live, dead=[key for key in keys if key not in live])
    if run.output.as_json:
        told = {"platform": found.platform, "removed": True, "revokedKeys": len(live), "removedKids": kids}
        run.output.document(told)
    else:
        run.output.line(
            f"Removed {found.platform}, revoked {len(live)} of its API keys, and took {len(kids)} signing keys out of "
            "the ring."
        )
    run.output.note(LATENCY)


def _tell(run: Run, platform: Platform) -> None:
    keys = run.platforms.keys(platform.platform)
    if run.output.as_json:
        run.output.document(platform_members(platform, keys, run.now()))
    else:
        show_platform(run.output, platform, keys, run.now())


def _policy(
    auth: list[str] | None,
    identity: list[Identity] | None,
    space: list[str] | None,
    room: list[str] | None,
    max_ttl: int | None,
) -> dict[str, Any]:
    given: dict[str, Any] = {
        "authTypes": auth,
        "identities": [each.value for each in identity] if identity else None,
        "spaces": space,
        "rooms": room,
        "maxTtlSeconds": max_ttl,
    }
    return {name: value for name, value in given.items() if value not in (None, [])}


def _quotas(requests_per_minute: str | None, tokens_per_day: str | None) -> dict[str, int | None]:
    given = {
        "requestsPerMinute": ("--requests-per-minute", requests_per_minute),
        "tokensPerDay": ("--tokens-per-day", tokens_per_day),
    }
    return {name: _quota(option, text) for name, (option, text) in given.items() if text is not None}


def _quota(option: str, text: str) -> int | None:
    if text == NONE:
        return None
    if not (text.isascii() and text.isdigit()):
        raise bad_field(option, "must be a whole number, or none")
    return int(text) or None


def _roles(given: list[str] | None) -> list[str] | None:
    if not given:
        return None
    return [] if given == [NONE] else given
