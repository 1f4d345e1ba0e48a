"""`vocespace platforms keys`: the keys of platforms that sign their own tokens."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from vocespace.key_ring import KeyRing, SigningKey
from vocespace.ring_rotation import new_key, with_platform_key, without_compromised, without_platform
from vocespace_cli.deployed_secrets import key_ring
from vocespace_cli.faults import NotOkError
from vocespace_cli.key_states import show_signing_keys, signing_key_members
from vocespace_cli.output import utc
from vocespace_cli.platform_changes import existing
from vocespace_cli.ring_edits import edit_ring, rules_of
from vocespace_cli.run import Run, command
from vocespace_cli.secret_edits import LATENCY

app = typer.Typer(help="The keys of platforms that sign their own tokens.", no_args_is_help=True)

KEY_ONCE = (
    "This is the only time the secret is shown. Its text, as it stands, is the HS256 key; sign with the kid in the "
    "token's header."
)

_Platform = Annotated[str, typer.Argument(metavar="PLATFORM", help="Whose keys.")]


@command(app, "add")
def add_platform_key(run: Run, platform: _Platform) -> None:
    """Make a key for a platform to sign its own tokens with, and print it, once.

    The keys it has are accepted until the last token by them is over, so that it can change over in its own time.
    """
    owner = existing(run.platforms, platform)
    if owner.disabled:
        raise NotOkError(
            f"{owner.platform} is disabled; no key was made.", hint=f"vocespace platforms enable {owner.platform}."
        )
    now = run.now()
    key = new_key(now, owner.platform)
    edited = edit_ring(run, partial(with_platform_key, key=key, now=now, rules=rules_of(run)))
    if run.platforms.platform(owner.platform) is None:
        # Removed meanwhile, with the keys that were in the ring then: this one must not wait for a namesake.
        edit_ring(run, partial(without_platform, platform=owner.platform))
        raise NotOkError(f"{owner.platform} has just been removed; no key was made.")
    secret = key.secret.get_secret_value()
    if run.output.as_json:
        run.output.document(signing_key_members(key, edited.after, now) | {"secret": secret})
    else:
        show_signing_keys(run.output, keys_of(owner.platform, edited.after), edited.after, now)
        run.output.pairs({"kid": key.kid, "secret": secret})
    run.output.note(KEY_ONCE)
    for each in keys_of(owner.platform, edited.after):
        if each.retire_after is not None:
            run.output.note(f"{each.kid} is accepted until {utc(each.retire_after)}.")


@command(app, "list")
def list_platform_keys(run: Run, platform: _Platform) -> None:
    """List the signing keys of a platform, without their secrets."""
    owner = existing(run.platforms, platform)
    found = key_ring(run.settings)
    keys = keys_of(owner.platform, found)
    if run.output.as_json:
        run.output.document([signing_key_members(key, found, run.now()) for key in keys])
    elif keys:
        show_signing_keys(run.output, keys, found, run.now())
    else:
        run.output.line(f"{owner.platform} signs no tokens itself: vocespace platforms keys add {owner.platform}.")


@command(app, "remove")
def remove_platform_key(
    run: Run,
    platform: _Platform,
    kid: Annotated[str | None, typer.Argument(metavar="[KID]", help="Which; without it, all of them.")] = None,
) -> None:
    """Take a key of a platform, or all of them, out of the ring at once: tokens by it are refused."""
    edited = edit_ring(run, partial(_without, platform=platform, kid=kid, now=run.now()))
    kids = [key.kid for key in keys_of(platform, edited.before) if kid in {None, key.kid}]
    if not kids:
        # Also a platform that is gone may have left keys behind, so it is looked for only now.
        existing(run.platforms, platform)
        raise NotOkError(
            f"{platform} has no such key in the ring.", hint=f"vocespace platforms keys list {platform} shows them."
        )
    if run.output.as_json:
        run.output.document({"platform": platform, "removedKids": kids})
    else:
        run.output.line(f"Removed {', '.join(kids)} of {platform}: tokens by it are refused.")
    run.output.note(LATENCY)


def keys_of(platform: str, ring: KeyRing) -> tuple[SigningKey, ...]:
    """The keys of a platform."""
    return tuple(key for key in ring.keys if key.platform == platform)


def _without(ring: KeyRing, platform: str, kid: str | None, now: int) -> KeyRing:
    if kid is None:
        return without_platform(ring, platform)
    # One of another's stays, and so does the ring.
    is_its_own = any(key.kid == kid for key in keys_of(platform, ring))
    return without_compromised(ring, kid, now=now) if is_its_own else ring
