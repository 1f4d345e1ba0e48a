"""What is asked: a seeded stack on moto's server, and one event of events/ for each thing that is measured."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from local.cloud import start_cloud
from local.demo import Demo, make_demo
from local.intrinsics import load
from local.options import PLATFORM, ROOT, LiveKit
from local.stack import create
from local.template import FunctionSpec
from tests.support.events import fresh, load_event, with_headers
from tests.support.oidc_issuer import AUDIENCE, OidcIssuer
from vocespace.api_keys import ApiKey
from vocespace.identities import Identity
from vocespace.issuers import Issuer
from vocespace.jws import sign
from vocespace.platforms import Platform
from vocespace.registry import api_key_items, platform_items

LIVEKIT = LiveKit("wss://livekit.example.com", "APIbench", "livekit-secret-of-the-bench-0123456789abcdef")
WEB_CLIENT = "https://vocespace.example.com"
BASE_URL = "https://connect.example.com"

_USES: Final = {
    "redirect_url": ("redirect_url", "post_ttl", "issue", 201),
    "connection_details": ("connection_details", "get_redirect", "redeem", 302),
    "connection_details_guest": ("connection_details", "get_guest", "guest", 200),
    "service_info": ("service_info", "healthz", "health", 200),
    "livekit_token": ("livekit_token", "post", "token", 201),
    "redirect_url_user": ("redirect_url", "post_user", "issue_user", 201),
    "redirect_url_quota": ("redirect_url", "post_ttl", "issue", 201),
}
"""Name: the function, the file of its event, what the same is called in the peers, and the status of the answer."""


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that the service is used for, and what answers it."""

    name: str
    function: FunctionSpec
    peer: str
    event: dict[str, Any]
    status: int


@dataclass(frozen=True, slots=True)
class Scene:
    """All uses, what the functions find in their environment besides their own variables, and what the peers find."""

    uses: tuple[Use, ...]
    environment: dict[str, str]
    peer_environment: dict[str, str]


def make_scene(folder: Path) -> Scene:
    """A stack of one's own, seeded, with an issuer that signs in the users of its platform; it ends with the process.

    Args:
        folder: Where the issuer's certificate may be left.
    """
    now = int(time.time())
    issuer = OidcIssuer(folder).__enter__()
    demo = _with_users(make_demo(LIVEKIT, now=now), issuer)
    limited, limited_key = _limited(demo, now)
    parameters = {"VoceSpaceUrl": WEB_CLIENT, "PublicBaseUrl": BASE_URL, "GuestAccess": "true"}
    parameters |= {"LiveKitUrl": LIVEKIT.url, "LiveKitApiKey": LIVEKIT.api_key}
    cloud = start_cloud()
    document = load((ROOT / "template.yaml").read_text(encoding="utf-8"))
    stack = create(document, parameters, cloud, demo)
    cloud.put_items(stack.table, *platform_items(limited), *api_key_items(limited_key[0]))
    functions = stack.template.functions()
    credentials = {"redirect_url_user": issuer.token(None, now), "redirect_url_quota": limited_key[1]}
    by_name = {each.handler.split(".")[1]: each for each in functions}
    uses = tuple(
        Use(
            name,
            by_name[function],
            peer,
            _event(function, case, demo, credentials.get(name, demo.api_key_text)),
            status,
        )
        for name, (function, case, peer, status) in _USES.items()
    )
    environment = {"AWS_ENDPOINT_URL": cloud.endpoint, "SSL_CERT_FILE": str(issuer.ca_file)}
    return Scene(tuple(uses), environment, _peer_environment(demo) | _users(issuer))


def _with_users(demo: Demo, issuer: OidcIssuer) -> Demo:
    agreement = Issuer(issuer=issuer.url, audience=AUDIENCE, identities={}, default_identity=Identity.PARTICIPANT)
    return replace(demo, platform=demo.platform.model_copy(update={"issuers": (agreement,)}))


def _limited(demo: Demo, now: int) -> tuple[Platform, tuple[ApiKey, str]]:
    policy = demo.platform.policy.model_copy(update={"requests_per_minute": 1_000_000})
    return Platform(platform="limited", policy=policy, created_at=now), ApiKey.generate("limited", now=now)


def _users(issuer: OidcIssuer) -> dict[str, str]:
    return {"ISSUER": issuer.url, "AUDIENCE": AUDIENCE, "ISSUER_JWK": json.dumps(issuer.keys[-1].jwk())}


def _event(function: str, case: str, demo: Demo, credential: str) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "id": "user_12345",
        "username": "Zhang San",
        "space": "my-workspace",
        "identity": "participant",
        "platform": PLATFORM,
        "iat": now,
        "exp": now + 3600,
    }
    token = sign(claims, demo.signing_secret.encode(), demo.signing_kid)
    event = load_event(function, case)
    if "authorization" in event["headers"]:
        event = with_headers(event, authorization=f"Bearer {credential}")
    return fresh(event, api_key=credential, token=token, now=now)


def _peer_environment(demo: Demo) -> dict[str, str]:
    return {
        "API_KEY": demo.api_key_text,
        "SIGNING_KID": demo.signing_kid,
        "SIGNING_SECRET": demo.signing_secret,
        "LIVEKIT_URL": LIVEKIT.url,
        "LIVEKIT_API_KEY": LIVEKIT.api_key,
        "LIVEKIT_API_SECRET": LIVEKIT.api_secret,
        "BASE_URL": BASE_URL,
        "WEB_CLIENT": WEB_CLIENT,
    }
