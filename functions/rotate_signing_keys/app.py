"""Turns the key ring, step by step, when Secrets Manager says so."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace.container import container
from vocespace.rotation_handler import RotationHandler

handle = RotationHandler(lambda: container().signing_rotation)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Does one step for Secrets Manager."""
    handle(event, context)
