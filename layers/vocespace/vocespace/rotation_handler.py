"""The edge of the rotation functions: Secrets Manager's event in, one step done, and no secret in what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import observability
from vocespace.ring_rotation import RotationError
from vocespace.secret_rotation import SecretRotation, StepRequest, UnprovenError
from vocespace.secret_versions import SecretVersionsError


class StepFailedError(Exception):
    """The step has failed: what Lambda tells Secrets Manager and writes into its own log line."""


class RotationHandler:
    """Does the steps of one rotation.

    Args:
        rotation: Gives the rotation, when the first event comes.
    """

    def __init__(self, rotation: Callable[[], SecretRotation]) -> None:
        self._rotation = rotation

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> None:
        """Does one step; this is what a `lambda_handler` is.

        Raises:
            StepFailedError: it could not be done.
        """
        self._logged(event, context)

    @cached_property
    def _logged(self) -> Callable[[dict[str, Any], LambdaContext], None]:
        # Not at import: making the logger reads the environment.
        return observability.logger().inject_lambda_context(self._step, clear_state=True)

    def _step(self, event: dict[str, Any], _: LambdaContext) -> None:
        try:
            self._rotation().step(StepRequest.from_event(event))
        except (RotationError, UnprovenError, SecretVersionsError) as error:
            observability.rotation_failed(str(error))
            raise StepFailedError(str(error)) from None
        except Exception as error:  # noqa: BLE001 - Lambda would write down its text, which could quote anything
            observability.failed(error)
            raise StepFailedError(type(error).__qualname__) from None
