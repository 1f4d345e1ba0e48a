"""What every unit test stands on: no sockets at all, the same examples in every run, and a log that can be read."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.clock import FakeClock
from tests.support.house import TABLE, House, MeddledTable
from tests.support.tables import moto_table
from tests.support.world import ENVIRONMENT, CurrentStdout
from tests.unit.secret_reader import Told
from vocespace import observability

settings.register_profile("same-every-time", derandomize=True, database=None, deadline=None, print_blob=True)
settings.register_profile("explore", max_examples=5000, database=None, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same-every-time"))


@pytest.fixture(autouse=True)
def _no_sockets(socket_disabled: None) -> None:
    """A unit test that opens one fails, and so does the code that made it."""


@pytest.fixture(autouse=True, scope="session")
def _readable_log() -> Iterator[None]:
    handler = observability.logger().registered_handler
    assert isinstance(handler, logging.StreamHandler)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("POWERTOOLS_METRICS_NAMESPACE", ENVIRONMENT["POWERTOOLS_METRICS_NAMESPACE"])
        environment.setenv("POWERTOOLS_SERVICE_NAME", ENVIRONMENT["POWERTOOLS_SERVICE_NAME"])
        before = handler.setStream(CurrentStdout())
        yield
        if before is not None:
            handler.setStream(before)


@pytest.fixture(name="told")
def _told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Listens to what the document cache tells the operator."""
    told = Told()
    monkeypatch.setattr(observability, "document_unreadable", lambda *each: told.unreadable.append(each[2:]))
    monkeypatch.setattr(observability, "document_stale", lambda _, __, age: told.stale.append(age))
    monkeypatch.setattr(observability, "document_denied", told.count_denied)
    monkeypatch.setattr(observability, "document_refreshed", lambda _, __, age: told.refreshed.append(age))
    return told


@pytest.fixture(name="table")
def _table() -> Iterator[MeddledTable]:
    with moto_table(TABLE):
        yield MeddledTable(TABLE)


@pytest.fixture(name="house")
def _house(table: MeddledTable, clock: FakeClock) -> House:
    """A space and everybody who wants into it."""
    return House(table, clock)


@pytest.fixture(name="other")
def _other(table: MeddledTable, clock: FakeClock) -> House:
    """Another instance, which nobody gets in between."""
    del table
    return House(MeddledTable(TABLE), clock)
