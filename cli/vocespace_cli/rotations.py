"""One rotation of a secret: by its function, waited for, or here; and where one is stuck, how to get on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from botocore.exceptions import ClientError

from vocespace import aws
from vocespace.aws import CURRENT
from vocespace.clock import Clock
from vocespace.ring_rotation import RotationError
from vocespace.secret_rotation import SecretRotation, UnprovenError
from vocespace.secret_versions import PENDING, SecretState, SecretVersions, SecretVersionsError
from vocespace_cli.faults import NotOkError
from vocespace_cli.run import Run, without_log

WAIT_SECONDS = 120
"""For how long a rotation is waited for: its function takes seconds."""

_POLL_SECONDS = 2
_REFUSED = "InvalidRequestException"


def stuck_version(state: SecretState) -> str | None:
    """The version of a rotation that has not come to its end; None where there is none.

    The label may also stay on the version that has become the current one, and means nothing there.
    """
    pending = state.version_with(PENDING)
    return None if pending == state.version_with(CURRENT) else pending


def clearing_command(secret_id: str, version: str) -> str:
    """What ends a rotation that is stuck, so that the next one can begin."""
    return (
        f"aws secretsmanager update-secret-version-stage --secret-id {secret_id} "
        f"--version-stage {PENDING} --remove-from-version-id {version}"
    )


@contextmanager
def refusals_told(what: str) -> Iterator[None]:
    """Says why a secret cannot be changed.

    Args:
        what: What is in it, as the operator calls it.

    Raises:
        NotOkError: what was tried has ended in a `RotationError` or an `UnprovenError`.
    """
    try:
        yield
    except (RotationError, UnprovenError) as error:
        # They name keys and times, and quote no secret.
        raise NotOkError(f"{what} stays as it is: {error}.") from None


def versions_of(run: Run, secret_id: str) -> SecretVersions:
    """The versions of a secret."""
    return SecretVersions(aws.secrets_manager(), secret_id, run.clock)


def rotate_secret(run: Run, secret_id: str, rotation: SecretRotation, what: str) -> None:
    """Rotates a secret by its function, or here by the very steps that one would take.

    Args:
        run: The run.
        secret_id: The secret.
        rotation: Its rotation.
        what: What is in it, as the operator calls it.

    Raises:
        NotOkError: it cannot be rotated now, another rotation is in the way, or this one has not come to its end.
        SecretVersionsError, botocore.exceptions.ClientError: Secrets Manager refuses, or does not answer.
    """
    versions = versions_of(run, secret_id)
    if versions.state().rotates:
        _by_function(versions, secret_id, run.clock)
    else:
        with refusals_told(what), without_log():
            _here(versions, rotation)


def _by_function(versions: SecretVersions, secret_id: str, clock: Clock) -> None:
    _check_free(versions, secret_id)
    try:
        version = aws.secrets_manager().rotate_secret(SecretId=secret_id)["VersionId"]
    except ClientError as error:
        if error.response["Error"]["Code"] == _REFUSED:
            # Somebody else's rotation has begun between the look and the call.
            _check_free(versions, secret_id)
        raise
    was_pending = False
    for _ in range(WAIT_SECONDS // _POLL_SECONDS):
        labels = versions.state().labels.get(version, frozenset())
        if CURRENT in labels:
            return
        if was_pending and PENDING not in labels:
            raise NotOkError("The rotation was given up; nothing has changed.", hint="Its function's log says why.")
        was_pending = PENDING in labels
        clock.sleep(_POLL_SECONDS)
    raise NotOkError(
        f"The rotation has not come to its end within {WAIT_SECONDS} seconds; nothing has changed so far.",
        hint="Secrets Manager tries it again by itself, and the function's log says what failed. If it does not get "
        f"further, fix that, and clear what the rotation left: {clearing_command(secret_id, version)}",
    )


def _here(versions: SecretVersions, rotation: SecretRotation) -> None:
    version = str(uuid.uuid4())
    try:
        rotation.create(version)
        rotation.test(version)
        rotation.finish(version)
    finally:
        # Left on a version that is not the current one, now or after the next change, it would stop every rotation.
        with suppress(SecretVersionsError):
            versions.withdraw(version)


def _check_free(versions: SecretVersions, secret_id: str) -> None:
    stuck = stuck_version(versions.state())
    if stuck is not None:
        raise NotOkError(
            "A rotation has begun and not come to its end; nothing was done.",
            hint="It may be at work right now: look again in a minute. If it is stuck, its function's log says why; "
            f"then clear what it left: {clearing_command(secret_id, stuck)}",
        )
