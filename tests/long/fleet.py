"""Instances of the stack on paper: each with a clock and a cache of its own, before one secret."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from unittest.mock import patch

from botocore.exceptions import BotoCoreError

from tests.long.paper_secret import CURRENT, PaperSecret
from vocespace import aws
from vocespace.document_cache import SECRET, CachedDocument, DocumentReadError
from vocespace.key_ring import KeyRing
from vocespace.ring_rotation import Rules, new_key
from vocespace.secret_rotation import SecretRotation
from vocespace.secret_versions import SecretVersions
from vocespace.signing_rotation import SigningChange
from vocespace.tokens import Tokens
from vocespace_cli.ring_edits import Change, Edited, edit_ring

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

    from vocespace.clock import Clock
    from vocespace_cli.run import Run

START = 1_800_000_000


@dataclass
class TrueTime:
    """The time that nobody's clock shows."""

    now: float = START


class SkewedClock:
    """A clock that is `ahead` of the true time by so many seconds; only its wall clock is wrong."""

    def __init__(self, true: TrueTime, ahead: float) -> None:
        self._true = true
        self.ahead = ahead

    def time(self) -> float:
        """The wall clock."""
        return self._true.now + self.ahead

    def monotonic(self) -> float:
        """The monotonic clock."""
        return self._true.now

    def sleep(self, seconds: float) -> None:
        """Lets time go by for everybody."""
        self._true.now += seconds


class Instance:
    """One instance: what it knows of the ring, and what it does with it."""

    def __init__(self, secret: PaperSecret, clock: SkewedClock, max_ttl: int) -> None:
        self.clock = clock
        self._secret = secret
        self.ring = CachedDocument(SECRET, "signing", read=self._read, parse=KeyRing.parse, clock=clock)
        self.tokens = Tokens(self.ring, max_ttl=max_ttl, clock=clock)

    def _read(self) -> str:
        try:
            return self._secret.get_secret_value(VersionStage=CURRENT)["SecretString"]
        except BotoCoreError as error:
            raise DocumentReadError(type(error).__name__) from None


def first_ring(now: int) -> str:
    """A ring with one key, as a stack is born with."""
    key = new_key(now)
    return KeyRing(keys=(key,), signing_kid=key.kid).to_text()


def versions_of(secret: PaperSecret, clock: Clock) -> SecretVersions:
    """The secret as the code sees it."""
    return SecretVersions(cast("SecretsManagerClient", secret), "signing", clock)


def edit(secret: PaperSecret, clock: Clock, change: Change) -> Edited:
    """What the command line does when it changes the ring."""
    run = SimpleNamespace(clock=clock, settings=SimpleNamespace(signing_secret_id="signing"))
    with patch.object(aws, "secrets_manager", lambda: secret):
        return edit_ring(cast("Run", run), change)


def rotation_of(secret: PaperSecret, clock: Clock, rules: Rules) -> SecretRotation:
    """What rotates the secret."""
    return SecretRotation("signing", versions_of(secret, clock), SigningChange(rules, clock))
