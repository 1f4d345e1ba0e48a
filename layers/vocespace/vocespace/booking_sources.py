"""Which booking systems are believed, and by which secrets: a secret of the stack (`vocespace sources`)."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from vocespace.booking_events import SourceName
from vocespace.secret_documents import read_document
from vocespace.webhook_secrets import standard_key
from vocespace.wire import WireModel

BUS = "bus"
"""The source of what comes by the stack's event bus, where AWS vouches for the sender and no secret is needed."""

MAX_SECRETS = 8
MIN_SECRET_BYTES = 16
MAX_SECRET_BYTES = 512

_NO_SECRET = "no-secret-provided"  # noqa: S105 - what Cal.com sends in place of a signature, where nobody gave a secret


class BookingSourcesError(ValueError):
    """The secret does not hold usable sources; the message never quotes it."""


class SourceKind(StrEnum):
    """Whose webhooks a source's are like."""

    CAL_COM = "cal.com"
    CALENDLY = "calendly"
    STANDARD = "standard"


class BookingSource(WireModel):
    """A booking system.

    Attributes:
        kind: How it signs and what it says.
        secrets: What it may sign with: more than one while a secret is replaced.
    """

    kind: Annotated[SourceKind, Field(strict=False)]
    secrets: Annotated[
        tuple[Annotated[SecretStr, Field(strict=False)], ...],
        Field(min_length=1, max_length=MAX_SECRETS, strict=False),
    ]

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        if len(set(self.mac_keys())) < len(self.secrets):
            raise ValueError("has a secret twice")
        return self

    def mac_keys(self) -> tuple[bytes, ...]:
        """What MACs are computed with, one for each secret.

        Raises:
            ValueError: a secret is too short, too long, or none of this kind.
        """
        key = standard_key if self.kind is SourceKind.STANDARD else _plain_key
        return tuple(key(secret.get_secret_value()) for secret in self.secrets)


class BookingSources(WireModel):
    """All sources, by the names under which their webhooks come in."""

    sources: dict[SourceName, BookingSource]

    @model_validator(mode="after")
    def _leaves_the_bus_alone(self) -> Self:
        if BUS in self.sources:
            raise ValueError(f"{BUS} is the event bus, which needs no secret")
        return self

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads the secret's text: `{"sources": {name: {"kind", "secrets"}}}`.

        Raises:
            BookingSourcesError: it is malformed, or a secret is unusable.
        """
        return read_document(cls, text, "sources", BookingSourcesError)

    def to_text(self) -> str:
        """The secret's text."""
        sources = {
            name: {"kind": source.kind.value, "secrets": [secret.get_secret_value() for secret in source.secrets]}
            for name, source in self.sources.items()
        }
        return json.dumps({"sources": sources}, ensure_ascii=False)


def _plain_key(secret: str) -> bytes:
    key = secret.encode()
    if not MIN_SECRET_BYTES <= len(key) <= MAX_SECRET_BYTES:
        raise ValueError(f"has a secret that is not of {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} bytes")
    if secret != secret.strip() or secret == _NO_SECRET:
        raise ValueError("has a secret that is none")
    return key
