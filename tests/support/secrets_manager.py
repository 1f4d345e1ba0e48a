"""Secrets Manager, truer than moto has it, and the part of it that calls a rotation function.

What moto does otherwise: it overwrites a version that has a value, forgets AWSCURRENT when a label cannot be moved, and
goes on reading the former version by default. Its RotateSecret neither stops at a failed step nor repeats one.
"""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from moto.secretsmanager.exceptions import InvalidParameterException, ResourceExistsException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend, secretsmanager_backends

from local.cloud import REGION
from tests.support.world import Context, World

ACCOUNT = "123456789012"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")

Event = dict[str, Any]

_ROTATED_BY = {
    "rotate_signing_keys": ("signing", "SIGNING_SECRET_ID"),
    "rotate_livekit_key": ("livekit", "LIVEKIT_SECRET_ID"),
}


@contextmanager
def true_secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Moto's Secrets Manager as AWS's is, within moto.mock_aws()."""
    put, get = SecretsManagerBackend.put_secret_value, SecretsManagerBackend.get_secret_value
    move = SecretsManagerBackend.update_secret_version_stage

    def put_once(self: SecretsManagerBackend, secret_id: str, *args: Any, **named: Any) -> str:  # noqa: ANN401 - moto's
        held = self.secrets[secret_id].versions.get(named["client_request_token"], {})
        if held.get("secret_string", named["secret_string"]) != named["secret_string"]:
            raise ResourceExistsException("You can't modify an existing version")
        return put(self, secret_id, *args, **named)

    def get_current(self: SecretsManagerBackend, secret_id: str, version_id: str, version_stage: str) -> Event:
        return get(self, secret_id, version_id, version_stage or ("" if version_id else "AWSCURRENT"))

    def move_or_not(self: SecretsManagerBackend, **named: str) -> tuple[str, str]:
        versions = self.secrets[named["secret_id"]].versions
        source, target = named["remove_from_version_id"], named["move_to_version_id"]
        if source and named["version_stage"] not in versions.get(source, {}).get("version_stages", ()):
            raise InvalidParameterException("the label is not there")
        if target and target not in versions:
            raise InvalidParameterException("there is no such version")
        answer = move(self, **named)
        if named["version_stage"] == "AWSCURRENT":
            secret = self.secrets[named["secret_id"]]
            assert isinstance(secret, FakeSecret)
            secret.set_default_version_id(target)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(SecretsManagerBackend, "put_secret_value", put_once)
        patch.setattr(SecretsManagerBackend, "get_secret_value", get_current)
        patch.setattr(SecretsManagerBackend, "update_secret_version_stage", move_or_not)
        yield


class RotationStuckError(Exception):
    """RotateSecret: a rotation before this one has left its label behind."""


@dataclass
class Rotator:
    """What Secrets Manager does when it rotates a secret.

    Attributes:
        name: The secret's name.
        invoke: Calls the rotation function.
        attempts: How often the steps are begun anew before it gives up.
        cleans_up: Whether it takes off AWSPENDING at the end; with and without it is as AWS documents it.
        failures: What the function has raised so far.
    """

    name: str
    invoke: Callable[[Event], object]
    attempts: int = 5
    cleans_up: bool = True
    failures: list[Exception] = field(default_factory=list)

    @property
    def arn(self) -> str:
        """The secret's ARN."""
        return str(self._secret.arn)

    @property
    def labels(self) -> dict[str, set[str]]:
        """The labels of every version."""
        return {version: set(each["version_stages"]) for version, each in self._secret.versions.items()}

    def text(self, version: str) -> str:
        """What a version holds."""
        return str(self._secret.versions[version]["secret_string"])

    def overwrite(self, version: str, text: str) -> None:
        """Puts something into a version that AWS would let nobody change."""
        self._secret.versions[version]["secret_string"] = text

    def current(self) -> str:
        """The one version that is the current one."""
        [version] = [each for each, labels in self.labels.items() if "AWSCURRENT" in labels]
        return version

    def switch_on(self, *, enabled: bool = True) -> None:
        """Gives the secret a rotation schedule."""
        self._secret.rotation_requested = self._secret.rotation_enabled = enabled

    def begin(self) -> str:
        """Makes the empty pending version and returns its id.

        Raises:
            RotationStuckError: another one is pending.
        """
        if any("AWSPENDING" in labels and "AWSCURRENT" not in labels for labels in self.labels.values()):
            raise RotationStuckError
        self._take_off_pending()
        token = str(uuid.uuid4())
        self._secret.versions[token] = {"createdate": 0, "version_id": token, "version_stages": ["AWSPENDING"]}
        return token

    def event(self, step: str, token: str) -> Event:
        """What the function is called with."""
        return {"Step": step, "SecretId": self.arn, "ClientRequestToken": token, "RotationToken": f"proof-{token}"}

    def step(self, step: str, token: str) -> bool:
        """One step; whether it was done."""
        try:
            self.invoke(self.event(step, token))
        except Exception as error:  # noqa: BLE001 - as Secrets Manager has it, any error is a failure of the step
            self.failures.append(error)
            return False
        return True

    def run(self, token: str) -> bool:
        """The steps in their order until one fails, as often as it takes; whether all were done."""
        done = any(all(self.step(each, token) for each in STEPS) for _ in range(self.attempts))
        if done and self.cleans_up:
            self._take_off_pending()
        return done

    def rotate(self) -> bool:
        """A whole rotation; whether it came to its end."""
        return self.run(self.begin())

    def _take_off_pending(self) -> None:
        for each in self._secret.versions.values():
            each["version_stages"] = [label for label in each["version_stages"] if label != "AWSPENDING"]

    @property
    def _secret(self) -> Any:  # noqa: ANN401 - moto's FakeSecret
        return secretsmanager_backends[ACCOUNT][REGION].secrets[self.name]


def rotator_of(function: str, world: World) -> Rotator:
    """Secrets Manager for the secret that a function rotates, in a world whose functions know it by its ARN."""
    name, variable = _ROTATED_BY[function]

    def invoke(event: Event) -> object:
        handler = importlib.import_module(f"functions.{function}.app").lambda_handler
        return handler(event, Context(function))

    rotator = Rotator(name, invoke)
    rotator.switch_on()
    world.configure(**{variable: rotator.arn})
    return rotator
