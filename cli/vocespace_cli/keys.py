"""`vocespace keys`: the API keys that platforms call with; `signing_keys` adds those that tokens are signed with."""

from __future__ import annotations

from typing import Annotated

import typer

from vocespace.api_keys import ApiKey
from vocespace.table import ConditionFailedError
from vocespace_cli.durations import parse_duration
from vocespace_cli.faults import NotOkError, bad_field
from vocespace_cli.key_views import KEY_ONCE, key_members, show_keys
from vocespace_cli.platform_changes import existing
from vocespace_cli.platform_views import LATENCY
from vocespace_cli.run import Run, command

app = typer.Typer(
    help="The API keys that platforms call with, and the keys that tokens are signed with.", no_args_is_help=True
)

_Platform = Annotated[str, typer.Argument(metavar="PLATFORM", help="Whose keys.")]


@command(app, "add")
def add_key(
    run: Run,
    platform: _Platform,
    expires_in: Annotated[
        str | None, typer.Option("--expires-in", metavar="SPAN", help="When it ends, such as 90d; default: never.")
    ] = None,
) -> None:
    """Make another key for a platform, and print it, once."""
    lifetime = None if expires_in is None else _span(expires_in)
    owner = existing(run.platforms, platform)
    now = run.now()
    key, text = ApiKey.generate(owner.platform, now=now, expires_at=None if lifetime is None else now + lifetime)
    try:
        run.platforms.add_key(key)
    except ConditionFailedError:
        raise NotOkError(f"{owner.platform} has just been removed; no key was made.") from None
    if run.output.as_json:
        run.output.document(key_members(key, now) | {"apiKey": text})
    else:
        show_keys(run.output, [key], now)
        run.output.line(text, "bold")
    run.output.note(KEY_ONCE)


@command(app, "list")
def list_keys(run: Run, platform: _Platform) -> None:
    """List the keys of a platform, also those that have ended."""
    keys = run.platforms.keys(existing(run.platforms, platform).platform)
    if run.output.as_json:
        run.output.document([key_members(key, run.now()) for key in keys])
    else:
        show_keys(run.output, keys, run.now())


@command(app, "revoke")
def revoke_key(
    run: Run, key_id: Annotated[str, typer.Argument(metavar="KEYID", help="Its id, as keys list shows it.")]
) -> None:
    """End a key for good. It stays in the list until its platform is removed."""
    if not (key_id.isascii() and key_id.isalnum()):
        raise bad_field("KEYID", "is not the id of a key", hint="Give the part between the two _, not the whole key.")
    key = run.platforms.key(key_id)
    if key is None:
        raise NotOkError("There is no such key.", hint="vocespace keys list PLATFORM shows the ids.")
    run.platforms.revoke_key(key)
    revoked = key.model_copy(update={"disabled": True})
    if run.output.as_json:
        run.output.document(key_members(revoked, run.now()))
    else:
        run.output.line(f"Revoked {key.key_id} of {key.platform}.")
    run.output.note(LATENCY)


def _span(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise bad_field("--expires-in", str(error)) from None
