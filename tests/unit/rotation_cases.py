"""Rotations of either secret, ready to be disturbed: what goes before each, and what must hold whatever happens."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, TypeVar

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.support.clock import FakeClock
from tests.support.livekit_keys import KeyMap
from tests.support.rotation_checks import check_livekit, check_ring
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET
from tests.unit.rotating import FIRST, RULES
from vocespace.http_json import HttpTimedOutError
from vocespace.key_ring import KeyRing
from vocespace.livekit_key import LiveKitKey
from vocespace.livekit_rotation import RULES as LIVEKIT_RULES
from vocespace.livekit_rotation import LiveKitChange
from vocespace.ring_rotation import next_key
from vocespace.secret_rotation import Change
from vocespace.signing_rotation import SigningChange

T = TypeVar("T")

FIRST_LIVEKIT = json.dumps({"url": "wss://livekit.example", "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})


class Caller(Protocol):
    """Whoever makes calls, and can be disturbed at each."""

    def during(self, operation: str, call: Callable[[], T]) -> T:
        """Makes one call, of whomever, that counts among the others."""
        ...


class Secret(Protocol):
    """What a case needs of a secret, wherever that is."""

    clock: FakeClock

    @property
    def client(self) -> Caller:
        """Through which all calls go, LiveKit's too."""
        ...

    def rotate(self) -> bool:
        """A whole rotation; whether it came to its end."""
        ...

    def current_text(self) -> str:
        """What the current version holds."""
        ...

    def check_line(self) -> None:
        """Makes sure that there is one current version, and that the line of its parents is unbroken."""
        ...


class Case(ABC):
    """A secret whose next rotation is the one that is looked at.

    Attributes:
        calls: How many calls that rotation makes, each of which can be its last one.
        name: What logs call the secret.
        first: What it holds at first.
        secret: The secret.
    """

    calls: ClassVar[int]
    name: ClassVar[str]
    first: ClassVar[str]

    def __init__(self, secret: Secret) -> None:
        self.secret = secret

    @staticmethod
    @abstractmethod
    def change(clock: FakeClock) -> Change:
        """What a rotation makes of the secret."""

    @abstractmethod
    def prepare(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Does all that goes before the rotation that is looked at."""

    @abstractmethod
    def settle(self) -> None:
        """Lets the next rotation become due; what holds is compared with the secret as it is now from then on."""

    @abstractmethod
    def check(self) -> None:
        """Makes sure of what holds after every history."""

    @abstractmethod
    def check_done(self) -> None:
        """Makes sure that the rotation has done its work, once."""

    def now(self) -> int:
        """The present."""
        return int(self.secret.clock.time())


class RingSwitch(Case):
    """The next signing key takes over."""

    calls, name, first = 14, "signing", FIRST

    @staticmethod
    def change(clock: FakeClock) -> Change:
        """Turning the ring."""
        return SigningChange(RULES, clock)

    def prepare(self, _: pytest.MonkeyPatch) -> None:
        """Publishes that key."""
        assert self.secret.rotate()
        self.settle()

    def settle(self) -> None:
        """Waits until every instance knows the next key."""
        self.secret.clock.advance(RULES.publication)
        self.before = self.ring()

    def ring(self) -> KeyRing:
        """The current ring."""
        return KeyRing.parse(self.secret.current_text())

    def check(self) -> None:
        """One current version, unbroken parents, no key lost, and none that signs before its time."""
        self.secret.check_line()
        check_ring(self.before, self.ring(), now=self.now(), rules=RULES)

    def check_done(self) -> None:
        """The next key signs, and just one more is published."""
        ring, successor = self.ring(), next_key(self.before)
        assert successor is not None
        assert ring.signing_kid == successor.kid
        assert len(ring.keys) == len(self.before.keys) + 1


class LiveKitPublish(Case):
    """The first LiveKit key to follow is published."""

    calls, name, first = 14, "livekit", FIRST_LIVEKIT

    @staticmethod
    def change(clock: FakeClock) -> Change:
        """Turning the LiveKit key."""
        return LiveKitChange(clock)

    def prepare(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lets a LiveKit server answer; what it is asked counts among the calls, and can be lost like one of AWS's."""
        self.server = KeyMap()

        def request_json(*_: object, headers: Mapping[str, str], **__: object) -> tuple[int, dict[str, Any]]:
            try:
                return self.secret.client.during("list_rooms", lambda: self.server.list_rooms(headers["Authorization"]))
            except ReadTimeoutError:
                raise HttpTimedOutError("timeout") from None

        monkeypatch.setattr("vocespace.room_service.request_json", request_json)
        self.settle()

    def settle(self) -> None:
        """Adds the next pair to the server, and waits until the one before the pair in use is over."""
        self.before = self.key()
        if self.before.next is not None:
            self.server.add(self.before)
        self.secret.clock.advance(LIVEKIT_RULES.retirement)

    def key(self) -> LiveKitKey:
        """The current key."""
        return LiveKitKey.parse(self.secret.current_text())

    def check(self) -> None:
        """One current version, unbroken parents, no pair lost, and none in use that has not proved itself."""
        self.secret.check_line()
        check_livekit(self.before, self.key(), now=self.now(), proved=self.server.asked_by)

    def check_done(self) -> None:
        """There is a next pair, the server was not asked, and what was in use is."""
        key = self.key()
        assert key.next is not None
        assert key.written() == self.before.written()
        assert self.server.asked_by == []


class LiveKitSwitch(LiveKitPublish):
    """The next LiveKit key is put to use: proved by the test, and once more by what promotes it."""

    calls = 16

    def prepare(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Publishes that key."""
        super().prepare(monkeypatch)
        assert self.secret.rotate()
        self.settle()

    def check_done(self) -> None:
        """The next pair is in use, and there is another next one."""
        key = self.key()
        assert self.before.next is not None
        assert key.next is not None
        assert key.written() == self.before.next.written()
        assert key.next.api_key not in self.server.keys


SWITCHES: tuple[type[Case], ...] = (RingSwitch, LiveKitSwitch)
ROTATIONS: tuple[type[Case], ...] = (*SWITCHES, LiveKitPublish)
