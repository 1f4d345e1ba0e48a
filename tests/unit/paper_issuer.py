"""An issuer without a network: what it would answer to `vocespace.key_sets`, and a platform that trusts it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clock import NOW
from tests.support.oidc_issuer import AUDIENCE, IssuerKey, issuer_key, user_claims
from tests.support.world import DEMO
from vocespace import key_sets
from vocespace.issuers import Issuer
from vocespace.platforms import Platform
from vocespace.registry import ReadItems, platform_items

URL = "https://login.example/realms/demo"
DISCOVERY_URL = f"{URL}/.well-known/openid-configuration"
KEYS_URL = "https://keys.example/demo"


class PaperIssuer:
    """Answers what `answers` holds: a document, a status, or an error to raise; and keeps what was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, url: str = URL) -> None:
        self.url = url
        self.keys = [issuer_key()]
        self.asked: list[str] = []
        self.timeouts: list[float] = []
        self.changes: dict[str, object] = {}
        self.on_request: Callable[[], None] = lambda: None
        monkeypatch.setattr(key_sets, "request_json", self._request)

    def reads(self) -> int:
        """How often the key set was fetched, or discovery failed before."""
        return len([url for url in self.asked if url.endswith("/.well-known/openid-configuration")])

    def token(self, key: IssuerKey | None = None, /, **changes: object) -> str:
        """A user's token, valid at NOW."""
        payload = json.dumps(user_claims(self.url, NOW, **changes)).encode()
        return (key or self.keys[-1]).sign(payload)

    def _request(
        self, method: str, url: str, *, connect_timeout: float, read_timeout: float
    ) -> tuple[int, dict[str, Any]]:
        assert method == "GET"
        self.asked.append(url)
        self.timeouts.append(connect_timeout + read_timeout)
        self.on_request()
        usual: dict[str, dict[str, Any]] = {
            self.url.removesuffix("/") + "/.well-known/openid-configuration": {
                "issuer": self.url,
                "jwks_uri": KEYS_URL,
                "subject_types_supported": ["public"],
            },
            KEYS_URL: {"keys": [key.jwk() for key in self.keys]},
        }
        answer = self.changes.get(url, usual.get(url, 404))
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return answer, {}
        assert isinstance(answer, dict)
        return 200, answer


def trusting(*issuers: Issuer, **changes: object) -> Platform:
    """Demo, which has agreed with issuers."""
    return DEMO.model_copy(update={"issuers": issuers or (agreement(),), **changes})


def agreement(**changes: object) -> Issuer:
    """What demo has agreed with the issuer."""
    return Issuer.from_wire({"issuer": URL, "audience": AUDIENCE, "defaultIdentity": "guest", **changes})


def reader_of(*platforms: Platform) -> ReadItems:
    """A table that knows some platforms."""
    items = {(item["pk"], item["sk"]): item for platform in platforms for item in platform_items(platform)}
    return lambda keys: [items.get((key["pk"], key["sk"])) for key in keys]
