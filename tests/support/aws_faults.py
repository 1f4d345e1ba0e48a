"""AWS that fails when a test says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from vocespace import aws

_CLIENTS: dict[str, Callable[[], Any]] = {
    "GetSecretValue": aws.secrets_manager,
    "PutSecretValue": aws.secrets_manager,
    "PutEvents": aws.events,
    "SendEmail": aws.mail_service,
    "SendMessage": aws.sqs,
}


class RawAnswer(BytesIO):
    """The bytes of an answer, as botocore reads them."""

    def stream(self) -> Iterator[bytes]:
        """All of them at once."""
        yield self.read()


def fail(operation: str, status: int, code: str) -> list[str]:
    """Makes every call of an operation fail from now on, as long as the client lives.

    Returns:
        A list that gets one entry for every call.
    """
    calls: list[str] = []

    def answer(**_: object) -> Any:  # noqa: ANN401 - botocore types its hooks as returning nothing
        calls.append(operation)
        body = json.dumps({"__type": code, "message": "secret-looking text of AWS's"}).encode()
        return AWSResponse("https://aws.example", status, HTTPHeaders(), RawAnswer(body))

    client = _CLIENTS.get(operation, aws.dynamodb)()
    client.meta.events.register_first(f"before-send.*.{operation}", answer)
    return calls
