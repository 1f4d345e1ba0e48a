"""`vocespace keys ring` and `vocespace keys rotate`: the keys that tokens are signed with."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from vocespace.key_ring import KeyRing
from vocespace.ring_rotation import next_key, rotated, without_compromised
from vocespace_cli.deployed_secrets import key_ring
from vocespace_cli.durations import from_now
from vocespace_cli.faults import BadInputError, NotOkError
from vocespace_cli.key_states import show_signing_keys, signing_key_members
from vocespace_cli.output import utc
from vocespace_cli.ring_edits import RING, Edited, changed, edit_ring, rules_of
from vocespace_cli.rotations import rotate_secret
from vocespace_cli.run import Run
from vocespace_cli.secret_edits import LATENCY

_Compromised = Annotated[
    str | None,
    typer.Option("--compromised", metavar="KID", help="Take out a key that somebody else knows: its tokens die."),
]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def ring(run: Run) -> None:
    """List the keys that tokens are signed with, and in which state each is; never a secret."""
    found = key_ring(run.settings)
    if run.output.as_json:
        run.output.document(_members(found, run))
    else:
        show_signing_keys(run.output, found.keys, found, run.now())


def rotate(run: Run, compromised: _Compromised = None, yes: _Yes = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Rotate the signing keys without failing a request: the next key signs, the one before retires.

    With --compromised, take out one key at once instead; whoever holds a token by it has to get a new one.
    """
    if compromised is None:
        edited = _rotated(run)
        told = _outcome(edited, run)
    else:
        _confirm(run, compromised, yes=yes)
        edited = edit_ring(run, partial(without_compromised, kid=compromised, now=run.now()))
        told = f"{compromised} is out of the ring: every token by it is refused. {edited.after.signing_kid} signs."
    if run.output.as_json:
        run.output.document(_members(edited.after, run))
    else:
        run.output.line(told)
        show_signing_keys(run.output, edited.after.keys, edited.after, run.now())
    if compromised is not None:
        run.output.note(LATENCY)


def _rotated(run: Run) -> Edited:
    before = key_ring(run.settings)
    # Found out here: the function would say it to its log only.
    changed(before, partial(rotated, now=run.now(), rules=rules_of(run)))
    rotate_secret(run, run.settings.signing_secret_id, run.parts.signing_rotation, RING)
    return Edited(before, key_ring(run.settings))


def _outcome(edited: Edited, run: Run) -> str:
    after = edited.after
    waiting = next_key(after)
    ready = ""
    if waiting is not None:
        moment = waiting.created_at + rules_of(run).publication
        ready = f" {waiting.kid} is next; it can take over from {utc(moment)} on, {from_now(moment, run.now())}."
    if after.signing_kid == edited.before.signing_kid:
        return f"{after.signing_kid} signs as before.{ready}"
    return f"{after.signing_kid} signs now, {edited.before.signing_kid} has retired.{ready}"


def _confirm(run: Run, kid: str, *, yes: bool) -> None:
    found = key_ring(run.settings)
    key = next((each for each in found.keys if each.kid == kid), None)
    if key is None:
        raise NotOkError("The ring has no such key.", hint="vocespace keys ring lists those that there are.")
    if yes:
        return
    if run.output.as_json:
        raise BadInputError("Nobody can be asked here.", hint="Say --yes if it is meant.")
    whose = "the deployment" if key.platform is None else f"the platform {key.platform}"
    run.output.note(f"Every token that {kid} of {whose} has signed will be refused, and every link with one. {LATENCY}")
    try:
        is_meant = typer.confirm(f"Take {kid} out of the ring?", err=True)
    except typer.Abort:
        is_meant = False
    if not is_meant:
        raise BadInputError("Nothing was done.", hint="Say --yes to be asked nothing.")


def _members(found: KeyRing, run: Run) -> dict[str, object]:
    waiting = next_key(found)
    members: dict[str, object] = {
        "signingKid": found.signing_kid,
        "keys": [signing_key_members(key, found, run.now()) for key in found.keys],
    }
    if waiting is not None:
        members |= {"nextKid": waiting.kid, "nextSignsFrom": waiting.created_at + rules_of(run).publication}
    return members
