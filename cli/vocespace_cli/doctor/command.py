"""The command itself: every check in turn, and a verdict."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from vocespace_cli.doctor.check import Check, Checks, Status, guarded
from vocespace_cli.doctor.clock_checks import check_api, check_aws_clock
from vocespace_cli.doctor.platform_checks import check_platforms
from vocespace_cli.doctor.rotation_checks import check_rotation
from vocespace_cli.doctor.secret_checks import check_livekit_secret, check_ring
from vocespace_cli.doctor.server_checks import check_livekit, check_vocespace
from vocespace_cli.doctor.stack_checks import check_stack, check_table
from vocespace_cli.faults import NOT_OK, CliError
from vocespace_cli.output import Output
from vocespace_cli.run import Run, without_log

_ALWAYS: tuple[tuple[str, Checks], ...] = (
    ("API", check_api),
    ("table", check_table),
    ("AWS clock", check_aws_clock),
    ("signing key", check_ring),
    ("rotation", check_rotation),
)
_LIVEKIT: tuple[tuple[str, Checks], ...] = (("LiveKit secret", check_livekit_secret), ("LiveKit server", check_livekit))
_VOCESPACE: tuple[tuple[str, Checks], ...] = (("VoceSpace server", check_vocespace),)
_LAST: tuple[tuple[str, Checks], ...] = (("platforms", check_platforms),)

_STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.FAULT: "red"}


def doctor(run: Run) -> None:
    """Check a deployment: each line is ok or says what to do.

    Right after sam deploy, and whenever something does not work. Exit code 1 on a fault; warnings are none.
    """
    # Found first: without a deployment there is nothing to check, and that is another exit code.
    _ = run.deployment
    with without_log():
        checks = list(_all(run))
    if run.output.as_json:
        run.output.document({"ok": not _has_fault(checks), "checks": [_members(check) for check in checks]})
    else:
        _show(run.output, checks)
    if _has_fault(checks):
        raise typer.Exit(NOT_OK)


def _all(run: Run) -> Iterator[Check]:
    yield from guarded("settings", check_stack, run)
    try:
        provider = run.settings.connection_provider
    except CliError:
        # The line above has said so; nothing that follows could be looked up.
        return
    server = _LIVEKIT if provider == "livekit" else _VOCESPACE
    for name, checks in (*_ALWAYS, *server, *_LAST):
        yield from guarded(name, checks, run)


def _has_fault(checks: list[Check]) -> bool:
    return any(check.status is Status.FAULT for check in checks)


def _members(check: Check) -> dict[str, str]:
    members = {"name": check.name, "status": check.status.value, "text": check.text}
    return members | ({"step": check.step} if check.step else {})


def _show(output: Output, checks: list[Check]) -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        output.line(f"{check.status.value:<7}  {check.name.ljust(width)}  {check.text}", _STYLES[check.status])
        if check.step:
            output.line(f"{'':<7}  {'':<{width}}  {check.step}")
