"""How routes are shown."""

from __future__ import annotations

from collections.abc import Sequence

from vocespace.booking_routes import Route
from vocespace.identities import Identity
from vocespace_cli.output import Output


def show_routes(output: Output, routes: Sequence[Route]) -> None:
    """Prints a table of routes."""
    if not routes:
        output.line("No booking goes anywhere yet: vocespace routes set --help.")
        return
    columns = ("Source", "Event type", "Platform", "Space", "Room", "Told")
    rows = [(each.source, each.event_type, each.platform, each.space, each.room, _told(each)) for each in routes]
    output.table(columns, rows)


def show_route(output: Output, route: Route) -> None:
    """Prints all there is to know about one."""
    reminder = f"{route.reminder_minutes} min before the beginning" if route.reminder_minutes else "none"
    output.pairs(
        {
            "Source": route.source,
            "Event type": route.event_type,
            "Platform": route.platform,
            "Auth type": route.auth or "the first that fits",
            "Space": route.space,
            "Room": route.room,
            "Place": "the booking may name another" if route.may_choose_place else "always this",
            "Organizer": f"comes as {Identity(route.organizer_identity).value}",
            "Everybody else": f"comes as {Identity(route.attendee_identity).value}",
            "Links": f"open {route.early_minutes} min before the beginning, to {route.grace_minutes} min after the end",
            "Reminder": reminder,
            "At the close": "the call ends" if route.end_at_close else "whoever is inside may stay",
            "Told": _told(route),
        }
    )


def _told(route: Route) -> str:
    links = " with the links" if route.tells_urls else ""
    ways = {
        f"event bus{links}": route.tells_events,
        f"endpoint {route.endpoint}{links}": route.endpoint is not None,
        "people by mail" if route.sends_calendar else "people by mail, without calendar entry": route.sends_mail,
    }
    return ", ".join(way for way, is_told in ways.items() if is_told) or "nobody"
