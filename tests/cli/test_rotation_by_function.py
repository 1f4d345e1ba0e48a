"""`vocespace keys rotate` where a function rotates: asked of Secrets Manager, waited for, and what is in the way."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cli.conftest import Cli
from tests.cli.rings import SECRET_ID, kids, labels, put_pending, stored_text
from tests.support.clock import FakeClock
from tests.support.world import KID, World
from vocespace import aws
from vocespace.ring_rotation import Rules
from vocespace.secret_rotation import SecretRotation
from vocespace.secret_versions import SecretVersions
from vocespace.signing_rotation import SigningChange
from vocespace_cli.rotations import WAIT_SECONDS

ROTATE = ["keys", "rotate", "--json"]


class Service:
    """Secrets Manager as one that calls a function: by the steps, each when the clock is waited for."""

    def __init__(self, clock: FakeClock) -> None:
        self._versions = SecretVersions(aws.secrets_manager(), SECRET_ID, clock)
        change = SigningChange(Rules(max_ttl=86_400), clock)
        self._rotation = SecretRotation(SECRET_ID, self._versions, change)
        self._steps: list[Callable[[str], object]] = [self._rotation.create, self._rotation.test, self._rotation.finish]
        self._version = ""
        self.calls = 0

    def stop_after(self, steps: int, *then: Callable[[str], object]) -> None:
        """Lets the function do so many steps, and something else after them."""
        self._steps = [*self._steps[:steps], *then]

    def rotate(self, **_: object) -> dict[str, str]:
        """Answers RotateSecret."""
        self.calls += 1
        self._version = str(uuid.uuid4())
        return {"VersionId": self._version}

    def give_up(self, version: str) -> None:
        """What the function does with a version that can never become the current one."""
        self._versions.withdraw(version)

    def go_on(self) -> None:
        """Does the next step."""
        # The function says its metrics where its log is, not here.
        if self._version and self._steps:
            with redirect_stdout(StringIO()):
                self._steps.pop(0)(self._version)


@pytest.fixture(name="service")
def _service(world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Service:
    assert world.clock is clock
    service = Service(clock)
    client = aws.secrets_manager()
    describe, sleep = client.describe_secret, clock.sleep

    def described(**arguments: str) -> Any:  # noqa: ANN401 - as botocore
        return describe(**arguments) | {"RotationEnabled": True}

    def slept(seconds: float) -> None:
        sleep(seconds)
        service.go_on()

    monkeypatch.setattr(client, "describe_secret", described)
    monkeypatch.setattr(client, "rotate_secret", service.rotate)
    monkeypatch.setattr(clock, "sleep", slept)
    return service


def test_it_is_waited_for(cli: Cli, service: Service) -> None:
    """And told what came of it."""
    told = cli(*ROTATE)

    assert (told.code, told.json["signingKid"], service.calls) == (0, KID, 1)
    assert told.json["nextKid"] in kids()


def test_too_early_is_said_before_anything_is_begun(cli: Cli, service: Service) -> None:
    """The function would say it to its log, and nobody to the operator."""
    assert cli(*ROTATE).code == 0
    told = cli(*ROTATE)

    assert (told.code, service.calls) == (1, 1)
    assert "too lately" in told.error["message"]


def test_a_rotation_that_is_given_up(cli: Cli, service: Service) -> None:
    """The operator is sent to the function's log."""
    service.stop_after(1, service.give_up)
    before = stored_text()

    told = cli(*ROTATE)

    assert told.code == 1
    assert "given up" in told.error["message"]
    assert "log" in told.error["hint"]
    assert stored_text() == before


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_rotation_that_does_not_end(cli: Cli, service: Service, clock: FakeClock, steps: int) -> None:
    """Is waited for so long, and then it is said how to clear what it left."""
    service.stop_after(steps)
    begun = clock.time()

    told = cli(*ROTATE)

    assert told.code == 1
    assert clock.time() - begun == WAIT_SECONDS
    assert "--version-stage AWSPENDING --remove-from-version-id" in told.error["hint"]


def test_a_rotation_that_is_in_the_way(cli: Cli, service: Service) -> None:
    """The exact command clears it; after that, it goes."""
    stuck = put_pending()

    told = cli(*ROTATE)

    assert (told.code, service.calls) == (1, 0)
    assert f"--secret-id {SECRET_ID} " in told.error["hint"]
    assert told.error["hint"].endswith(f"--remove-from-version-id {stuck}")
    service.give_up(stuck)
    assert cli(*ROTATE).code == 0


def test_a_label_on_the_current_version_is_in_nobodys_way(cli: Cli, service: Service) -> None:
    """Secrets Manager may leave it there."""
    (current,) = labels()
    aws.secrets_manager().update_secret_version_stage(
        SecretId=SECRET_ID, VersionStage="AWSPENDING", MoveToVersionId=current
    )

    assert (cli(*ROTATE).code, service.calls) == (0, 1)


@pytest.mark.parametrize(
    ("is_begun", "word"),
    [(True, "InvalidRequestException"), (False, "InvalidRequestException"), (False, "AccessDeniedException")],
)
def test_a_rotation_that_begins_meanwhile(
    cli: Cli, service: Service, monkeypatch: pytest.MonkeyPatch, is_begun: bool, word: str
) -> None:
    """Is told from whatever else Secrets Manager refuses."""
    assert service.calls == 0

    def refused(**_: object) -> object:
        if is_begun:
            put_pending()
        raise ClientError({"Error": {"Code": word, "Message": "c4n4ry"}}, "RotateSecret")

    monkeypatch.setattr(aws.secrets_manager(), "rotate_secret", refused)

    told = cli(*ROTATE)
    assert told.code == (1 if is_begun else 3)
    assert (word in told.error["message"]) != is_begun
