"""`vocespace keys rotate-livekit`: publishes the next LiveKit key, and the next time puts it to use."""

from __future__ import annotations

from vocespace.livekit_key import LiveKitKey
from vocespace.livekit_rotation import LiveKitChange
from vocespace_cli.deployed_secrets import livekit_key
from vocespace_cli.faults import NotOkError
from vocespace_cli.output import utc
from vocespace_cli.rotations import refusals_told, rotate_secret, versions_of
from vocespace_cli.run import Run

_WHAT = "The LiveKit key"


def rotate_livekit(run: Run) -> None:
    """Publish the next LiveKit key, or put it to use once the LiveKit server takes it."""
    settings = run.settings
    if settings.connection_provider != "livekit":
        raise NotOkError("This deployment has no LiveKit key: the VoceSpace server behind it has one.")
    before = livekit_key(settings)
    with refusals_told(_WHAT):
        # Found out here: the function would say it to its log only.
        change = LiveKitChange(run.clock, allow_short=settings.allow_short_livekit_secret)
        change.successor(versions_of(run, settings.livekit_secret_id).current())
    rotate_secret(run, settings.livekit_secret_id, run.parts.livekit_rotation, _WHAT)
    after = livekit_key(settings)
    if run.output.as_json:
        run.output.document(_members(after))
    else:
        _show(run, before, after)


def _show(run: Run, before: LiveKitKey, after: LiveKitKey) -> None:
    is_same = after.api_key == before.api_key
    run.output.line(f"{after.api_key} is in use{' as before' if is_same else ' now'}.")
    if after.previous is not None and after.previous.retire_after is not None:
        run.output.line(
            f"{after.previous.api_key} can go from the server's keys after {utc(after.previous.retire_after)}."
        )
    if after.next is not None:
        run.output.line(
            f"{after.next.api_key} is next: add it to the server's keys, as docs/rotation.md shows, and run this again."
        )


def _members(key: LiveKitKey) -> dict[str, object]:
    members: dict[str, object] = {"url": key.url, "apiKey": key.api_key}
    if key.next is not None:
        members["nextApiKey"] = key.next.api_key
    if key.previous is not None:
        members |= {"previousApiKey": key.previous.api_key, "previousRetireAfter": key.previous.retire_after}
    return members
