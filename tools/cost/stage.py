"""The stack on counted AWS, with every function of it in this process: what each invocation asks, prints and takes."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from logging import StreamHandler
from typing import Any
from urllib.request import Request, urlopen

import pytest

from local import stack as local_stack
from local.cloud import ENVIRONMENT, Cloud
from local.demo import Demo, make_demo
from local.intrinsics import load
from local.one_time_schedules import OneTimeSchedules
from local.options import ROOT, LiveKit
from local.postman import trust_sender
from local.sqs_event import event_for
from local.template import FunctionSpec
from local.triggers import sources
from tests.support.clock import NOW, FakeClock
from tests.support.world import Context, CurrentStdout
from tools.cost.usage import Usage
from tools.cost.wire import Wire, counted_aws
from vocespace import aws, observability
from vocespace.container import Container
from vocespace.settings import Settings

LIVEKIT = LiveKit("wss://livekit.example.com", "APIcost", "livekit-secret-of-the-costs-0123456789abcdef")
PARAMETERS = {
    "VoceSpaceUrl": "https://vocespace.example.com",
    "PublicBaseUrl": "https://connect.example.com",
    "MailSender": "connect@connect.example.com",
    "LiveKitUrl": LIVEKIT.url,
    "LiveKitApiKey": LIVEKIT.api_key,
}


@dataclass(frozen=True, slots=True)
class Invocation:
    """What one invocation of a function took.

    Attributes:
        function: Its name.
        answer: What it returned.
        used: What was asked of AWS meanwhile.
        cpu: Seconds of the processor, in the thread of the function alone.
        log_bytes: What it printed.
    """

    function: str
    answer: dict[str, Any]
    used: Usage
    cpu: float
    log_bytes: int

    @property
    def answer_bytes(self) -> int:
        """Headers and body, as far as the gateway sends any."""
        headers = self.answer.get("headers", {})
        return sum(len(f"{name}: {value}\r\n") for name, value in headers.items()) + len(
            (self.answer.get("body") or "").encode()
        )


class Stage:
    """The stack, seeded with the demo platform."""

    def __init__(self, wire: Wire, cloud: Cloud, patch: pytest.MonkeyPatch) -> None:
        self.clock = FakeClock()
        self.code: str | None = None
        """That of a join link, once one was made."""

        self.demo: Demo = make_demo(LIVEKIT, now=NOW)
        self._wire, self._patch = wire, patch
        document = load((ROOT / "template.yaml").read_text(encoding="utf-8"))
        trust_sender(PARAMETERS["MailSender"])
        self._stack = local_stack.create(document, PARAMETERS, cloud, self.demo)
        self._functions = {each.handler.split(".")[1]: each for each in self._stack.template.functions()}
        self._queues = {each.arn: each for each in self._stack.queues.values()}
        self._scheduler = cloud.scheduler
        self._new: set[str] = set()

    def start(self, *functions: str) -> None:
        """Starts new instances of functions: what they knew is forgotten, and their clients are gone."""
        aws.forget()
        for name in functions:
            module = importlib.import_module(f"functions.{name}.app")
            parts = Container(Settings.from_environment(self._functions[name].environment), self.clock)
            self._patch.setattr(module, "container", lambda parts=parts: parts)
            self._new.add(name)

    def invoke(self, function: str, event: Mapping[str, Any]) -> Invocation:
        """Invokes a function that was started."""
        if function not in self._new:
            self.start(function)
        self._enter(self._functions[function])
        handler = importlib.import_module(f"functions.{function}.app").lambda_handler
        printed = StringIO()
        self._wire.taken()
        with redirect_stdout(printed):
            began = time.thread_time()
            answer = handler(event, Context(function))
            cpu = time.thread_time() - began
        return Invocation(function, answer, self._wire.taken(), cpu, len(printed.getvalue().encode()))

    def work_off(self) -> Iterator[Invocation]:
        """Hands over what is in the queues to the functions it is for, each message alone, until nothing is left."""
        names = {each.logical_id: name for name, each in self._functions.items()}
        while True:
            found = [
                (names[source.function], queue, message)
                for source in sources(self._stack.template)
                for queue in [self._queues[source.queue]]
                for message in queue.receive(1)
            ]
            if not found:
                return
            for name, queue, message in found:
                done = self.invoke(name, event_for([message], queue.arn))
                if done.answer["batchItemFailures"]:
                    raise AssertionError(f"{name} has failed at a message")
                queue.delete([message])
                yield done

    def fire_schedules(self, until: float) -> Iterator[Invocation]:
        """Lets the time pass, a quarter of an hour at a time, and does what is due by schedules."""
        (group,) = self._stack.schedule_groups
        schedules = OneTimeSchedules(self._scheduler, group, self._queues, self.clock)
        while self.clock.time() < until:
            self.clock.advance(900)
            schedules.fire()
            yield from self.work_off()

    def _enter(self, function: FunctionSpec) -> None:
        wanted = os.environ | function.environment
        for each in self._functions.values():
            for name in each.environment.keys() - function.environment.keys():
                wanted.pop(name, None)
        for name in os.environ.keys() - wanted.keys():
            self._patch.delenv(name)
        for name, value in wanted.items():
            if os.environ.get(name) != value:
                self._patch.setenv(name, value)


@contextmanager
def set_stage() -> Iterator[Stage]:
    """A stage, as long as the context is open."""
    with pytest.MonkeyPatch.context() as patch, counted_aws() as (wire, url):
        # moto keeps its tables and queues for the whole process.
        _forget_everything(url)
        for name, value in (ENVIRONMENT | {"AWS_ENDPOINT_URL": url}).items():
            patch.setenv(name, value)
        handler = observability.logger().registered_handler
        if isinstance(handler, StreamHandler):
            patch.setattr(handler, "stream", CurrentStdout())
        try:
            yield Stage(wire, Cloud(url), patch)
        finally:
            aws.forget()
            _forget_everything(url)


def _forget_everything(url: str) -> None:
    with urlopen(Request(f"{url}/moto-api/reset", method="POST")):
        pass
