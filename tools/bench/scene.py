"""Where everything is asked: a seeded stack on moto's server, and the environment of functions and peers."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from local.cloud import start_cloud
from local.demo import Demo, make_demo
from local.intrinsics import load
from local.options import ROOT, LiveKit
from local.postman import trust_sender
from local.stack import create, running
from local.template import FunctionSpec
from tests.support.events import Event
from tests.support.oidc_issuer import AUDIENCE, OidcIssuer
from tools.bench.event_making import MAKES_LINKS, MAKES_MEETINGS, Credential, Events
from tools.bench.shipping import ARCHITECTURE
from tools.bench.uses import Use
from vocespace.api_keys import ApiKey
from vocespace.identities import Identity
from vocespace.issuers import Issuer
from vocespace.platforms import Platform
from vocespace.registry import api_key_items, platform_items

LIVEKIT = LiveKit("wss://livekit.example.com", "APIbench", "livekit-secret-of-the-bench-0123456789abcdef")
WEB_CLIENT = "https://vocespace.example.com"
BASE_URL = "https://connect.example.com"
SENDER = "connect@example.com"
PARAMETERS: Final = {
    "VoceSpaceUrl": WEB_CLIENT,
    "PublicBaseUrl": BASE_URL,
    "GuestAccess": "true",
    "LiveKitUrl": LIVEKIT.url,
    "LiveKitApiKey": LIVEKIT.api_key,
    "MailSender": SENDER,
    "Architecture": ARCHITECTURE,
}
"""The template's."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is there.

    Attributes:
        functions: Every function of the stack, by its name.
        environment: What functions find in their environment besides their own variables.
        peer_environment: What the peers find.
        events: Makes what is asked.
    """

    functions: Mapping[str, FunctionSpec]
    environment: dict[str, str]
    peer_environment: dict[str, str]
    events: Events

    def function(self, use: Use) -> FunctionSpec:
        """What does it."""
        return self.functions[use.function]

    def event(self, use: Use) -> Event:
        """What is asked, made anew."""
        return self.events.of(use)


@contextmanager
def make_scene(folder: Path) -> Iterator[Scene]:
    """A stack of one's own, seeded, with an issuer that signs in the users of its platform.

    Args:
        folder: Where the issuer's certificate may be left.
    """
    now = int(time.time())
    with ExitStack() as stack:
        issuer = stack.enter_context(OidcIssuer(folder))
        demo = _with_users(make_demo(LIVEKIT, now=now), issuer)
        limited, limited_key = _limited(demo, now)
        cloud = start_cloud()
        # Users are taken in the environment only: what ships is what a deployment has that nobody configured for them.
        parameters = PARAMETERS | {"UserAccess": "true"}
        made = create(load((ROOT / "template.yaml").read_text(encoding="utf-8")), parameters, cloud, demo)
        trust_sender(SENDER)
        cloud.put_items(made.table, *platform_items(limited), *api_key_items(limited_key[0]))
        functions = {each.handler.split(".")[1]: each for each in made.template.functions()}
        before = [functions[name] for name in (MAKES_LINKS, MAKES_MEETINGS)]
        log = stack.enter_context(open(os.devnull, "w", encoding="ascii"))  # noqa: PTH123 - a device, no path of ours
        pools = stack.enter_context(running(before, cloud.environment, size=1, log=log.fileno()))
        credentials: dict[str, Credential] = {
            "redirect_url_user": lambda now: issuer.token(None, now),
            "redirect_url_quota": lambda _: limited_key[1],
        }
        by_name = {name: pools[functions[name].logical_id] for name in (MAKES_LINKS, MAKES_MEETINGS)}
        environment = cloud.environment | {"SSL_CERT_FILE": str(issuer.ca_file)}
        peers = _peer_environment(demo) | _users(issuer)
        yield Scene(functions, environment, peers, Events(demo, credentials, made.queues, by_name))


def _with_users(demo: Demo, issuer: OidcIssuer) -> Demo:
    agreement = Issuer(issuer=issuer.url, audience=AUDIENCE, identities={}, default_identity=Identity.PARTICIPANT)
    return replace(demo, platform=demo.platform.model_copy(update={"issuers": (agreement,)}))


def _limited(demo: Demo, now: int) -> tuple[Platform, tuple[ApiKey, str]]:
    policy = demo.platform.policy.model_copy(update={"requests_per_minute": 1_000_000})
    return Platform(platform="limited", policy=policy, created_at=now), ApiKey.generate("limited", now=now)


def _users(issuer: OidcIssuer) -> dict[str, str]:
    return {"ISSUER": issuer.url, "AUDIENCE": AUDIENCE, "ISSUER_JWK": json.dumps(issuer.keys[-1].jwk())}


def _peer_environment(demo: Demo) -> dict[str, str]:
    return {
        "API_KEY": demo.api_key_text,
        "PLATFORM": demo.platform.platform,
        "SIGNING_KID": demo.signing_kid,
        "SIGNING_SECRET": demo.signing_secret,
        "LIVEKIT_URL": LIVEKIT.url,
        "LIVEKIT_API_KEY": LIVEKIT.api_key,
        "LIVEKIT_API_SECRET": LIVEKIT.api_secret,
        "BASE_URL": BASE_URL,
        "WEB_CLIENT": WEB_CLIENT,
    }
