"""The edge of the functions that nobody waits for: an event in, work done, and nothing quoted of what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import observability
from vocespace.errors import VoceSpaceError

Result = TypeVar("Result")


class WorkFailedError(Exception):
    """It could not be done: what Lambda writes into its own log line."""


class Background(Generic[Result]):
    """Does what a function is for.

    Args:
        work: It, given the event.
    """

    def __init__(self, work: Callable[[dict[str, Any]], Result]) -> None:
        self._work = work

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> Result:
        """Does it once; this is what a `lambda_handler` is.

        Raises:
            WorkFailedError: it could not be done.
        """
        return self._logged(event, context)

    @cached_property
    def _logged(self) -> Callable[[dict[str, Any], LambdaContext], Result]:
        # Not at import: making the logger reads the environment.
        return observability.logger().inject_lambda_context(self._guarded, clear_state=True)

    def _guarded(self, event: dict[str, Any], _: LambdaContext) -> Result:
        return guarded(lambda: self._work(event))


def guarded(work: Callable[[], Result]) -> Result:
    """Does something.

    Raises:
        WorkFailedError: in place of whatever else was raised, whose text could quote anything.
    """
    try:
        return work()
    except VoceSpaceError as error:
        observability.work_failed(error.reason)
        raise WorkFailedError(error.reason) from None
    except Exception as error:  # noqa: BLE001 - Lambda would write down its text
        observability.failed(error)
        raise WorkFailedError(type(error).__qualname__) from None
