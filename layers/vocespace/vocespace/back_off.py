"""When what could not be delivered is tried again: soon at first, then ever later (Standard Webhooks' own table)."""

from __future__ import annotations

import random

_MINUTE, _HOUR = 60, 3600

DELAYS = (5, 5 * _MINUTE, 30 * _MINUTE, *(hours * _HOUR for hours in (2, 5, 10, 14, 20, 24)))
"""After the first attempt, after the second, and so on, in seconds; after the last of them it is given up."""

_JITTER = 0.2


def next_attempt(attempt: int, now: float, after: float, worth_until: int) -> int | None:
    """When to try again, Unix seconds; None: not at all.

    Args:
        attempt: How many attempts went before the one that failed.
        now: The present.
        after: For how many seconds at least the other side wants to be left alone.
        worth_until: From when on it is of no use.
    """
    if attempt >= len(DELAYS):
        return None
    delay = DELAYS[attempt] * random.uniform(1, 1 + _JITTER)  # noqa: S311 - spreads load, guards nothing
    # Rounded up, so that it is never before what the other side asked for.
    due = int(now + max(delay, after)) + 1
    return due if due < worth_until else None
