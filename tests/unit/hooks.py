"""What the tests of the adapters have in common: the bodies of events/booking_hooks, changed here and there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.support.booking_hooks import body_of
from tests.support.events import load_event
from tests.support.strategies import json_values
from vocespace.booking_events import BookingEvent
from vocespace.errors import InvalidParametersError

Json = dict[str, Any]
Read = Callable[[bytes], BookingEvent | None]

GONE = object()
"""In place of a member that is to be missing."""


def hook(case: str) -> Json:
    """What a webhook says."""
    members: Json = json.loads(body_of(load_event("booking_hooks", case)))
    return members


def changed(members: Json, way: str, value: object) -> Json:
    """The same with another value at a way through it, such as `payload.attendees.0.name`."""
    copy: Json = json.loads(json.dumps(members))
    *parents, last = (int(each) if each.isdecimal() else each for each in way.split("."))
    place: Any = copy
    for each in parents:
        place = place[each]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return copy


def read(reader: Read, members: object) -> BookingEvent:
    """What a webhook tells, which has to be something."""
    event = reader(json.dumps(members).encode())
    assert event is not None
    return event


def faults(reader: Read, members: object) -> dict[str, str]:
    """What is wrong with a webhook, by field; nothing of it may be quoted."""
    body = members if isinstance(members, bytes) else json.dumps(members).encode()
    with pytest.raises(InvalidParametersError) as refused:
        reader(body)
    found = {fault.field: fault.reason for fault in refused.value.fields}
    assert "c4n4ry" not in str(found.values())
    return found


def anything_comes_to_an_end(reader: Read, body: bytes) -> None:
    """An event that can be told on, nothing, or our own refusal."""
    try:
        event = reader(body)
    except InvalidParametersError:
        return
    if event is not None:
        assert BookingEvent.from_wire(json.loads(json.dumps(event.to_wire()))) == event


def ways_through(part: object, way: str = "") -> list[str]:
    """Every way to a value in a webhook."""
    if not isinstance(part, dict | list):
        return [way.removeprefix(".")]
    items = part.items() if isinstance(part, dict) else enumerate(part)
    below = [each for name, value in items for each in ways_through(value, f"{way}.{name}")]
    return [*([way.removeprefix(".")] if way else []), *below]


def mutations(*cases: str) -> st.SearchStrategy[bytes]:
    """The bodies of these cases, each with something else in one place."""
    hooks = [hook(case) for case in cases]
    places = [(members, way) for members in hooks for way in ways_through(members)]
    values = json_values | st.text(max_size=400) | st.just(GONE) | st.integers()
    return st.tuples(st.sampled_from(places), values).map(
        lambda drawn: json.dumps(changed(*drawn[0], drawn[1])).encode()
    )
