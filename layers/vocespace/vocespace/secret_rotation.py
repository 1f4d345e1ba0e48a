"""One rotation of one secret, in the four steps that Secrets Manager asks for.

Each step can be repeated, run twice at once, or be cut off between any two calls. A version never changes once it is
written, and it becomes the current one only in the place of the very version it was made from. One that cannot become
it any more loses its label, so that the next rotation starts clean instead of being told that this one is under way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from vocespace import observability
from vocespace.aws import CURRENT
from vocespace.ring_rotation import RotationError
from vocespace.secret_versions import PENDING, SecretChangedError, SecretVersion, SecretVersions, SecretVersionsError

CHANGED = "the secret has changed since the pending version was made from it; rotate again"


class Change(Protocol):
    """What a rotation makes of a secret. The texts are those of versions."""

    name: str
    """What logs and metrics call the secret."""

    def successor(self, current: SecretVersion) -> str:
        """What is to follow, saying that it was made from this version.

        Raises:
            RotationError: nothing can follow yet.
        """
        ...

    def parent(self, text: str) -> str | None:
        """The version that something was made from.

        Raises:
            RotationError: it is malformed.
        """
        ...

    def check(self, current: str, pending: str) -> None:
        """Makes sure that one may follow the other right now.

        Raises:
            RotationError: it may not, and never will.
        """
        ...

    def prove(self, current: str, pending: str) -> None:
        """Tries out what is new.

        Raises:
            RotationError: it does not work, and never will.
            UnprovenError: it does not work now.
        """
        ...

    def facts(self, text: str) -> Mapping[str, str]:
        """What the log says about it."""
        ...


class UnprovenError(Exception):
    """What is new does not work yet; the same version can be tried again."""


@dataclass(frozen=True, slots=True)
class StepRequest:
    """What Secrets Manager asks a rotation function for.

    Attributes:
        step: Which of the four.
        secret_id: The secret's ARN.
        token: The id of the version to rotate to.
        rotation_token: What proves to Secrets Manager that it has asked; a secret.
    """

    step: str
    secret_id: str
    token: str
    rotation_token: str | None = field(default=None, repr=False)

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Self:
        """Reads Secrets Manager's event.

        Raises:
            RotationError: it is none.
        """
        step, secret_id, token = (event.get(name) for name in ("Step", "SecretId", "ClientRequestToken"))
        if not (isinstance(step, str) and isinstance(secret_id, str) and isinstance(token, str)):
            raise RotationError("this is no event of a rotation")
        return cls(step, secret_id, token, event.get("RotationToken"))


class SecretRotation:
    """Rotates one secret.

    Args:
        secret_id: Which one; any other is refused.
        versions: Its versions.
        change: What each rotation makes of it.
    """

    def __init__(self, secret_id: str, versions: SecretVersions, change: Change) -> None:
        self._secret_id = secret_id
        self._versions = versions
        self._change = change

    def step(self, request: StepRequest) -> None:
        """Does one step for Secrets Manager.

        Raises:
            RotationError: the request is not for a rotation under way of this secret, or the rotation cannot go on;
                its version is given up then.
            UnprovenError: what is new does not work now.
            SecretVersionsError: Secrets Manager refuses, or does not answer.
        """
        steps: dict[str, Callable[[], str]] = {
            "createSecret": lambda: self.create(request.token, request.rotation_token),
            "setSecret": lambda: self._versions.written(request.token),
            "testSecret": lambda: self.test(request.token),
            "finishSecret": lambda: self.finish(request.token),
        }
        if request.step not in steps:
            raise RotationError("there is no such step")
        if request.secret_id != self._secret_id:
            raise RotationError("this function rotates another secret")
        if self._is_over(request.token):
            observability.rotation_step(self._change.name, request.step, request.token, {"done": "before"})
            return
        try:
            text = steps[request.step]()
        except RotationError:
            with suppress(SecretVersionsError):
                self._versions.withdraw(request.token)
            raise
        observability.rotation_step(self._change.name, request.step, request.token, self._change.facts(text))

    def create(self, token: str, rotation_token: str | None = None) -> str:
        """Writes the pending version, unless it is there, and returns what it holds.

        Raises:
            RotationError: nothing can follow the current version yet.
            SecretVersionsError: Secrets Manager refuses, or does not answer.
        """
        text = self._versions.pending(token)
        if text is not None:
            return text
        current = self._versions.current()
        # A run beside this one may have come to the end between the two reads.
        if current.version_id == token:
            return current.text
        return self._versions.put_pending(token, self._change.successor(current), rotation_token)

    def test(self, token: str) -> str:
        """Makes sure that the pending version can become the current one, and returns what it holds.

        Raises:
            RotationError: it cannot.
            UnprovenError: it cannot now.
            SecretVersionsError: Secrets Manager refuses, or does not answer.
        """
        pending, current = self._versions.written(token), self._versions.current()
        # A copy of the current version is what Secrets Manager has tested when a schedule is switched on.
        if pending != current.text:
            self._check(current, pending)
            self._change.prove(current.text, pending)
        return pending

    def finish(self, token: str) -> str:
        """Makes the pending version the current one, and returns what it holds.

        Raises:
            RotationError: it was not made from the current version, or may not follow it any more.
            UnprovenError: what is new does not work now.
            SecretVersionsError: Secrets Manager refuses, or does not answer.
        """
        pending, current = self._versions.written(token), self._versions.current()
        if current.version_id == token:
            return pending
        self._check(current, pending)
        # Nothing is written down of a test: only here is it certain that there was one, and that it still holds.
        self._change.prove(current.text, pending)
        try:
            promoted = self._versions.promote(token, current.version_id)
        except SecretChangedError:
            raise RotationError(CHANGED) from None
        if promoted:
            observability.rotated(self._change.name)
        return pending

    def _check(self, current: SecretVersion, pending: str) -> None:
        if self._change.parent(pending) != current.version_id:
            raise RotationError(CHANGED)
        self._change.check(current.text, pending)

    def _is_over(self, token: str) -> bool:
        state = self._versions.state()
        if not state.rotates:
            raise RotationError("rotation is not switched on for this secret")
        labels = state.labels.get(token, frozenset())
        if CURRENT in labels:
            return True
        if PENDING not in labels:
            raise RotationError("this version is not pending: its rotation was given up, or there never was one")
        return False
