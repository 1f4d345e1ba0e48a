"""The public keys of OpenID issuers: found by discovery, kept for a while, served on while an issuer is away.

OpenID Connect Discovery 1.0 section 4, RFC 8414, RFC 7517.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Self

from cachetools import LRUCache

from vocespace.clock import Clock
from vocespace.document_cache import KEY_SET, CachedDocument, DocumentReadError
from vocespace.http_json import HttpJsonError, request_json

PATIENCE = 3.0
"""Seconds that an issuer has for both its documents."""

CONNECT_TIMEOUT = 1.0
MAX_ISSUERS = 64

DISCOVERY_PATH = "/.well-known/openid-configuration"

_KEYS_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?", re.ASCII)
_MAX_URL = 2048
_FAMILIES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of one issuer that a signature may be verified with."""

    keys: tuple[Mapping[str, Any], ...]

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Reads a JWK set. What is no public signature key with a `kid` is passed over, as RFC 7517 section 5 has it.

        Raises:
            ValueError: it is not a JWK set.
        """
        keys = document.get("keys")
        if not isinstance(keys, list):
            raise ValueError("the key set has no list of keys")  # noqa: TRY004 - a malformed document, not a slip of ours
        return cls(tuple(each for each in keys if isinstance(each, dict) and _verifies(each)))

    def has(self, kid: str) -> bool:
        """Whether any key has this `kid`."""
        return any(key["kid"] == kid for key in self.keys)

    def key(self, kid: str, alg: str) -> Mapping[str, Any] | None:
        """The one key of this `kid` for an algorithm; None where there is none, or more than one."""
        family = _FAMILIES.get(alg[:2])
        fitting = [
            key for key in self.keys if key["kid"] == kid and key["kty"] == family and key.get("alg", alg) == alg
        ]
        return fitting[0] if len(fitting) == 1 else None


class KeySets:
    """The key sets of the issuers that were asked for lately."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._documents: LRUCache[str, CachedDocument[KeySet]] = LRUCache(MAX_ISSUERS)

    def key(self, issuer: str, kid: str, alg: str) -> Mapping[str, Any] | None:
        """The key of an issuer by which a token says it was signed, or None where the issuer has no such key.

        Raises:
            IssuerUnavailableError: the issuer's keys can neither be read nor served from memory.
        """
        document = self._documents.get(issuer)
        if document is None:
            document = CachedDocument(
                KEY_SET, issuer, read=partial(self._read, issuer), parse=KeySet.parse, clock=self._clock
            )
            self._documents[issuer] = document
        key_set = document.value()
        if not key_set.has(kid):
            key_set = document.refreshed()
        return key_set.key(kid, alg)

    def _read(self, issuer: str) -> dict[str, Any]:
        deadline = self._clock.monotonic() + PATIENCE
        # Discovery section 4.1: a final slash of the issuer is not doubled; section 4.3: the document names the issuer.
        metadata = self._document(issuer.removesuffix("/") + DISCOVERY_PATH, deadline)
        if metadata.get("issuer") != issuer:
            raise DocumentReadError("discovery_issuer")
        url = metadata.get("jwks_uri")
        if not isinstance(url, str) or len(url) > _MAX_URL or not _KEYS_URL.fullmatch(url):
            raise DocumentReadError("discovery_jwks_uri")
        return self._document(url, deadline)

    def _document(self, url: str, deadline: float) -> dict[str, Any]:
        rest = deadline - self._clock.monotonic()
        if rest <= 0:
            raise DocumentReadError("timeout")
        connect_timeout = min(CONNECT_TIMEOUT, rest / 2)
        try:
            status, document = request_json(
                "GET", url, connect_timeout=connect_timeout, read_timeout=rest - connect_timeout
            )
        except HttpJsonError as error:
            raise DocumentReadError(error.reason) from None
        if status != HTTPStatus.OK:
            raise DocumentReadError("status")
        return document


def _verifies(key: dict[str, Any]) -> bool:
    operations = key.get("key_ops", ["verify"])
    return (
        key.get("kty") in _FAMILIES.values()
        and isinstance(key.get("kid"), str)
        and key.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
    )
