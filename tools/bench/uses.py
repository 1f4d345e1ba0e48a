"""What is measured: one event of events/ for each thing that the functions are there for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that the service is used for.

    Attributes:
        name: What the figures call it.
        function: Which function does it.
        case: The file of its event.
        status: The status of the answer; 0 is a worker's that tells of no failure.
        peer: What the same is called in the peers; empty where none does it.
    """

    name: str
    function: str
    case: str
    status: int
    peer: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether somebody waits for it."""
        return self.status > 0


USES: Final = (
    Use("redirect_url", "redirect_url", "post_ttl", 201, "issue"),
    Use("connection_details", "connection_details", "get_redirect", 302, "redeem"),
    Use("connection_details_guest", "connection_details", "get_guest", 200, "guest"),
    Use("livekit_token", "livekit_token", "post", 201, "token"),
    Use("service_info", "service_info", "healthz", 200, "health"),
    Use("rooms", "rooms", "get_rooms", 200),
    Use("blocks", "blocks", "get_blocks", 200),
    Use("join_page", "join", "get_page", 200),
    Use("join_enter", "join", "post_page", 303),
    Use("join_links", "join_links", "post_visit", 201),
    Use("booking_hooks", "booking_hooks", "cal_created", 202),
    Use("livekit_events", "livekit_events", "participant_joined", 200),
    Use("follow_bookings", "follow_bookings", "booked", 0),
    Use("meeting_events", "meeting_events", "opens", 0),
    Use("deliver_news", "deliver_news", "link_ready_mail", 0),
    Use("track_occupancy", "track_occupancy", "came", 0),
    Use("redirect_url_user", "redirect_url", "post_user", 201, "issue_user"),
    Use("redirect_url_quota", "redirect_url", "post_ttl", 201, "issue"),
)

ISSUE: Final = USES[0]
_ONLY_WARM = ("redirect_url_user", "redirect_url_quota")
# moto copies its tables for each write of several items, and at some hundred links it answers too late.
_ONLY_COLD = ("join_links",)

COLD_USES: Final = tuple(use for use in USES if use.name not in _ONLY_WARM)
WARM_USES: Final = tuple(use for use in USES if use.is_answered and use.name not in ("redirect_url_quota", *_ONLY_COLD))
NETWORK_USES: Final = tuple(use for use in USES if use.peer in {"issue", "redeem", "token", "issue_user"})


def use_named(name: str) -> Use:
    """The use that the figures call so."""
    return next(use for use in USES if use.name == name)
