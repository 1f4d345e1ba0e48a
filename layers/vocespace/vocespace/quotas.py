"""Quotas: how often a platform may call, and how many tokens it may have, over all instances together.

Counted in the table, in windows that begin with the minute and with the day (UTC); one conditional write decides, so
that no two requests can both be the last one. A platform without a quota causes no call.
"""

from __future__ import annotations

from vocespace.clock import Clock
from vocespace.errors import QuotaExceededError
from vocespace.platforms import Platform
from vocespace.rate_limit import Allowance
from vocespace.table import ConditionFailedError, Table
from vocespace.writes import Change, Condition

MINUTE = 60
DAY = 86_400

_KEPT_SECONDS = DAY


class Quotas:
    """Counts what platforms use."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def take_request(self, platform: Platform) -> Allowance | None:
        """Counts one request.

        Returns:
            What is left, or None where the platform has no such quota.

        Raises:
            QuotaExceededError: nothing was left.
            StoreUnavailableError: nobody can tell.
        """
        return self._take("requestsPerMinute", platform.policy.requests_per_minute, MINUTE, platform.platform)

    def take_token(self, platform: Platform) -> Allowance | None:
        """Counts one token; otherwise as `take_request`."""
        return self._take("tokensPerDay", platform.policy.tokens_per_day, DAY, platform.platform)

    def _take(self, policy: str, quota: int | None, window: int, platform: str) -> Allowance | None:
        if quota is None:
            return None
        now = int(self._clock.time())
        start = now - now % window
        end = start + window
        try:
            counted = self._table.update(
                {"pk": f"QUOTA#{platform}", "sk": f"{policy}#{start}"},
                Change(
                    "SET #ttl = :ttl ADD #used :one",
                    {"#ttl": "ttl", "#used": "used"},
                    {":ttl": end + _KEPT_SECONDS, ":one": 1},
                ),
                Condition("attribute_not_exists(#used) OR #used < :quota", values={":quota": quota}),
            )
        except ConditionFailedError:
            raise QuotaExceededError(Allowance(policy, quota, window, 0, end - now)) from None
        return Allowance(policy, quota, window, quota - counted["used"], end - now)
