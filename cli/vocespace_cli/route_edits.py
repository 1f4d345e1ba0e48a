"""What an operator wants a route to be: options laid over what it is, and held against the platform's policy."""

from __future__ import annotations

from typing import Any

from vocespace.booking_routes import Route
from vocespace.errors import FieldError, PolicyRefusedError
from vocespace.identities import Identity, identities_under
from vocespace.platforms import Platform
from vocespace.request_body import read_request
from vocespace_cli.faults import NotOkError, bad_field
from vocespace_cli.platform_edits import NONE
from vocespace_cli.reasons import explained

NEVER = 0
"""Of how many minutes before the beginning people are reminded where they are not."""

_DIGITS = 5


def edited(source: str, event_type: str, before: Route | None, given: dict[str, Any]) -> Route:
    """A route as it is to be.

    Args:
        source: Of which source it is.
        event_type: Of which event type.
        before: As it is; None where there is none.
        given: Members by their wire names; `none` takes one away, and None says nothing.

    Raises:
        InvalidParametersError: it cannot be so; each field at fault is named.
    """
    members = {} if before is None else before.to_wire()
    members |= {"source": source, "eventType": event_type}
    members |= {name: value for name, value in given.items() if value is not None}
    return read_request(Route, {name: value for name, value in members.items() if value != NONE})


def minutes(option: str, text: str | None) -> int | None:
    """A number of minutes as an option says it; `none` is never.

    Raises:
        BadInputError: it is none.
    """
    if text is None:
        return None
    if text == NONE:
        return NEVER
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise bad_field(option, "must be a whole number of minutes, or none")
    return int(text)


def check_policy(route: Route, platform: Platform) -> None:
    """Makes sure that whoever is booked by a route could come.

    Raises:
        NotOkError: the platform's policy does not let them.
    """
    wanted = {"organizerIdentity": route.organizer_identity, "attendeeIdentity": route.attendee_identity}
    reasons = {field: _refusal(route, Identity(identity), platform) for field, identity in wanted.items()}
    faults = [FieldError(field, explained(reason).text) for field, reason in reasons.items() if reason is not None]
    if faults:
        raise NotOkError(
            f"{platform.platform} could not let in whoever is booked like that; nothing was written.",
            fields=faults,
            hint=f"vocespace platforms show {platform.platform} shows its policy.",
        )


def _refusal(route: Route, identity: Identity, platform: Platform) -> str | None:
    auth = route.auth or platform.policy.default_auth(identity)
    if identity not in identities_under(auth):
        return "identity_under_auth"
    try:
        platform.policy.check(auth=auth, identity=identity, space=route.space, room=route.room, lifetime=0)
    except PolicyRefusedError as error:
        return error.reason
    return None
