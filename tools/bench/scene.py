"""What is asked: a seeded stack on moto's server, and one event of events/ for each thing that is measured."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from local.cloud import start_cloud
from local.demo import Demo, make_demo
from local.intrinsics import load
from local.options import PLATFORM, ROOT, LiveKit
from local.stack import create
from local.template import FunctionSpec
from tests.support.events import fresh, load_event
from vocespace.jws import sign

LIVEKIT = LiveKit("wss://livekit.example.com", "APIbench", "livekit-secret-of-the-bench-0123456789abcdef")
WEB_CLIENT = "https://vocespace.example.com"
BASE_URL = "https://connect.example.com"

_USES: Final = {
    "redirect_url": ("redirect_url", "post_ttl", "issue", 201),
    "connection_details": ("connection_details", "get_redirect", "redeem", 302),
    "connection_details_guest": ("connection_details", "get_guest", "guest", 200),
    "service_info": ("service_info", "healthz", "health", 200),
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


def make_scene() -> Scene:
    """A stack of one's own, seeded; it ends with the process."""
    demo = make_demo(LIVEKIT, now=int(time.time()))
    parameters = {"VoceSpaceUrl": WEB_CLIENT, "PublicBaseUrl": BASE_URL, "GuestAccess": "true"}
    parameters |= {"LiveKitUrl": LIVEKIT.url, "LiveKitApiKey": LIVEKIT.api_key}
    cloud = start_cloud()
    document = load((ROOT / "template.yaml").read_text(encoding="utf-8"))
    functions = create(document, parameters, cloud, demo).template.functions()
    by_name = {each.handler.split(".")[1]: each for each in functions}
    uses = tuple(
        Use(name, by_name[function], peer, _event(function, case, demo), status)
        for name, (function, case, peer, status) in _USES.items()
    )
    return Scene(uses, {"AWS_ENDPOINT_URL": cloud.endpoint}, _peer_environment(demo))


def _event(function: str, case: str, demo: Demo) -> dict[str, Any]:
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
    return fresh(load_event(function, case), api_key=demo.api_key_text, token=token, now=now)


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
