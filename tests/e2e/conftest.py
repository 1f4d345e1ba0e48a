"""One service for all tests that need no settings of their own."""

from __future__ import annotations

import signal
import time
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
import requests

from tests.support.dynamodb_local import running_dynamodb
from tests.support.leaks import leaks_in
from tests.support.livekit_server import LiveKitServer, running_livekit
from tests.support.service import running_service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class StartService(Protocol):
    """Starts the service in a folder, with variables, and gives what its demo.env holds."""

    def __call__(self, folder: Path, **variables: str) -> AbstractContextManager[Mapping[str, str]]:
        """The service runs as long as the context is open."""
        ...


@contextmanager
def _start_service(folder: Path, **variables: str) -> Iterator[Mapping[str, str]]:
    with running_service(folder, **variables) as service:
        yield service.values
        assert service.stop(signal.SIGINT) == 0
    assert leaks_in((folder / "functions.log").read_text()) == []


@pytest.fixture(name="start_service", scope="session")
def _start_service_fixture() -> StartService:
    return _start_service


@pytest.fixture(name="running", scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    with _start_service(tmp_path_factory.mktemp("service")) as values:
        _make_space(values)
        yield values


def _make_space(service: Mapping[str, str]) -> None:
    """Lets somebody into the documented space: a guest who is the first there may do more than one who is not."""
    now = int(time.time())
    first = {"id": "first", "username": "First", "space": "my-workspace", "identity": "participant", "iat": now}
    requests.post(
        f"{service['BASE_URL']}/api/connection-details",
        json=first | {"exp": now + 60},
        headers={"Authorization": f"Bearer {service['API_KEY']}"},
        timeout=10,
    ).raise_for_status()


@pytest.fixture(name="dynamodb_local", scope="session")
def _dynamodb_local() -> Iterator[str]:
    with running_dynamodb() as url:
        yield url


@pytest.fixture(name="livekit", scope="session")
def _livekit() -> Iterator[LiveKitServer]:
    with running_livekit() as server:
        yield server
