"""Holds occupancy against LiveKit, every five minutes."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import observability
from vocespace.background import Background
from vocespace.container import container
from vocespace.errors import SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError


def _reconcile(_: dict[str, Any]) -> None:
    reconciliation = container().rooms.reconciliation
    if reconciliation is None:
        return
    try:
        mended = reconciliation.run()
    except (SecretsUnavailableError, UpstreamFailedError, UpstreamTimeoutError) as error:
        # No failure of ours that is worth a repetition: the next one comes in five minutes.
        observability.livekit_unasked(error.reason)
    else:
        observability.reconciled({"came": mended.came, "went": mended.went})


handle = Background(_reconcile)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Does it once."""
    handle(event, context)
