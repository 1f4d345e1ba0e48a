"""The secrets of a deployment, read and checked here and now; whatever is wrong with one is said without quoting it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from vocespace import aws
from vocespace.key_ring import KeyRing
from vocespace.livekit_key import LiveKitKey
from vocespace.settings import Settings
from vocespace_cli.faults import UnreachableError

_T = TypeVar("_T")


def key_ring(settings: Settings) -> KeyRing:
    """The key ring.

    Raises:
        DocumentReadError: AWS does not hand it out.
        UnreachableError: it is malformed.
    """
    return parsed(aws.read_secret(settings.signing_secret_id), KeyRing.parse)


def livekit_key(settings: Settings) -> LiveKitKey:
    """The LiveKit key.

    Raises:
        DocumentReadError: AWS does not hand it out.
        UnreachableError: it is malformed.
    """
    allow_short = settings.allow_short_livekit_secret
    return parsed(
        aws.read_secret(settings.livekit_secret_id), lambda text: LiveKitKey.parse(text, allow_short=allow_short)
    )


def parsed(text: str, parse: Callable[[str], _T]) -> _T:
    """What a secret's text holds.

    Raises:
        UnreachableError: it is malformed.
    """
    try:
        return parse(text)
    except ValueError as error:
        # Both parsers say what is wrong without a word of the secret.
        raise UnreachableError(
            f"A secret is unusable: {error}.", hint="docs/operations.md shows what it holds."
        ) from None
