"""To which endpoints outgoing webhooks go, and by which secrets they are signed: a secret of the stack."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from vocespace.attributes import Key
from vocespace.booking_routes import EndpointName
from vocespace.secret_documents import read_document
from vocespace.token_result import UnixSeconds
from vocespace.webhook_secrets import standard_key
from vocespace.wire import WireModel

MAX_SECRETS = 8
MAX_URL = 2048


class EndpointsError(ValueError):
    """The secret does not hold usable endpoints; the message never quotes it."""


class Endpoint(WireModel):
    """An endpoint.

    Attributes:
        url: Where it is. What it has to be like is checked when something is sent there, so that one that is not
            usable keeps nothing from the others.
        secrets: What is signed with, all of them each time: more than one while a secret is replaced.
    """

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL)]
    secrets: Annotated[
        tuple[Annotated[SecretStr, Field(strict=False)], ...],
        Field(min_length=1, max_length=MAX_SECRETS, strict=False),
    ]

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        if len(set(self.keys())) < len(self.secrets):
            raise ValueError("has a secret twice")
        return self

    def keys(self) -> tuple[bytes, ...]:
        """What MACs are computed with, one for each secret.

        Raises:
            ValueError: a secret is none of Standard Webhooks'.
        """
        return tuple(standard_key(secret.get_secret_value()) for secret in self.secrets)

    @property
    def digest(self) -> str:
        """What the table knows the URL by, which may carry a credential itself."""
        return hashlib.sha256(self.url.encode()).hexdigest()


class Endpoints(WireModel):
    """All endpoints, by the names that routes call them by."""

    endpoints: dict[EndpointName, Endpoint]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads the secret's text: `{"endpoints": {name: {"url", "secrets"}}}`.

        Raises:
            EndpointsError: it is malformed, or a secret is unusable.
        """
        return read_document(cls, text, "endpoints", EndpointsError)

    def to_text(self) -> str:
        """The secret's text."""
        endpoints = {
            name: {"url": each.url, "secrets": [secret.get_secret_value() for secret in each.secrets]}
            for name, each in self.endpoints.items()
        }
        return json.dumps({"endpoints": endpoints}, ensure_ascii=False)


class GoneEndpoint(WireModel):
    """That an endpoint has answered that it is gone (410): it hears nothing more until it has another URL.

    Attributes:
        digest: Of the URL that is gone.
        since: When it said so.
    """

    digest: str
    since: UnixSeconds


def gone_endpoint_key(name: str) -> Key:
    """The primary key of the item that says that an endpoint is gone."""
    return {"pk": f"ENDPOINT#{name}", "sk": "GONE"}
