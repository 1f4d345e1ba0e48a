"""Secrets Manager as a test would have it: values, faults, and a count of the calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.clock import FakeClock
from vocespace.document_cache import SECRET, CachedDocument, DocumentReadError


class Reader:
    """Answers with what `answer` is at the moment: a text, or an error code to fail with."""

    def __init__(self, answer: str | DocumentReadError = "one") -> None:
        self.answer = answer
        self.reads = 0

    def read(self) -> str:
        """One call."""
        self.reads += 1
        if isinstance(self.answer, DocumentReadError):
            raise self.answer
        return self.answer

    def fail(self, reason: str = "ThrottlingException") -> None:
        """Lets every call fail from now on."""
        self.answer = DocumentReadError(reason)


def upper(text: str) -> str:
    """Parses a secret; `bad` is malformed."""
    if text == "bad":
        raise ValueError("the secret is malformed")
    return text.upper()


def cached(reader: Reader, clock: FakeClock) -> CachedDocument[str]:
    """A cached secret over a reader."""
    return CachedDocument(SECRET, "canary", read=reader.read, parse=upper, clock=clock)


@dataclass
class Told:
    """What the operator was told."""

    unreadable: list[tuple[str, float | None]] = field(default_factory=list)
    stale: list[float] = field(default_factory=list)
    refreshed: list[float] = field(default_factory=list)
    denied: int = 0

    def count_denied(self, *_: object) -> None:
        """A right was taken away."""
        self.denied += 1
