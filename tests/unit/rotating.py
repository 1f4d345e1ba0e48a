"""A secret that rotates: moto's Secrets Manager made true, our steps, and calls that can fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import boto3
import moto
import pytest
from botocore.exceptions import ReadTimeoutError

from tests.support.clock import FakeClock
from tests.support.rotation_checks import check_line
from tests.support.secrets_manager import Event, Rotator, true_secrets_manager
from vocespace.key_ring import KeyRing
from vocespace.ring_rotation import Rules
from vocespace.secret_rotation import Change, SecretRotation, StepRequest
from vocespace.secret_versions import SecretVersions
from vocespace.signing_rotation import SigningChange

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

T = TypeVar("T")

RULES = Rules(max_ttl=86_400)
FIRST = json.dumps({"kid": "initial", "secret": "c4n4ry-signing-0123456789abcdef0123456789"})


@cache
def secrets_manager() -> SecretsManagerClient:
    """The client of these tests: making one takes longer than a rotation."""
    return boto3.client("secretsmanager")


class CutOffError(BaseException):
    """The process is gone: nothing of ours may catch it."""


@dataclass
class Client:
    """Secrets Manager's client, with something that happens before or after one of its calls.

    Attributes:
        at: Which call, counted from 0.
        before: Whether it happens before or after it.
        happens: What happens, once.
    """

    inner: Any
    at: int = -1
    before: bool = True
    happens: Callable[[], None] = field(default=lambda: None)
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: object) -> object:
            return self.during(operation, partial(getattr(self.inner, operation), **arguments))

        return call

    def during(self, operation: str, call: Callable[[], T]) -> T:
        """Makes one call, of whomever, that counts among the others."""
        is_it = len(self.calls) == self.at
        self.calls.append(operation)
        if is_it and self.before:
            self.happens()
        try:
            return call()
        finally:
            if is_it and not self.before:
                self.happens()


def cut_off() -> None:
    """The process is killed."""
    raise CutOffError


def time_out() -> None:
    """The call, or its answer, is lost."""
    raise ReadTimeoutError(endpoint_url="https://aws.example")


class Rotating:
    """A secret, and whatever changes it."""

    def __init__(self, clock: FakeClock, text: str = FIRST, change: Change | None = None) -> None:
        self.clock = clock
        self.change = change or SigningChange(RULES, clock)
        self.first = text
        secrets_manager().create_secret(Name=self.change.name, SecretString=text)
        self.rotator = Rotator(self.change.name, self.invoke)
        self.rotator.switch_on()
        self.client = Client(secrets_manager())

    def versions(self, client: Client | None = None) -> SecretVersions:
        """The secret's versions."""
        return SecretVersions(cast("Any", client or self.client), self.rotator.arn, self.clock)

    def steps(self, client: Client | None = None) -> SecretRotation:
        """Our rotation."""
        return SecretRotation(self.rotator.arn, self.versions(client), self.change)

    def invoke(self, event: Event) -> None:
        """What Lambda does."""
        self.steps().step(StepRequest.from_event(event))

    def rotate(self) -> bool:
        """A whole rotation; whether it came to its end."""
        return self.rotator.rotate()

    def current_text(self) -> str:
        """What the current version holds."""
        return self.rotator.text(self.rotator.current())

    def check_line(self) -> None:
        """Makes sure that there is one current version, and that the line of its parents is unbroken."""
        check_line(self.rotator.current(), self.rotator.text, self.change.parent, self.first)

    def ring(self, version: str | None = None) -> KeyRing:
        """The ring of a version, or the current one."""
        return KeyRing.parse(self.rotator.text(version or self.rotator.current()))

    def wait(self) -> None:
        """Lets the time go by that two rotations need between them."""
        self.clock.advance(RULES.publication)


@contextmanager
def rotating(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, text: str = FIRST, change: Change | None = None
) -> Iterator[Rotating]:
    """A secret of one's own, for the length of the block."""
    with moto.mock_aws(), true_secrets_manager(monkeypatch):
        yield Rotating(clock, text, change)
