"""The versions of one secret: read, written and made the current one without ever undoing what somebody else has done.

Secrets Manager cannot write on a condition. What it refuses is to move AWSCURRENT away from a version that does not
have it: that is the compare-and-swap that everything here ends in.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocespace.aws import CURRENT
from vocespace.clock import Clock, SystemClock

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

PENDING = "AWSPENDING"

PROPOSED = "VOCESPACE_PROPOSED"
"""The label under which a value is written that becomes the current one without a rotation."""

READ_BACK_SECONDS = (0.2, 0.4, 0.8, 1.6)
"""How long is waited before each further attempt to read what was just written."""

_SYSTEM_CLOCK = SystemClock()


class SecretVersionsError(Exception):
    """Secrets Manager refused, or did not answer; `reason` is AWS's error code or a word of ours, never a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Secrets Manager: {reason}")
        self.reason = reason


class SecretChangedError(SecretVersionsError):
    """Another version became the current one meanwhile; what was meant to follow the former one has not."""

    def __init__(self) -> None:
        super().__init__("the secret has changed meanwhile")


@dataclass(frozen=True, slots=True)
class SecretVersion:
    """One version. Its text is a secret, and stays out of its representation."""

    version_id: str
    text: str

    def __repr__(self) -> str:
        return f"SecretVersion({self.version_id})"


@dataclass(frozen=True, slots=True)
class SecretState:
    """What Secrets Manager tells about a secret without its value.

    Attributes:
        rotates: Whether it is rotated by a function.
        labels: The labels of every version that has any.
    """

    rotates: bool
    labels: Mapping[str, frozenset[str]]

    def version_with(self, label: str) -> str | None:
        """The version that has a label."""
        return next((version for version, labels in self.labels.items() if label in labels), None)


class SecretVersions:
    """The versions of one secret.

    Args:
        client: `aws.secrets_manager()`.
        secret_id: The secret's ARN or name.
        clock: What waits between two attempts to read.
    """

    def __init__(self, client: SecretsManagerClient, secret_id: str, clock: Clock = _SYSTEM_CLOCK) -> None:
        self._client = client
        self._id = secret_id
        self._clock = clock

    def state(self) -> SecretState:
        """Which versions there are.

        Raises:
            SecretVersionsError: they cannot be had.
        """
        with _own_errors():
            answer = self._client.describe_secret(SecretId=self._id)
        labels = {version: frozenset(each) for version, each in answer.get("VersionIdsToStages", {}).items() if each}
        return SecretState(answer.get("RotationEnabled", False), labels)

    def current(self) -> SecretVersion:
        """The current version.

        Raises:
            SecretVersionsError: it cannot be read.
        """
        with _own_errors():
            answer = self._client.get_secret_value(SecretId=self._id, VersionStage=CURRENT)
        if "SecretString" not in answer:
            raise SecretVersionsError("not_text")
        return SecretVersion(answer["VersionId"], answer["SecretString"])

    def pending(self, token: str) -> str | None:
        """What the pending version of this id holds; None as long as nothing was written.

        Raises:
            SecretVersionsError: it cannot be read.
        """
        try:
            with _own_errors():
                answer = self._client.get_secret_value(SecretId=self._id, VersionId=token, VersionStage=PENDING)
        except SecretVersionsError as error:
            if error.reason == "ResourceNotFoundException":
                return None
            raise
        if "SecretString" not in answer:
            raise SecretVersionsError("not_text")
        return answer["SecretString"]

    def written(self, token: str) -> str:
        """What the pending version of this id holds, asked for until Secrets Manager has it everywhere.

        Raises:
            SecretVersionsError: it cannot be read, or nothing was written.
        """
        waits = iter(READ_BACK_SECONDS)
        while (text := self.pending(token)) is None:
            seconds = next(waits, None)
            if seconds is None:
                raise SecretVersionsError("the pending version has no value; another rotation may have taken its place")
            self._clock.sleep(seconds)
        return text

    def put_pending(self, token: str, text: str, rotation_token: str | None = None) -> str:
        """Writes the pending version of this id, unless it was written before: a version never changes.

        Args:
            token: The version's id.
            text: The value.
            rotation_token: What Secrets Manager gave to the rotation function beside `token`.

        Returns:
            What the version holds: `text`, or what another run has written.

        Raises:
            SecretVersionsError: it cannot be written, or not be read back.
        """
        proof = {} if rotation_token is None else {"RotationToken": rotation_token}
        try:
            with _own_errors():
                self._client.put_secret_value(
                    SecretId=self._id, ClientRequestToken=token, SecretString=text, VersionStages=[PENDING], **proof
                )
        except SecretVersionsError as error:
            if error.reason != "ResourceExistsException":
                raise
        return self.written(token)

    def withdraw(self, token: str) -> None:
        """Gives up a pending version, so that the next rotation can begin.

        Raises:
            SecretVersionsError: it is not pending, or Secrets Manager does not answer.
        """
        with _own_errors():
            self._client.update_secret_version_stage(SecretId=self._id, VersionStage=PENDING, RemoveFromVersionId=token)

    def promote(self, token: str, expected: str) -> bool:
        """Makes a version the current one in the place of `expected`; if it is the current one already, that is fine.

        Returns:
            Whether it was this call that did it.

        Raises:
            SecretChangedError: another version than `expected` is the current one.
            SecretVersionsError: Secrets Manager refuses, or does not answer.
        """
        try:
            with _own_errors():
                self._client.update_secret_version_stage(
                    SecretId=self._id, VersionStage=CURRENT, MoveToVersionId=token, RemoveFromVersionId=expected
                )
        except SecretVersionsError as error:
            if error.reason != "InvalidParameterException":
                raise
            # Also what a second attempt is told whose first one came through, but not its answer.
            found = self.state().version_with(CURRENT)
            if found == token:
                return False
            if found != expected:
                raise SecretChangedError from None
            raise
        return True

    def replace(self, text: str, expected: str) -> str:
        """Makes `text` the current value in the place of the version `expected`, outside of a rotation.

        Returns:
            The id of the version that is the current one now.

        Raises:
            SecretChangedError: another version than `expected` is the current one, and stays it.
            SecretVersionsError: Secrets Manager refuses, or does not answer.
        """
        token = str(uuid.uuid4())
        with _own_errors():
            self._client.put_secret_value(
                SecretId=self._id, ClientRequestToken=token, SecretString=text, VersionStages=[PROPOSED]
            )
        self.promote(token, expected)
        return token


@contextmanager
def _own_errors() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise SecretVersionsError(error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise SecretVersionsError(type(error).__name__) from None
