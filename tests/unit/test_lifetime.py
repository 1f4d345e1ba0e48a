"""`lifetime_fault`: every boundary of a lifetime, to the second."""

from __future__ import annotations

import itertools

import pytest

from vocespace.errors import FieldError
from vocespace.token_result import EXPIRED, LEEWAY_SECONDS, lifetime_fault

NOW = 1000
CAP = 100

IN_THE_FUTURE = FieldError("iat", "is in the future")
NOT_AFTER = FieldError("exp", "is not after iat")
OVER = FieldError("exp", EXPIRED)
TOO_LONG = FieldError("exp", "is more than 100 seconds after iat")


@pytest.mark.parametrize(
    ("iat", "exp", "fault"),
    [
        (NOW, NOW + 1, None),
        (NOW, NOW + 100, None),
        (NOW, NOW + 101, TOO_LONG),
        (NOW - 99, NOW + 1, None),
        (NOW - 100, NOW + 1, TOO_LONG),
        (NOW - 100, NOW, OVER),
        (NOW - 1, NOW, OVER),
        (NOW, NOW, NOT_AFTER),
        (NOW + 1, NOW, NOT_AFTER),
        (NOW - 1, NOW - 2, NOT_AFTER),
        (NOW + 30, NOW + 31, None),
        (NOW + 30, NOW + 130, None),
        (NOW + 30, NOW + 131, TOO_LONG),
        (NOW + 31, NOW + 32, IN_THE_FUTURE),
        (NOW + 31, NOW + 500, IN_THE_FUTURE),
    ],
)
def test_the_first_thing_wrong_is_named(iat: int, exp: int, fault: FieldError | None) -> None:
    """A request has no grace at its end; its start may be ahead by the leeway."""
    assert lifetime_fault(iat=iat, exp=exp, now=NOW, cap=CAP) == fault


@pytest.mark.parametrize(
    ("exp", "fault"), [(NOW - 28, None), (NOW - 29, None), (NOW - 30, OVER), (NOW - 31, OVER), (NOW, None)]
)
def test_grace_puts_off_the_end_and_nothing_else(exp: int, fault: FieldError | None) -> None:
    """A token is redeemed for as long after its end as clocks may differ, and not at the thirtieth second."""
    assert LEEWAY_SECONDS == 30
    assert lifetime_fault(iat=NOW - 60, exp=exp, now=NOW, cap=CAP, grace=LEEWAY_SECONDS) == fault
    assert lifetime_fault(iat=NOW - 60, exp=NOW + 41, now=NOW, cap=CAP, grace=LEEWAY_SECONDS) == TOO_LONG


@pytest.mark.parametrize("grace", [0, LEEWAY_SECONDS])
def test_exactly_the_good_lifetimes_are_good(grace: int) -> None:
    """All pairs around every boundary, against the good ones listed by construction."""
    span = range(-CAP - 40, CAP + 75)
    good = {
        (iat, exp)
        for iat in range(-CAP - 40, 31)
        for exp in range(max(iat, -grace) + 1, iat + CAP + 1)
    }  # fmt: skip

    accepted = {
        (iat, exp)
        for iat, exp in itertools.product(span, span)
        if lifetime_fault(iat=NOW + iat, exp=NOW + exp, now=NOW, cap=CAP, grace=grace) is None
    }

    assert accepted == good
