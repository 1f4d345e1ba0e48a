"""`make run` while Secrets Manager is away: what a cold start answers, and what a warm instance goes on with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import requests

from tests.support.outage import Outage
from tests.support.service import Service, running_service

if TYPE_CHECKING:
    from pathlib import Path

DEADLINE = 5.0
"""Seconds until a caller is told, at the latest."""

HURRY = "360"
"""A second is six minutes for a secret in memory: past the soft TTL, and a sixth of the hard one."""


class Platform:
    """A platform that asks for links, for which the signing key is needed, over one connection."""

    def __init__(self, service: Service) -> None:
        self._url = f"{service.values['BASE_URL']}/api/redirect-url"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {service.values['API_KEY']}"

    def asks(self) -> requests.Response:
        """One link, please."""
        person = {"id": "u", "username": "U", "space": "s", "identity": "participant", "ttlSeconds": 60}
        return self._session.post(self._url, json=person, timeout=30)

    def asks_until(self, status: int) -> list[requests.Response]:
        """Links until an answer has this status; all answers."""
        answers = [self.asks()]
        deadline = time.monotonic() + 60
        while answers[-1].status_code != status and time.monotonic() < deadline:
            answers.append(self.asks())
        return answers


def _log(folder: Path) -> str:
    """What the functions have logged."""
    return (folder / "functions.log").read_text()


def test_a_cold_start_in_an_outage_is_told_in_time_and_recovers(tmp_path: Path) -> None:
    """A Secrets Manager that never answers: 503 within five seconds, and links as soon as it is back."""
    with (
        Outage.proxy() as secrets_manager,
        running_service(tmp_path, SECRETS_MANAGER_URL=secrets_manager.url) as service,
    ):
        platform = Platform(service)
        secrets_manager.target = service.values["AWS_ENDPOINT_URL"]
        started = time.monotonic()
        cold = platform.asks()
        lasted = time.monotonic() - started
        secrets_manager.end()
        recovered = platform.asks_until(201)

        assert service.stop() == 0

    assert (cold.status_code, cold.json()["code"]) == (503, "secrets_unavailable")
    assert int(cold.headers["Retry-After"]) > 0
    assert lasted < DEADLINE
    assert recovered[-1].status_code == 201
    assert {each.status_code for each in recovered[:-1]} <= {503}
    assert "secret unreadable" in _log(tmp_path)


def test_warm_instances_serve_on_until_the_hard_ttl(tmp_path: Path) -> None:
    """An outage that begins after the first request: links as before, 503 past the hour, and links again after it."""
    with (
        Outage.proxy() as secrets_manager,
        running_service(tmp_path, SECRETS_MANAGER_URL=secrets_manager.url, SECRETS_AGE_FASTER_BY=HURRY) as service,
    ):
        platform = Platform(service)
        secrets_manager.target = service.values["AWS_ENDPOINT_URL"]
        secrets_manager.end()
        # Each instance of the function has a memory of its own.
        warm = [platform.asks() for _ in range(8)]
        secrets_manager.hang_up()
        stale = [platform.asks()]
        while "SecretStale" not in _log(tmp_path):
            stale.append(platform.asks())
        late = platform.asks_until(503)
        secrets_manager.end()
        recovered = platform.asks_until(201)

        assert service.stop() == 0

    assert {each.status_code for each in warm + stale} == {201}
    assert (late[-1].status_code, late[-1].headers["Retry-After"]) == (503, "5")
    assert recovered[-1].status_code == 201
