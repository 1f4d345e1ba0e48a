"""What the long proofs stand on: no sockets, and nobody who listens to what the cache and the rotation tell."""

from __future__ import annotations

import logging

import pytest

from vocespace import observability

TELLERS = (
    "document_unreadable",
    "document_denied",
    "document_refreshed",
    "document_stale",
    "rotation_step",
    "rotated",
)


@pytest.fixture(autouse=True)
def _no_sockets(socket_disabled: None) -> None:
    """All of it happens in memory."""


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in TELLERS:
        monkeypatch.setattr(observability, name, lambda *_: None)


@pytest.fixture(autouse=True, scope="session")
def _no_word_about_credentials() -> None:
    # botocore tells for each client where it has found them, and every history makes one.
    logging.getLogger("botocore.credentials").setLevel(logging.WARNING)
