"""One stand-in VoceSpace server, and one service before it, for all tests here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.upstream import Upstream
from tests.support.vocespace_faces import deployed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.e2e.conftest import StartService


@pytest.fixture(name="upstream", scope="session")
def _upstream() -> Iterator[Upstream]:
    """The stand-in server; each test says by `expect` what it should answer."""
    with Upstream(deployed) as server:
        yield server


@pytest.fixture(name="folder", scope="session")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service before it keeps its log."""
    return tmp_path_factory.mktemp("proxied")


@pytest.fixture(name="proxied", scope="session")
def _proxied(upstream: Upstream, folder: Path, start_service: StartService) -> Iterator[Mapping[str, str]]:
    """The service with provider `vocespace`, pointed at the stand-in server."""
    with start_service(folder, ConnectionProvider="vocespace", VoceSpaceUrl=upstream.url) as values:
        yield values


@pytest.fixture(name="functions_log", scope="session")
def _functions_log(folder: Path) -> Path:
    """What the functions of that service log."""
    return folder / "functions.log"
