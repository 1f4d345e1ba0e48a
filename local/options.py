"""What the person who types `make run` can decide, by environment variables."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vocespace.key_ring import MIN_SECRET_BYTES

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 3000
DEFAULT_LIVEKIT_URL = "ws://127.0.0.1:7880"
PLATFORM = "demo"

_DEMO = {
    "GuestAccess": "true",
    "UserAccess": "true",
    "IamAccess": "true",
    "ApiDocs": "true",
    "SigningKeyPlatform": PLATFORM,
    "MailSender": "connect@example.com",
}
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?/?")


class CannotStartError(Exception):
    """Something is in the way; the message is one line for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class LiveKit:
    """The LiveKit server and its key: given by LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or made up."""

    url: str
    api_key: str
    api_secret: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> LiveKit:
        """Reads the three variables.

        Raises:
            CannotStartError: half a key was given.
        """
        api_key = environment.get("LIVEKIT_API_KEY", "")
        api_secret = environment.get("LIVEKIT_API_SECRET", "")
        if bool(api_key) != bool(api_secret):
            raise CannotStartError("LIVEKIT_API_KEY and LIVEKIT_API_SECRET belong together: set both or neither")
        return cls(
            url=environment.get("LIVEKIT_URL") or environment.get("LiveKitUrl") or DEFAULT_LIVEKIT_URL,
            api_key=api_key or environment.get("LiveKitApiKey") or f"API{secrets.token_hex(6)}",
            api_secret=api_secret or secrets.token_hex(MIN_SECRET_BYTES),
        )

    @property
    def is_short(self) -> bool:
        """Whether the secret is one that a deployment would refuse."""
        return len(self.api_secret.encode()) < MIN_SECRET_BYTES


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for.

    Attributes:
        port: Where to listen; 0 takes a free one.
        folder: Where demo.env, the functions' log, the clock and the outbox go.
        dynamodb_url: A DynamoDB on this machine for the table to be in, such as `make dynamodb`; empty: moto's.
        secrets_manager_url: What the functions take for Secrets Manager, such as a proxy; empty: moto's.
        secrets_age_faster_by: By how much secrets in memory age faster than in a deployment; empty: not at all.
        ca_file: The certificates that the functions trust beyond their own, for an OIDC issuer with a CA of its own.
        parameters: Template parameters: what was given by name, and what a demo wants otherwise than a deployment.
    """

    port: int
    folder: Path
    livekit: LiveKit
    dynamodb_url: str
    secrets_manager_url: str
    secrets_age_faster_by: str
    ca_file: str
    parameters: dict[str, str]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], parameters: Iterable[str]) -> Options:
        """Reads PORT, LOCAL_DIR, LIVEKIT_*, the URLs of AWS, SSL_CERT_FILE and each of the template's parameters.

        Raises:
            CannotStartError: a value makes no sense.
        """
        livekit = LiveKit.from_environment(environment)
        given = {name: environment[name] for name in parameters if name in environment}
        return cls(
            port=_port(environment.get("PORT") or str(DEFAULT_PORT)),
            folder=Path(environment.get("LOCAL_DIR") or ROOT / ".local").absolute(),
            livekit=livekit,
            dynamodb_url=_loopback(environment, "DYNAMODB_URL", "http://127.0.0.1:8000"),
            secrets_manager_url=_loopback(environment, "SECRETS_MANAGER_URL", "http://127.0.0.1:8001"),
            secrets_age_faster_by=environment.get("SECRETS_AGE_FASTER_BY", ""),
            ca_file=environment.get("SSL_CERT_FILE", ""),
            parameters=_DEMO | given | {"LiveKitUrl": livekit.url, "LiveKitApiKey": livekit.api_key},
        )


def _loopback(environment: Mapping[str, str], name: str, example: str) -> str:
    url = environment.get(name, "")
    # The keys of this machine's AWS are no secret: what they open has no place on a network.
    if url and not _LOOPBACK.fullmatch(url):
        raise CannotStartError(f"{name} must be an http:// URL of this machine, such as {example}")
    return url


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):  # noqa: PLR2004 - what a port is
        raise CannotStartError(f"PORT must be a number from 0 to 65535, not {text!r}")
    return int(text)
