"""What every test stands on: fake AWS credentials, moto before any client of ours, and a fresh world to ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator

from local.cloud import ENVIRONMENT

os.environ.update(ENVIRONMENT)

import moto  # noqa: F401 - registers its stubber, which only clients made afterwards carry
import pytest
from moto.core.config import default_user_config

from tests.support.clock import FakeClock
from tests.support.world import World, world_in_memory

# A session keeps what it has read of botocore's data: a new one in every mock_aws() reads all of it anew.
default_user_config["core"]["reset_boto3_session"] = False

pytest_plugins = ["tests.support.aws_calls", "tests.support.leaks"]


@pytest.fixture(name="clock")
def _clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(name="world")
def _world(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world_in_memory(clock, monkeypatch) as world:
        yield world
