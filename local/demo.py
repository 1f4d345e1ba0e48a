"""The platform `demo`, its API key, the key ring, the LiveKit key and the booking systems, made anew for each run."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.demo_bookings import DemoBookings
from local.options import PLATFORM, CannotStartError, LiveKit
from local.signature import ROLE
from vocespace.api_keys import ApiKey
from vocespace.identities import Identity
from vocespace.key_ring import MIN_SECRET_BYTES, KeyRing
from vocespace.livekit_key import LiveKitKey, LiveKitKeyError
from vocespace.name_patterns import ANYTHING
from vocespace.platforms import DEFAULT_MAX_TTL, Platform, Policy
from vocespace.registry import api_key_items, platform_items

AUTH_TYPES = ("demo", "c_s")


@dataclass(frozen=True, slots=True)
class Demo:
    """What is put into the table and the secrets, and those secrets of it that the developer is told."""

    platform: Platform
    api_key: ApiKey
    api_key_text: str
    signing_kid: str
    signing_secret: str
    ring: str
    livekit_secret: str
    bookings: DemoBookings = field(default_factory=DemoBookings.generate)

    def items(self) -> list[Mapping[str, Any]]:
        """What is put into the table."""
        return [*platform_items(self.platform), *api_key_items(self.api_key), *self.bookings.items()]

    def secrets(self) -> dict[str, str]:
        """The texts of secrets, by the logical ids of the template's; others are as the template makes them."""
        return {
            "SigningSecret": self.ring,
            "LiveKitSecret": self.livekit_secret,
            "BookingSourcesSecret": self.bookings.sources,
        }


def make_demo(livekit: LiveKit, *, now: int) -> Demo:
    """Makes everything anew, so that nothing of one run is worth anything in the next.

    Raises:
        CannotStartError: the LiveKit URL or key that was given is unusable.
    """
    everything = Policy(
        auth_types=AUTH_TYPES,
        identities=tuple(Identity),
        spaces=(ANYTHING,),
        rooms=(ANYTHING,),
        max_ttl_seconds=DEFAULT_MAX_TTL,
    )
    api_key, api_key_text = ApiKey.generate(PLATFORM, now=now)
    signing_kid = f"demo-{secrets.token_hex(4)}"
    signing_secret = secrets.token_hex(MIN_SECRET_BYTES)
    return Demo(
        platform=Platform(platform=PLATFORM, policy=everything, created_at=now, roles=(ROLE,)),
        api_key=api_key,
        api_key_text=api_key_text,
        signing_kid=signing_kid,
        signing_secret=signing_secret,
        ring=_ring(signing_kid, signing_secret, now),
        livekit_secret=_livekit_secret(livekit),
    )


def _ring(kid: str, secret: str, now: int) -> str:
    text = json.dumps({"keys": [{"kid": kid, "secret": secret, "createdAt": now}], "signingKid": kid})
    KeyRing.parse(text)
    return text


def _livekit_secret(livekit: LiveKit) -> str:
    text = json.dumps({"url": livekit.url, "apiKey": livekit.api_key, "apiSecret": livekit.api_secret})
    try:
        LiveKitKey.parse(text, allow_short=True)
    except LiveKitKeyError:
        raise CannotStartError("LIVEKIT_URL must be a ws:// or wss:// URL, and the LiveKit key plain text") from None
    return text
