"""The RateLimit fields: what is left of a quota, for whoever calls (draft-ietf-httpapi-ratelimit-headers)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a quota (draft-ietf-httpapi-ratelimit-headers).

    Attributes:
        policy: The name of the quota.
        quota: How much it grants in each window.
        window: The length of a window, in seconds.
        remaining: What is left in this one.
        reset: When the next one begins, in seconds from now.
    """

    policy: str
    quota: int
    window: int
    remaining: int
    reset: int


def rate_limit_headers(allowance: Allowance | None) -> dict[str, str]:
    """The fields for an allowance; none where there is no quota."""
    if allowance is None:
        return {}
    return {
        "RateLimit-Policy": f'"{allowance.policy}";q={allowance.quota};w={allowance.window}',
        "RateLimit": f'"{allowance.policy}";r={allowance.remaining};t={allowance.reset}',
    }
