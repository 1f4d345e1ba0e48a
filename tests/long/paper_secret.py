"""One secret of Secrets Manager on paper: its versions and labels, and an outage when a test says so.

In memory and at once, for histories of many thousand calls; `tests.support.secrets_manager` is the one to trust more.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


class PaperStuckError(Exception):
    """RotateSecret: a rotation before this one has left its label behind."""


class PaperSecret:
    """The four calls of Secrets Manager's client that a rotation makes, for the one secret there is.

    Attributes:
        is_away: Whether every call fails.
        rotates: Whether the secret has a rotation function.
        reads: How often it was read.
    """

    def __init__(self, text: str) -> None:
        self.is_away = False
        self.rotates = True
        self.reads = 0
        self._texts: dict[str, str] = {"born": text}
        self._labels: dict[str, str] = {CURRENT: "born"}

    @property
    def text(self) -> str:
        """What the current version holds, seen from nowhere."""
        return self._texts[self.current]

    @property
    def current(self) -> str:
        """The current version."""
        return self._labels[CURRENT]

    def text_of(self, version: str) -> str:
        """What a version holds."""
        return self._texts[version]

    def begin_rotation(self, token: str) -> None:
        """What Secrets Manager does before it asks for the first step.

        Raises:
            PaperStuckError: another one is pending.
        """
        if self._labels.get(PENDING, self.current) != self.current:
            raise PaperStuckError
        self._labels[PENDING] = token

    def has_rotation(self, token: str) -> bool:
        """Whether the rotation to this version is still under way."""
        return self._labels.get(PENDING) == token != self._labels[CURRENT]

    def describe_secret(self, **_: object) -> dict[str, Any]:
        """DescribeSecret."""
        self._answer("DescribeSecret")
        stages: dict[str, list[str]] = {}
        for label, version in self._labels.items():
            stages.setdefault(version, []).append(label)
        return {"RotationEnabled": self.rotates, "VersionIdsToStages": stages}

    def get_secret_value(self, *, VersionStage: str, VersionId: str = "", **_: object) -> dict[str, str]:  # noqa: N803
        """GetSecretValue."""
        self._answer("GetSecretValue")
        version = self._labels.get(VersionStage, "")
        if version not in self._texts or VersionId not in {"", version}:
            raise _error("ResourceNotFoundException", "GetSecretValue")
        return {"VersionId": version, "SecretString": self._texts[version]}

    def put_secret_value(
        self,
        *,
        ClientRequestToken: str,  # noqa: N803
        SecretString: str,  # noqa: N803
        VersionStages: list[str],  # noqa: N803
        **_: object,
    ) -> None:
        """PutSecretValue."""
        self._answer("PutSecretValue")
        if self._texts.setdefault(ClientRequestToken, SecretString) != SecretString:
            raise _error("ResourceExistsException", "PutSecretValue")
        self._labels |= dict.fromkeys(VersionStages, ClientRequestToken)

    def update_secret_version_stage(
        self,
        *,
        VersionStage: str,  # noqa: N803
        RemoveFromVersionId: str,  # noqa: N803
        MoveToVersionId: str = "",  # noqa: N803
        **_: object,
    ) -> None:
        """UpdateSecretVersionStage."""
        self._answer("UpdateSecretVersionStage")
        if self._labels.get(VersionStage) != RemoveFromVersionId:
            raise _error("InvalidParameterException", "UpdateSecretVersionStage")
        if MoveToVersionId:
            self._labels[VersionStage] = MoveToVersionId
        else:
            del self._labels[VersionStage]

    def _answer(self, operation: str) -> None:
        self.reads += operation == "GetSecretValue"
        if self.is_away:
            raise EndpointConnectionError(endpoint_url="https://secretsmanager.example")


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, operation)
