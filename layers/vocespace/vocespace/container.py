"""Puts the parts together, once per process and at the first request: importing this builds nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, partial

from vocespace import aws
from vocespace.callers import Callers
from vocespace.clock import Clock, SystemClock
from vocespace.connection_details import Provider
from vocespace.connections import Connections
from vocespace.key_ring import KeyRing
from vocespace.registry import Registry
from vocespace.secret_cache import CachedSecret
from vocespace.settings import Settings
from vocespace.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Container:
    """The parts a function works with."""

    settings: Settings
    callers: Callers
    connections: Connections


@cache
def container() -> Container:
    """The parts of this process, by its environment."""
    return assemble(Settings.from_environment(os.environ), SystemClock())


def assemble(settings: Settings, clock: Clock) -> Container:
    """Builds the parts for given settings and a given clock."""
    registry = Registry(partial(aws.read_item, settings.table_name), clock)
    ring = CachedSecret(
        "signing", read=partial(aws.read_secret, settings.signing_secret_id), parse=KeyRing.parse, clock=clock
    )
    connections = Connections(
        settings,
        tokens=Tokens(ring, max_ttl=settings.max_ttl_seconds, clock=clock),
        registry=registry,
        provider=_provider(settings, clock),
        clock=clock,
    )
    return Container(settings, Callers(registry, clock), connections)


def _provider(settings: Settings, clock: Clock) -> Provider:
    # Imported here, because a function should not pay for the provider it does not have.
    if settings.connection_provider == "vocespace":
        from vocespace.vocespace_provider import VoceSpaceProvider

        return VoceSpaceProvider(settings.vocespace_url)

    from vocespace.livekit_key import LiveKitKey
    from vocespace.livekit_provider import LiveKitProvider

    key = CachedSecret(
        "livekit",
        read=partial(aws.read_secret, settings.livekit_secret_id),
        parse=partial(LiveKitKey.parse, allow_short=settings.allow_short_livekit_secret),
        clock=clock,
    )
    return LiveKitProvider(key, room_mapping=settings.room_mapping, clock=clock)
