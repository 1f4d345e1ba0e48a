"""The server behind: LiveKit's, asked with the deployment's own key, or VoceSpace's."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import urllib3

from vocespace.errors import UpstreamFailedError, UpstreamTimeoutError
from vocespace_cli.doctor.check import Check, fault, ok, warning
from vocespace_cli.reasons import explained
from vocespace_cli.run import Run

_REFUSED = "room_service_refused"
_TIMEOUT = urllib3.Timeout(connect=3, read=3)


def check_livekit(run: Run) -> Iterator[Check]:
    """Whether the LiveKit server answers, and takes the key."""
    service = run.parts.room_service
    if service is None:
        return
    try:
        rooms = service.room_names()
    except (UpstreamFailedError, UpstreamTimeoutError) as error:
        reason = explained(error.reason)
        # make run brings no LiveKit server along, and needs none until somebody wants to hear somebody.
        is_absent = run.deployment.is_local and error.reason != _REFUSED
        yield (warning if is_absent else fault)("LiveKit server", reason.text, reason.step)
        return
    yield ok("LiveKit server", f"It takes the key; {len(rooms)} rooms are open.")


def check_vocespace(run: Run) -> Iterator[Check]:
    """Whether the VoceSpace server answers."""
    url = run.settings.vocespace_url
    try:
        with urllib3.PoolManager(timeout=_TIMEOUT, retries=False) as pool:
            status = pool.request("GET", url, redirect=False, preload_content=False).status
    except urllib3.exceptions.HTTPError:
        yield fault("VoceSpace server", f"{url} cannot be reached.", "Look whether it runs, and at VoceSpaceUrl.")
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        yield fault("VoceSpace server", f"{url} answers {status}.", "Look at its own log.")
    else:
        yield ok("VoceSpace server", url)
