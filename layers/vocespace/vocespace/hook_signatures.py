"""Webhooks of booking systems: whether one comes from whom its address says, and is as it was sent.

Cal.com signs the body alone, so that only the dedupe of its bytes and the state of the meeting stand against a replay.
Calendly and Standard Webhooks sign the time along. All of them are MACs over the very bytes of the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from vocespace.booking_sources import BookingSources, SourceKind
from vocespace.clock import Clock
from vocespace.document_cache import CachedDocument
from vocespace.errors import UnauthorizedError

WINDOW = 300
"""How far the time that is signed along may be from ours, in seconds: Standard Webhooks' own libraries' limit."""

_HEX = re.compile(r"[0-9a-f]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{43}=")
_SECONDS = re.compile(r"[0-9]{1,12}")
# A dot would let one signed text be taken apart in two ways: the id, the time and the body are joined by dots.
_MESSAGE_ID = re.compile(r"[!-\-/-~]{1,256}")

# Whoever is not known costs about as much time as whoever is, and is refused whatever comes of it.
_NOBODY = (SourceKind.CAL_COM, (b"nobody signs with this",))


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a sender says to have signed.

    Attributes:
        prefix: What was signed before the body.
        signatures: The signatures, each as text; any of them may be the right one.
        written: How a MAC is written.
        time: When, Unix seconds; None where that is not signed.
    """

    prefix: bytes
    signatures: tuple[bytes, ...]
    written: Callable[[bytes], bytes]
    time: int | None = None


class HookSignatures:
    """Verifies webhooks.

    Args:
        sources: Who is believed, and by which secrets.
        clock: The time.
    """

    def __init__(self, sources: CachedDocument[BookingSources], clock: Clock) -> None:
        self._sources = sources
        self._clock = clock

    def verify(self, name: str, headers: Mapping[str, str], body: bytes) -> SourceKind:
        """Lets pass what a source has sent.

        Args:
            name: Which source the address names.
            headers: The request's headers, by lower-case names.
            body: The very bytes of the body.

        Returns:
            What kind of source it is.

        Raises:
            UnauthorizedError: there is no such source, or the signature is not one of its own, or too old.
            SecretsUnavailableError: nobody can tell.
        """
        try:
            return self._verified(self._sources.value(), name, headers, body)
        except UnauthorizedError:
            # A secret that was added a moment ago: the cache may not know it yet.
            return self._verified(self._sources.refreshed(), name, headers, body)

    def _verified(self, known: BookingSources, name: str, headers: Mapping[str, str], body: bytes) -> SourceKind:
        source = known.sources.get(name)
        kind, keys = _NOBODY if source is None else (source.kind, source.mac_keys())
        check_signature(kind, keys, headers, body, now=self._clock.time())
        if source is None:
            raise UnauthorizedError("hook_source")
        return kind


def check_signature(
    kind: SourceKind, keys: tuple[bytes, ...], headers: Mapping[str, str], body: bytes, *, now: float
) -> None:
    """Lets pass what a source of a kind has signed by any of its keys.

    Raises:
        UnauthorizedError: it has not, or too long ago.
    """
    claim = _CLAIMS[kind](headers)
    expected = [claim.written(hmac.digest(key, claim.prefix + body, hashlib.sha256)) for key in keys]
    fits = [hmac.compare_digest(mac, signature) for mac in expected for signature in claim.signatures]
    if not claim.signatures:
        raise UnauthorizedError("hook_no_signature")
    if not any(fits):
        raise UnauthorizedError("hook_signature")
    if claim.time is not None and abs(now - claim.time) > WINDOW:
        raise UnauthorizedError("hook_time")


def _cal_com(headers: Mapping[str, str]) -> _Claim:
    signature = headers.get("x-cal-signature-256", "")
    # Without a secret, Cal.com writes `no-secret-provided` here: that is no MAC.
    return _Claim(b"", _macs(_HEX, [signature.lower()]), _in_hex)


def _calendly(headers: Mapping[str, str]) -> _Claim:
    parts = [part.strip(" ").partition("=") for part in headers.get("calendly-webhook-signature", "").split(",")]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        return _Claim(b"", (), _in_hex)
    signatures = _macs(_HEX, (value.lower() for name, _, value in parts if name == "v1"))
    return _Claim(f"{times[0]}.".encode(), signatures, _in_hex, int(times[0]))


def _standard(headers: Mapping[str, str]) -> _Claim:
    message, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _MESSAGE_ID.fullmatch(message) or not _SECONDS.fullmatch(seconds):
        return _Claim(b"", (), base64.b64encode)
    parts = [part.partition(",") for part in headers.get("webhook-signature", "").split(" ")]
    # `v1a` are signatures by a key pair, for receivers that know the public key.
    signatures = _macs(_BASE64, (value for version, _, value in parts if version == "v1"))
    return _Claim(f"{message}.{seconds}.".encode(), signatures, base64.b64encode, int(seconds))


def _macs(form: re.Pattern[str], texts: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts if form.fullmatch(text))


def _in_hex(mac: bytes) -> bytes:
    return mac.hex().encode()


_CLAIMS: dict[SourceKind, Callable[[Mapping[str, str]], _Claim]] = {
    SourceKind.CAL_COM: _cal_com,
    SourceKind.CALENDLY: _calendly,
    SourceKind.STANDARD: _standard,
}
