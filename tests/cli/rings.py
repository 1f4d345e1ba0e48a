"""The key ring of the world in memory, as it is stored, and others who change it while a command is at work."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping

import boto3
import pytest

from tests.cli.conftest import Result
from tests.support.world import KID, RING_KEYS
from vocespace.key_ring import MAX_RING_BYTES, KeyRing
from vocespace.secret_versions import PENDING, SecretVersion, SecretVersions

SECRET_ID = "signing"
OTHER = "another-secret-that-is-long-enough-0123456789"


def stored_text() -> str:
    """The secret's current text."""
    secrets = boto3.client("secretsmanager")
    return secrets.get_secret_value(SecretId=SECRET_ID, VersionStage="AWSCURRENT")["SecretString"]


def stored_ring() -> KeyRing:
    """The current ring."""
    return KeyRing.parse(stored_text())


def kids() -> list[str]:
    """The kids of the current ring, in their order."""
    return [key.kid for key in stored_ring().keys]


def labels() -> dict[str, list[str]]:
    """Which version has which labels."""
    found = boto3.client("secretsmanager").describe_secret(SecretId=SECRET_ID)["VersionIdsToStages"]
    return {version: sorted(each) for version, each in found.items() if each}


def put_ring(*keys: Mapping[str, object], signing_kid: str = KID) -> None:
    """Replaces the ring, as Secrets Manager does it: moto loses count of what is current once a label was moved."""
    secrets = boto3.client("secretsmanager")
    (current,) = (version for version, each in labels().items() if "AWSCURRENT" in each)
    text = json.dumps({"keys": keys, "signingKid": signing_kid})
    made = secrets.put_secret_value(SecretId=SECRET_ID, SecretString=text, VersionStages=["made"])["VersionId"]
    secrets.update_secret_version_stage(
        SecretId=SECRET_ID, VersionStage="AWSCURRENT", MoveToVersionId=made, RemoveFromVersionId=current
    )


def put_pending() -> str:
    """Leaves a version behind as a rotation would that was cut off, and returns its id."""
    version = str(uuid.uuid4())
    boto3.client("secretsmanager").put_secret_value(
        SecretId=SECRET_ID, ClientRequestToken=version, SecretString=stored_text(), VersionStages=[PENDING]
    )
    return version


def full_ring_keys() -> list[Mapping[str, object]]:
    """Keys that leave no room for another one."""
    large = {"kid": "large", "secret": "", "platform": "demo"}
    rest = len(json.dumps({"keys": [*RING_KEYS, large], "signingKid": KID}))
    return [*RING_KEYS, large | {"secret": "x" * (MAX_RING_BYTES - rest)}]


def overtake(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object], *, times: int = 1) -> None:
    """Lets somebody else change the ring whenever a command has just read it, so many times."""
    read = SecretVersions.current
    left = [times]

    def overtaken(versions: SecretVersions) -> SecretVersion:
        found = read(versions)
        if left[0]:
            left[0] -= 1
            change()
        return found

    monkeypatch.setattr(SecretVersions, "current", overtaken)


def put_aside(kid: str = "aside") -> None:
    """Somebody else's change: one more key of the platform demo."""
    ring = json.loads(stored_text())
    put_ring(
        *ring["keys"], {"kid": kid, "secret": f"{OTHER}-{kid}", "platform": "demo"}, signing_kid=ring["signingKid"]
    )


def assert_tells_no_secret(*results: Result) -> None:
    """Nothing that was printed holds the secret of a key of the ring."""
    printed = "".join(result.out + result.err for result in results)
    for key in stored_ring().keys:
        assert key.secret.get_secret_value() not in printed
