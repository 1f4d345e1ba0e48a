"""The files in events/, API Gateway's, Secrets Manager's, the queue's and the schedule's: one loader for every test.

The files are valid as they stand, but they hold no living credential and their times are long over: `fresh` puts in a
key, a token and the present, and leaves the rest as it is.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from tests.support.clock import NOW
from vocespace.api import IAM_PREFIX

EVENTS = Path(__file__).parents[2] / "events"

Event = dict[str, Any]

_API_KEY = "Bearer vsk_"
_TIME = re.compile(rf"\b{str(NOW)[:5]}\d{{5}}\b")


def cases() -> list[tuple[str, str]]:
    """Every (function, case) there is a file for with an event of API Gateway's."""
    return [each for each in _files() if "routeKey" in load_event(*each)]


def steps() -> list[tuple[str, str]]:
    """Every (function, case) there is a file for with an event of a rotation."""
    return [each for each in _files() if "Step" in load_event(*each)]


def others() -> list[tuple[str, str]]:
    """Every (function, case) there is a file for with an event of a queue's or a schedule's."""
    return [each for each in _files() if load_event(*each).keys() & {"Records", "detail-type"}]


def load_event(function: str, case: str) -> Event:
    """Reads one file."""
    event: Event = json.loads((EVENTS / function / f"{case}.json").read_text(encoding="utf-8"))
    return event


def fresh(event: Event, *, api_key: str, token: str, now: int = NOW) -> Event:
    """The same event with credentials that hold, at a given time; a user's token and a signature stay as they are."""
    headers, query = event["headers"], dict(parse_qsl(event["rawQueryString"], keep_blank_values=True))
    if headers.get("authorization", "").startswith(_API_KEY):
        event = event | {"headers": headers | {"authorization": f"Bearer {api_key}"}}
    if "token" in query:
        event = with_query(event, query | {"token": token})
    body = event.get("body")
    if body is not None:
        event = event | {"body": _TIME.sub(lambda found: str(int(found[0]) - NOW + now), body)}
    return event


def _files() -> list[tuple[str, str]]:
    return sorted((path.parent.name, path.stem) for path in EVENTS.glob("*/*.json"))


def with_query(event: Event, query: dict[str, str]) -> Event:
    """The same event with another query."""
    return event | {"rawQueryString": urlencode(query, quote_via=quote), "queryStringParameters": query}


def with_body(event: Event, **members: object) -> Event:
    """The same event with members of its JSON body set, or removed where they are None."""
    body = json.loads(event["body"]) | members
    return event | {"body": json.dumps({name: value for name, value in body.items() if value is not None})}


def with_headers(event: Event, **headers: str | None) -> Event:
    """The same event with headers set, or removed where they are None; `_` in a name stands for `-`."""
    named = event["headers"] | {name.replace("_", "-"): value for name, value in headers.items()}
    return event | {"headers": {name: value for name, value in named.items() if value is not None}}


def behind_iam(event: Event, role: str) -> Event:
    """The same event as it comes by the route behind IAM, signed by a session of a role of this name."""
    path = IAM_PREFIX + event["rawPath"]
    context = event["requestContext"]
    method, _, template = event["routeKey"].partition(" ")
    route = f"{method} {IAM_PREFIX}{template}"
    signer = {"userArn": f"arn:aws:sts::{context['accountId']}:assumed-role/{role}/session"}
    context = context | {
        "authorizer": {"iam": signer},
        "http": context["http"] | {"path": path},
        "routeKey": route,
    }
    event = with_headers(event, authorization=None)
    return event | {"routeKey": route, "rawPath": path, "requestContext": context}
