"""What may never be printed by anybody: the whole suite's output is searched for it.

A pytest plugin, to be named in `pytest_plugins` of tests/conftest.py. A test in which something leaks fails, whatever
it was about.
"""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest

from tests.support.booking_hooks import SECRETS
from tests.support.world import ACME_SECRET, JOIN_LINK_SECRET, LIVEKIT_SECRET, SIGNING_SECRET

MARKERS = (SIGNING_SECRET, ACME_SECRET, LIVEKIT_SECRET, JOIN_LINK_SECRET, *SECRETS.values(), "Zhang San", "c4n4ry")
"""The secrets and people of the tests' world; `c4n4ry` is what single tests put in on purpose."""

_PATTERNS = {
    "a token": re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    "an API key": re.compile(r"vsk_[a-z0-9]{12}_[0-9a-f]{64}"),
    "an e-mail address": re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+\.example"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}


def leaks_in(text: str) -> list[str]:
    """What a text tells that it should not; each by a word of ours, never by itself."""
    found = [what for what, pattern in _PATTERNS.items() if pattern.search(text)]
    return found + ["a marker" for marker in MARKERS if marker in text]


_read: list[str] = []


@pytest.fixture(autouse=True)
def _what_a_test_reads_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    # What a test has read of its own output is no longer in its report.
    _read.clear()
    readouterr = pytest.CaptureFixture.readouterr

    def remembered(capture: pytest.CaptureFixture[str]) -> object:
        result = readouterr(capture)
        _read.extend(map(str, result))
        return result

    monkeypatch.setattr(pytest.CaptureFixture, "readouterr", remembered)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fails a test whose output tells what it should not."""
    report = yield
    told = [text for name, text in report.sections if name.startswith("Captured")]
    found = leaks_in("\n".join([*told, *(_read if call.when == "call" else [])]))
    if found and report.passed:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} printed {', '.join(found)}"
    return report
