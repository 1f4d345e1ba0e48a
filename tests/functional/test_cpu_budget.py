"""What a warm request may cost of the processor: so many loops of `tools/cost/calibration.py`, and no time at all.

The budgets are twice what was measured on Python 3.11, so that no machine fails them, and up to three times on the
faster one of Lambda; what makes a request half as dear again goes unseen here, and is seen by `make bench`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import redirect_stdout
from http import HTTPStatus
from io import StringIO

import pytest

from tests.support.world import Context, World
from tools.cost.calibration import ratio_to_loop

BUDGETS = {
    ("redirect_url", "post_ttl"): 0.07,
    ("connection_details", "get_redirect"): 0.12,
}
"""A function, the file of its event, and how many loops its answer may cost."""

PLANTED = 4


def _request(world: World, function: str, case: str) -> Callable[[], object]:
    handler = importlib.import_module(f"functions.{function}.app").lambda_handler
    event, context = world.event(function, case), Context(function)

    def ask() -> int:
        with redirect_stdout(StringIO()):
            status: int = handler(event, context)["statusCode"]
        return status

    assert ask() in {HTTPStatus.CREATED, HTTPStatus.FOUND}
    return ask


@pytest.mark.parametrize(("function", "case"), BUDGETS)
def test_warm_request_keeps_to_its_budget(world: World, function: str, case: str) -> None:
    """Issue and redeem: everything is remembered, nobody is asked."""
    assert ratio_to_loop(_request(world, function, case)) <= BUDGETS[function, case]


@pytest.mark.parametrize(("function", "case"), BUDGETS)
def test_request_that_works_four_times_is_told(world: World, function: str, case: str) -> None:
    """Or the budget would be none."""
    ask = _request(world, function, case)
    assert ratio_to_loop(lambda: [ask() for _ in range(PLANTED)]) > BUDGETS[function, case]
