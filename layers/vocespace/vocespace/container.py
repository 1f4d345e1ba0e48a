"""Puts the parts together, once per process and each when it is first asked for: importing this builds nothing."""

from __future__ import annotations

import os
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from vocespace import aws
from vocespace.audit import Auditor
from vocespace.block_list import BlockList
from vocespace.callers import Callers, Users
from vocespace.clock import Clock, HurriedClock, SystemClock, moved
from vocespace.connections import Connections
from vocespace.document_cache import SECRET, CachedDocument
from vocespace.errors import UnauthorizedError
from vocespace.guards import Guards
from vocespace.key_ring import KeyRing
from vocespace.quotas import Quotas
from vocespace.registry import Registry
from vocespace.settings import Settings
from vocespace.table import Table
from vocespace.tokens import Tokens

if TYPE_CHECKING:
    from vocespace.blocking import Blocking
    from vocespace.connection_details import Provider
    from vocespace.livekit_key import LiveKitKey
    from vocespace.livekit_webhook import LiveKitWebhook
    from vocespace.meeting_parts import MeetingParts
    from vocespace.room_parts import RoomParts
    from vocespace.room_service import RoomService
    from vocespace.secret_rotation import Change, SecretRotation


@cache
def container() -> Container:
    """The parts of this process, by its environment."""
    settings = Settings.from_environment(os.environ)
    return Container(settings, moved(SystemClock(), settings.local_clock_file))


class Container:
    """The parts a function works with, for given settings and a given clock."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock

    @cached_property
    def table(self) -> Table:
        """The stack's table."""
        return Table(self.settings.table_name)

    @cached_property
    def registry(self) -> Registry:
        """Platforms and their credentials."""
        return Registry(self.table.read, self.clock)

    @cached_property
    def callers(self) -> Callers:
        """Who calls."""
        return Callers(self.registry, self._users, self._quotas, self.settings, self.clock)

    @cached_property
    def connections(self) -> Connections:
        """What the API does."""
        return Connections(
            self.settings,
            tokens=self.tokens,
            registry=self.registry,
            provider=lambda: self._provider,
            guards=Guards(self.blocks, lambda: self.rooms.allocation, self._quotas, self.auditor),
            clock=self.clock,
        )

    @cached_property
    def tokens(self) -> Tokens:
        """VoceSpace tokens."""
        ring = CachedDocument(
            SECRET,
            "signing",
            read=partial(aws.read_secret, self.settings.signing_secret_id),
            parse=KeyRing.parse,
            clock=self._clock_of_secrets,
        )
        return Tokens(ring, max_ttl=self.settings.max_ttl_seconds, clock=self.clock)

    @cached_property
    def blocks(self) -> BlockList:
        """Who may not come into which space."""
        return BlockList(self.table, self.registry, self.clock)

    @cached_property
    def rooms(self) -> RoomParts:
        """Where in a space people go, and are."""
        from vocespace.room_parts import RoomParts

        return RoomParts(self.settings, self.table, self.blocks, lambda: self.room_service, self.clock)

    @cached_property
    def meetings(self) -> MeetingParts:
        """Join links and booked meetings."""
        from vocespace.meeting_parts import MeetingParts

        return MeetingParts(self)

    @cached_property
    def livekit_webhook(self) -> LiveKitWebhook:
        """What tells LiveKit's webhooks from others.

        Raises:
            UnauthorizedError: nobody's are taken where the server behind is a VoceSpace server.
        """
        if self.settings.connection_provider != "livekit":
            raise UnauthorizedError("webhook_no_livekit")
        from vocespace.livekit_webhook import LiveKitWebhook

        return LiveKitWebhook(self._livekit_key, self.clock)

    @cached_property
    def auditor(self) -> Auditor:
        """What writes decisions down."""
        bus = self.settings.audit_event_bus
        return Auditor(self.settings.connection_provider, partial(aws.put_event, bus) if bus else None)

    @cached_property
    def blocking(self) -> Blocking:
        """Blocks, edited by platforms."""
        from vocespace.blocking import Blocking

        return Blocking(self.blocks, lambda: self.room_service, self.clock)

    @cached_property
    def room_service(self) -> RoomService | None:
        """The LiveKit server's RoomService; None where the server behind is a VoceSpace server."""
        if self.settings.connection_provider != "livekit":
            return None
        from vocespace.room_service import RoomService

        return RoomService(self._livekit_key, room_mapping=self.settings.room_mapping, clock=self.clock)

    @cached_property
    def _clock_of_secrets(self) -> Clock:
        faster = self.settings.secrets_age_faster_by
        return self.clock if faster == 1 else HurriedClock(self.clock, faster)

    @cached_property
    def signing_rotation(self) -> SecretRotation:
        """What turns the key ring."""
        from vocespace.ring_rotation import Rules
        from vocespace.signing_rotation import SigningChange

        change = SigningChange(Rules(self.settings.max_ttl_seconds), self.clock)
        return self._rotation(self.settings.signing_secret_id, change)

    @cached_property
    def livekit_rotation(self) -> SecretRotation:
        """What changes the LiveKit key."""
        from vocespace.livekit_rotation import LiveKitChange

        change = LiveKitChange(self.clock, allow_short=self.settings.allow_short_livekit_secret)
        return self._rotation(self.settings.livekit_secret_id, change)

    def _rotation(self, secret_id: str, change: Change) -> SecretRotation:
        from vocespace.secret_rotation import SecretRotation
        from vocespace.secret_versions import SecretVersions

        return SecretRotation(secret_id, SecretVersions(aws.secrets_manager(), secret_id, self.clock), change)

    @cached_property
    def _quotas(self) -> Quotas:
        return Quotas(self.table, self.clock)

    def _users(self) -> Users:
        return self._signed_in_users

    @cached_property
    def _signed_in_users(self) -> Users:
        # Imported here, because nobody should pay for it who has no signed-in users.
        from vocespace.key_sets import KeySets
        from vocespace.signed_in_users import SignedInUsers

        return SignedInUsers(self.registry, KeySets(self.clock), self.clock)

    @cached_property
    def _provider(self) -> Provider:
        # Imported here, because a function should not pay for the provider it does not have.
        if self.settings.connection_provider == "vocespace":
            from vocespace.vocespace_provider import VoceSpaceProvider

            return VoceSpaceProvider(self.settings.vocespace_url)
        from vocespace.livekit_provider import LiveKitProvider

        return LiveKitProvider(self._livekit_key, room_mapping=self.settings.room_mapping, clock=self.clock)

    @cached_property
    def _livekit_key(self) -> CachedDocument[LiveKitKey]:
        from vocespace.livekit_key import LiveKitKey

        return CachedDocument(
            SECRET,
            "livekit",
            read=partial(aws.read_secret, self.settings.livekit_secret_id),
            parse=partial(LiveKitKey.parse, allow_short=self.settings.allow_short_livekit_secret),
            clock=self._clock_of_secrets,
        )


# Read at import, against the custom of the house: Lambda takes its snapshot as soon as the imports are done.
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    from vocespace import snapshot

    snapshot.register()
