"""Two booking systems that the demo believes, its event bus beside them, and what becomes of the bookings of each."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from local.options import PLATFORM
from vocespace.booking_routes import ANY_TYPE, Route, route_key
from vocespace.booking_sources import BUS, BookingSource, BookingSources, SourceKind
from vocespace.webhook_secrets import STANDARD_PREFIX

STANDARD = "demo"
CAL_COM = "cal"
SPACE = "my-workspace"

_STANDARD_BYTES, _CAL_COM_BYTES = 32, 16


@dataclass(frozen=True, slots=True)
class DemoBookings:
    """The secrets of the two sources, made anew for each run."""

    standard_secret: str
    cal_com_secret: str

    @classmethod
    def generate(cls) -> DemoBookings:
        """Makes secrets as either kind has them."""
        standard = base64.b64encode(secrets.token_bytes(_STANDARD_BYTES)).decode()
        return cls(f"{STANDARD_PREFIX}{standard}", secrets.token_hex(_CAL_COM_BYTES))

    @property
    def sources(self) -> str:
        """The text of the secret of all sources."""
        given = {
            STANDARD: (SourceKind.STANDARD, self.standard_secret),
            CAL_COM: (SourceKind.CAL_COM, self.cal_com_secret),
        }
        sources = {
            name: BookingSource.from_wire({"kind": kind, "secrets": [text]}) for name, (kind, text) in given.items()
        }
        return BookingSources(sources=sources).to_text()

    def items(self) -> list[dict[str, Any]]:
        """The routes as they are stored: everybody into an empty room, by mail and by events."""
        routes = (
            Route(
                source=source,
                event_type=ANY_TYPE,
                platform=PLATFORM,
                space=SPACE,
                sends_mail=True,
                # Cal.com sends invitations of its own, and nobody wants the same meeting in the calendar twice.
                sends_calendar=source != CAL_COM,
            )
            for source in (STANDARD, CAL_COM, BUS)
        )
        return [{**route_key(route.source, route.event_type), **route.to_wire()} for route in routes]
