"""`vocespace routes`: what becomes of bookings."""

from __future__ import annotations

from typing import Annotated

import typer

from vocespace.booking_routes import ANY_TYPE, Route
from vocespace.booking_sources import BUS
from vocespace.identities import Identity
from vocespace_cli.endpoints import ENDPOINTS
from vocespace_cli.faults import BadInputError, NotOkError
from vocespace_cli.platform_changes import existing
from vocespace_cli.route_edits import check_policy, edited, minutes
from vocespace_cli.route_store import RouteStore
from vocespace_cli.route_views import show_route, show_routes
from vocespace_cli.run import Run, command
from vocespace_cli.sources import SOURCES

app = typer.Typer(
    help="What becomes of bookings: where people meet, as what they come, and who is told.", no_args_is_help=True
)

_SOURCE_HELP = f"Of which source: one of vocespace sources list, or {BUS} for the stack's event bus."
_Source = Annotated[str, typer.Argument(metavar="SOURCE", help=_SOURCE_HELP)]
_Type = Annotated[
    str,
    typer.Argument(metavar="[TYPE]", help="Of which event type; without it, of all that have no route of their own."),
]
_Platform = Annotated[
    str | None, typer.Option("--platform", metavar="PLATFORM", help="Who vouches for those who come.")
]
_Auth = Annotated[
    str | None, typer.Option("--auth", metavar="AUTH", help="By which auth type; none: the first that fits.")
]
_Space = Annotated[str | None, typer.Option("--space", metavar="SPACE", help="Where they meet.")]
_Room = Annotated[
    str | None, typer.Option("--room", metavar="ROOM", help="In which room; default: $empty, one of their own.")
]
_Chooses = Annotated[
    bool | None,
    typer.Option("--may-choose-place/--may-not-choose-place", help="Whether a booking may name space and room itself."),
]
_Organizer = Annotated[Identity | None, typer.Option("--organizer-identity", help="As what the organizer comes.")]
_Attendee = Annotated[Identity | None, typer.Option("--attendee-identity", help="As what everybody else comes.")]
_Early = Annotated[
    str | None,
    typer.Option("--early", metavar="MINUTES", help="How long before the beginning links open; default: 10."),
]
_Grace = Annotated[
    str | None, typer.Option("--grace", metavar="MINUTES", help="How long after the end they stay open; default: 30.")
]
_Reminder = Annotated[
    str | None,
    typer.Option("--reminder", metavar="MINUTES", help="How long before people are reminded; none: not; default: 60."),
]
_End = Annotated[
    bool | None,
    typer.Option("--end-at-close/--leave-at-close", help="Whether the call ends for those inside when links close."),
]
_Events = Annotated[bool | None, typer.Option("--events/--no-events", help="Whether the stack's event bus is told.")]
_Urls = Annotated[
    bool | None,
    typer.Option("--urls/--no-urls", help="Whether events and webhooks carry the links, which open the door."),
]
_Endpoint = Annotated[
    str | None, typer.Option("--endpoint", metavar="NAME", help="Which endpoint is told; none: none.")
]
_Mail = Annotated[bool | None, typer.Option("--mail/--no-mail", help="Whether people get mails.")]
_Calendar = Annotated[
    bool | None,
    typer.Option("--calendar/--no-calendar", help="Whether these carry a calendar entry; no, if the source sends one."),
]


@command(app, "list")
def list_routes(run: Run) -> None:
    """List all routes."""
    routes = RouteStore(run.parts.table).all()
    if run.output.as_json:
        run.output.document([each.to_wire() for each in routes])
    else:
        show_routes(run.output, routes)


@command(app, "show")
def show(run: Run, source: _Source, event_type: _Type = ANY_TYPE) -> None:
    """Show a route."""
    _tell(run, _existing(run, source, event_type))


@command(app, "set")
def set_route(  # noqa: PLR0913, PLR0917 - each is an option, and Typer gives all by name
    run: Run,
    source: _Source,
    event_type: _Type = ANY_TYPE,
    platform: _Platform = None,
    auth: _Auth = None,
    space: _Space = None,
    room: _Room = None,
    may_choose_place: _Chooses = None,
    organizer_identity: _Organizer = None,
    attendee_identity: _Attendee = None,
    early: _Early = None,
    grace: _Grace = None,
    reminder: _Reminder = None,
    end_at_close: _End = None,
    events: _Events = None,
    urls: _Urls = None,
    endpoint: _Endpoint = None,
    mail: _Mail = None,
    calendar: _Calendar = None,
) -> None:
    """Make a route, or change what is given of one and nothing else. Meetings that are booked keep what they have."""
    given = {
        "platform": platform,
        "auth": auth,
        "space": space,
        "room": room,
        "mayChoosePlace": may_choose_place,
        "organizerIdentity": None if organizer_identity is None else organizer_identity.value,
        "attendeeIdentity": None if attendee_identity is None else attendee_identity.value,
        "earlyMinutes": minutes("--early", early),
        "graceMinutes": minutes("--grace", grace),
        "reminderMinutes": minutes("--reminder", reminder),
        "endAtClose": end_at_close,
        "tellsEvents": events,
        "tellsUrls": urls,
        "endpoint": endpoint,
        "sendsMail": mail,
        "sendsCalendar": calendar,
    }
    if all(value is None for value in given.values()):
        raise BadInputError("Nothing to set was given.", hint="vocespace routes set --help lists the options.")
    store = RouteStore(run.parts.table)
    before = store.route(source, event_type)
    route = edited(source, event_type, before, given)
    check_policy(route, existing(run.platforms, route.platform))
    if endpoint is not None and route.endpoint is not None and route.endpoint not in ENDPOINTS.read(run).endpoints:
        raise NotOkError("There is no such endpoint; nothing was written.", hint="vocespace endpoints list.")
    if before is None and source != BUS and source not in SOURCES.read(run).sources:
        raise NotOkError(
            "There is no such source; nothing was written.", hint=f"vocespace sources add, or {BUS} for the event bus."
        )
    store.put(route)
    _tell(run, route)


@command(app, "remove")
def remove_route(run: Run, source: _Source, event_type: _Type = ANY_TYPE) -> None:
    """Remove a route: bookings that no other one takes are not followed any more."""
    RouteStore(run.parts.table).remove(_existing(run, source, event_type))
    if run.output.as_json:
        run.output.document({"source": source, "eventType": event_type, "removed": True})
    else:
        run.output.line(f"Removed the route of {source} {event_type}. Meetings that are booked stay.")


def _existing(run: Run, source: str, event_type: str) -> Route:
    found = RouteStore(run.parts.table).route(source, event_type)
    if found is None:
        raise NotOkError("There is no such route.", hint="vocespace routes list shows those that there are.")
    return found


def _tell(run: Run, route: Route) -> None:
    if run.output.as_json:
        run.output.document(route.to_wire())
    else:
        show_route(run.output, route)
