"""That somebody was not told, by a word of ours: for now, or for good."""

from __future__ import annotations


class TryLaterError(Exception):
    """Not now.

    Attributes:
        reason: Why.
        after: After how many seconds at the earliest, where the other side has said so.
    """

    def __init__(self, reason: str, after: float = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class UndeliverableError(Exception):
    """Not at any other time either; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
