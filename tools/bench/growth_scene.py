"""Warm functions in this process over as many platforms, keys, links and rooms as are asked for."""

from __future__ import annotations

import importlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest

from local.cloud import ENVIRONMENT, Cloud, start_cloud
from local.demo import Demo, make_demo
from local.options import LiveKit
from tests.support.clock import NOW, FakeClock
from tests.support.stack import create_table_arguments
from tests.support.world import Context, CurrentStdout
from tools.bench.errors import InstanceFailedError
from vocespace import aws, observability
from vocespace.api_keys import ApiKey
from vocespace.attributes import Item, to_attributes
from vocespace.blocks import space_partition
from vocespace.container import Container
from vocespace.registry import api_key_items, platform_items
from vocespace.settings import Settings
from vocespace.space_records import INSIDE, ROOM_PREFIX, new_lease_id

Event = dict[str, Any]
Key = dict[str, str]

LIVEKIT = LiveKit("wss://livekit.example.com", "APIgrowth", "livekit-secret-of-growth-0123456789abcdef")
ROOMS_OF_A_SPACE = 100

_TOGETHER = 25
_SAID = {"POWERTOOLS_SERVICE_NAME": "bench", "POWERTOOLS_METRICS_NAMESPACE": "VoceSpaceConnect"}
_FUNCTIONS = ("redirect_url", "connection_details", "livekit_token", "join_links", "join")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request took: seconds of the processor in its own thread, and seconds in all."""

    cpu: float
    elapsed: float


class Deployment:
    """One of several deployments that take turns in this process, each with its own table and key ring.

    Args:
        cloud: Where they are.
        patch: Puts its parts in place of another one's.
        name: What it is called.
        keys: How many keys its ring has; the last one signs.
    """

    def __init__(self, cloud: Cloud, patch: pytest.MonkeyPatch, name: str, *, keys: int = 1) -> None:
        self.clock = FakeClock()
        self.demo: Demo = make_demo(LIVEKIT, now=NOW)
        self.ring = _ring(self.demo, keys)
        self.table = cloud.create_table(create_table_arguments(f"growth-{name}"))
        cloud.put_items(self.table, *self.demo.items())
        texts = {"SIGNING": self.ring, "LIVEKIT": self.demo.livekit_secret, "JOIN_LINK": secrets.token_hex(32)}
        ids = {f"{kind}_SECRET_ID": cloud.create_secret(f"{name}/{kind}", text) for kind, text in texts.items()}
        self._environment = {"TABLE_NAME": self.table, "VOCESPACE_URL": "https://vocespace.example.com"} | ids
        self._parts = Container(Settings.from_environment(self._environment), self.clock)
        self._cloud, self._patch = cloud, patch

    def add_platforms(self, count: int) -> list[str]:
        """Registers platforms, and returns an API key of each."""
        texts = []
        for number in range(count):
            platform = self.demo.platform.model_copy(update={"platform": f"platform-{number}", "roles": ()})
            api_key, text = ApiKey.generate(platform.platform, now=NOW)
            self._cloud.put_items(self.table, *platform_items(platform), *api_key_items(api_key))
            texts.append(text)
        return texts

    def fill(self, count: int) -> float:
        """Puts in so many API keys, join links and rooms that nobody asks for; how many seconds that took."""
        began = time.perf_counter()
        client, items = aws.dynamodb(), _fillers(self.demo.api_key, count)
        while batch := list(islice(items, _TOGETHER)):
            left: Any = {self.table: [{"PutRequest": {"Item": to_attributes(item)}} for item in batch]}
            while left:
                left = client.batch_write_item(RequestItems=left)["UnprocessedItems"]
        return time.perf_counter() - began

    def ask(self, function: str, event: Event, status: int) -> Event:
        """Asks a function, and returns its answer.

        Raises:
            InstanceFailedError: the answer has another status.
        """
        module = importlib.import_module(f"functions.{function}.app")
        answer: Event = module.lambda_handler(event, Context(function))
        if answer["statusCode"] != status:
            raise InstanceFailedError(f"{function} answered {answer['statusCode']}, not {status}")
        return answer

    def timed(self, act: Callable[[], object]) -> Taken:
        """Does something as this deployment, and takes the time."""
        self.enter()
        cpu, elapsed = time.thread_time(), time.perf_counter()
        act()
        return Taken(time.thread_time() - cpu, time.perf_counter() - elapsed)

    def enter(self) -> None:
        """From now on the functions are those of this deployment."""
        for name, value in self._environment.items():
            self._patch.setenv(name, value)
        for function in _FUNCTIONS:
            module = importlib.import_module(f"functions.{function}.app")
            self._patch.setattr(module, "container", lambda: self._parts)


@contextmanager
def growing(dynamodb: str = "") -> Iterator[Callable[..., Deployment]]:
    """What makes deployments, as long as the context is open; what their functions print goes nowhere.

    Args:
        dynamodb: URL of the DynamoDB that has their tables; empty: moto's.
    """
    with pytest.MonkeyPatch.context() as patch, open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a device
        cloud = start_cloud(dynamodb=dynamodb)
        for name, value in (ENVIRONMENT | cloud.environment | _SAID).items():
            patch.setenv(name, value)
        patch.setattr(observability.logger().registered_handler, "stream", CurrentStdout())
        aws.forget()
        try:
            with redirect_stdout(nowhere):
                yield lambda name, **how: Deployment(cloud, patch, name, **how)
        finally:
            aws.forget()


def _ring(demo: Demo, count: int) -> str:
    own: Event = json.loads(demo.ring)
    others = [
        {"kid": f"former-{number}", "secret": secrets.token_hex(32), "createdAt": NOW} for number in range(count - 1)
    ]
    return json.dumps(own | {"keys": [*others, *own["keys"]]}, separators=(",", ":"))


def _fillers(api_key: ApiKey, count: int) -> Iterator[Item]:
    stored, _ = api_key_items(api_key)
    link = {"id": "lnk_" + "0" * 24, "platform": "demo", "createdAt": NOW, "expiresAt": NOW + 86_400}
    visit = {"id": "somebody", "username": "Somebody", "space": "elsewhere", "identity": "guest", "auth": "demo"}
    for number in range(count):
        room = {"made": "fresh", "leaseId": new_lease_id(), "leaseUntil": INSIDE}
        space, name = divmod(number, ROOMS_OF_A_SPACE)
        yield stored | {"pk": f"KEY#{number:012d}"}
        yield {"pk": f"JOIN#{number:064x}", "sk": "LINK", "visit": visit} | link
        yield {"pk": space_partition(f"space-{space}"), "sk": f"{ROOM_PREFIX}room-{name}"} | room
