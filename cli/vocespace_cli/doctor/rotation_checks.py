"""The rotation of the signing keys: on schedule, and not stuck."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vocespace import aws
from vocespace_cli.doctor.check import Check, ok, warning
from vocespace_cli.durations import from_now, spoken
from vocespace_cli.rotations import clearing_command, stuck_version, versions_of
from vocespace_cli.run import Run

_DAY = 86_400
_RATE = re.compile(r"rate\((?P<number>[0-9]+) (?P<unit>hour|day)s?\)")
_SECONDS = {"hour": 3600, "day": _DAY}
_LATE = 2
"""After how many periods without a rotation something is wrong."""


def check_rotation(run: Run) -> Iterator[Check]:
    """Whether the ring is turned on schedule."""
    secret_id = run.settings.signing_secret_id
    secret = aws.secrets_manager().describe_secret(SecretId=secret_id)
    stuck = stuck_version(versions_of(run, secret_id).state())
    if stuck is not None:
        yield warning(
            "pending rotation",
            "A rotation has begun and not come to its end.",
            f"If it is still there in a few minutes, its function's log says why. Clear what it left: "
            f"{clearing_command(secret_id, stuck)}",
        )
    period = _period(secret.get("RotationRules", {}))
    if not secret.get("RotationEnabled") or period is None:
        yield ok("rotation", "Not on a schedule of days or hours: vocespace keys rotate turns the ring.")
        return
    # A secret that was never rotated is as old as itself.
    last = int(secret.get("LastRotatedDate", secret["CreatedDate"]).timestamp())
    told = f"The last one was {from_now(last, run.now())}; one is due every {spoken(period)}."
    if run.now() - last > _LATE * period:
        yield warning("rotation", told, "Its function's log says why; then: vocespace keys rotate")
    else:
        yield ok("rotation", told)


def _period(rules: Mapping[str, Any]) -> int | None:
    if "AutomaticallyAfterDays" in rules:
        return int(rules["AutomaticallyAfterDays"]) * _DAY
    rate = _RATE.fullmatch(rules.get("ScheduleExpression", ""))
    return None if rate is None else int(rate["number"]) * _SECONDS[rate["unit"]]
