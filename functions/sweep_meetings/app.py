"""Tells again what is overdue about meetings, every five minutes."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import observability
from vocespace.background import Background
from vocespace.container import container


def _sweep(_: dict[str, Any]) -> None:
    swept = container().meetings.sweep.run()
    observability.moments_swept(swept.lost, swept.void)


handle = Background(_sweep)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Does it once."""
    handle(event, context)
