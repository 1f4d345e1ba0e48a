"""What the service is used for: what each use asks of AWS, declared here and counted by a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from tests.support.booking_hooks import body_of, signature_headers
from tests.support.events import Event, fresh, load_event, with_body, with_headers
from tools.cost.stage import Invocation, Stage
from tools.cost.usage import READ_UNITS, WRITE_UNITS, Usage
from vocespace.jws import sign

DAY, HOUR = 86_400, 3600

BATCH_GET = "dynamodb.BatchGetItem"
QUERY = "dynamodb.Query"
TRANSACTION = "dynamodb.TransactWriteItems"
UPDATE = "dynamodb.UpdateItem"
SECRET = "secretsmanager.GetSecretValue"  # noqa: S105 - the operation
MESSAGE = "sqs.SendMessage"
EVENT = "events.PutEvents"
MAIL = "ses.POST"
SCHEDULE = "scheduler.POST"

Perform = Callable[[Stage], list[Invocation]]


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that the service is used for.

    Attributes:
        name: What it is called.
        what: What one of a million of them is.
        perform: Does it once.
        requests: How many requests of the API it is.
        first: What it asks where every instance is new.
        later: What it asks right afterwards, and as long as nothing that is remembered is out of date.
        after: What it asks when so many seconds have passed; what is remembered longest is that as long as secrets are.
        schedules: How many schedules fire for it.
        fifo_messages: How many of its messages go through a queue that keeps their order.
    """

    name: str
    what: str
    perform: Perform
    requests: int
    first: Usage
    later: Usage
    after: Mapping[int, Usage] = field(default_factory=dict)
    schedules: int = 0
    fifo_messages: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """What a use did ask, counted.

    Attributes:
        first, later, after: As those of a use.
    """

    first: list[Invocation]
    later: list[Invocation]
    after: Mapping[int, list[Invocation]]


def count(use: Use, stage: Stage) -> Counted:
    """Does what a use is for, once unseen, and then once in each state that instances can be in."""
    stage.start(*{each.function for each in use.perform(stage)})
    first, later = use.perform(stage), use.perform(stage)
    after = {}
    for seconds in sorted(use.after):
        stage.clock.advance(seconds)
        after[seconds] = use.perform(stage)
    return Counted(first, later, after)


def total(invocations: Iterable[Invocation]) -> Usage:
    """What several invocations have asked together."""
    return sum((each.used for each in invocations), Usage())


def _usage(*operations: str, reads: int = 0, writes: int = 0) -> Usage:
    return +Usage([*operations]) + Usage({READ_UNITS: reads, WRITE_UNITS: writes})


def _issue(stage: Stage) -> list[Invocation]:
    return [stage.invoke("redirect_url", _event(stage, "redirect_url", "post_ttl"))]


def _redeem(stage: Stage) -> list[Invocation]:
    return [stage.invoke("connection_details", _event(stage, "connection_details", "get_redirect"))]


def _livekit_token(stage: Stage, **attributes: str) -> list[Invocation]:
    event = _event(stage, "livekit_token", "post")
    event = with_body(event, participant_attributes={"identity": "participant"} | attributes)
    return [stage.invoke("livekit_token", event)]


def _make_link(stage: Stage) -> list[Invocation]:
    return [stage.invoke("join_links", _event(stage, "join_links", "post_visit"))]


def _join(stage: Stage) -> list[Invocation]:
    if stage.code is None:
        (made,) = _make_link(stage)
        stage.code = json.loads(made.answer["body"])["url"].rpartition("/")[2]
    events = (load_event("join", case) for case in ("get_page", "post_page"))
    return [stage.invoke("join", _about(event, stage.code)) for event in events]


def _book(stage: Stage) -> list[Invocation]:
    starts_at = stage.clock.time() + DAY
    event = load_event("booking_hooks", "cal_created")
    said = json.loads(event["body"])
    times = {"startTime": _text(starts_at), "endTime": _text(starts_at + HOUR / 2)}
    said["payload"] |= {"uid": f"booking-{starts_at:.0f}"} | times
    event |= {"body": json.dumps(said)}
    secret = stage.demo.bookings.cal_com_secret
    headers = signature_headers("cal.com", secret, body_of(event), now=int(stage.clock.time()))
    event = with_headers(event, **{name.replace("-", "_"): value for name, value in headers.items()})
    done = [stage.invoke("booking_hooks", event), *stage.work_off()]
    # Nothing is due before that, and every minute would be looked at.
    stage.clock.advance(DAY - HOUR)
    return [*done, *stage.fire_schedules(starts_at + 2 * HOUR)]


def _event(stage: Stage, function: str, case: str) -> Event:
    now = int(stage.clock.time())
    claims = {
        "id": "user_12345",
        "username": "Somebody",
        "space": "my-workspace",
        "identity": "participant",
        "platform": stage.demo.platform.platform,
        "iat": now,
        "exp": now + HOUR,
    }
    token = sign(claims, stage.demo.signing_secret.encode(), stage.demo.signing_kid)
    return fresh(load_event(function, case), api_key=stage.demo.api_key_text, token=token, now=now)


def _about(event: Event, code: str) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(json.dumps(event).replace(event["pathParameters"]["code"], code))
    return about


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_BLOCKS: Final = _usage(BATCH_GET, reads=1)
_CALLER: Final = _usage(BATCH_GET, BATCH_GET, reads=3)
"""An API key; its platform, and with it which spaces have blocks."""

_SPACE: Final = _usage(BATCH_GET, reads=1)
_ENTERED: Final = _SPACE + _usage(UPDATE, writes=1)
"""A space, and that there is the room."""

_TOUCHED: Final = _usage(UPDATE, writes=1)
"""That a room is in use."""

_LINK: Final = _usage(TRANSACTION, writes=4)
_LOOKED_AND_ENTERED: Final = _usage(BATCH_GET, BATCH_GET, reads=3)
_BOOKED: Final = Usage({BATCH_GET: 41, QUERY: 2, TRANSACTION: 5, UPDATE: 20, READ_UNITS: 53, WRITE_UNITS: 52}) + Usage(
    {SECRET: 4, MESSAGE: 11, EVENT: 6, MAIL: 4, SCHEDULE: 3}
)

USES: Final = (
    Use(
        "redirect_url",
        "a redirect URL",
        _issue,
        1,
        first=_CALLER + _usage(SECRET),
        later=_usage(),
        after={5: _BLOCKS, 60: _CALLER, 360: _CALLER + _usage(SECRET)},
    ),
    Use(
        "redeem",
        "a redirect URL that is followed",
        _redeem,
        1,
        first=_CALLER + _usage(SECRET, SECRET),
        later=_usage(),
        after={5: _BLOCKS, 60: _CALLER, 360: _CALLER + _usage(SECRET, SECRET)},
    ),
    Use(
        "livekit_token",
        "a LiveKit token; the person chooses the room",
        _livekit_token,
        1,
        first=_CALLER + _SPACE + _usage(SECRET),
        later=_usage(),
        after={5: _BLOCKS, 60: _CALLER + _SPACE, 360: _CALLER + _SPACE + _usage(SECRET)},
    ),
    Use(
        "livekit_token_room",
        "a LiveKit token for a room with a name",
        partial(_livekit_token, room="stage"),
        1,
        first=_TOUCHED + _CALLER + _ENTERED + _usage(SECRET),
        later=_TOUCHED,
        after={
            5: _TOUCHED + _BLOCKS,
            60: _TOUCHED + _CALLER + _ENTERED,
            360: _TOUCHED + _CALLER + _ENTERED + _usage(SECRET),
        },
    ),
    Use(
        "join_link",
        "a join link",
        _make_link,
        1,
        first=_LINK + _CALLER + _usage(SECRET),
        later=_LINK,
        after={5: _LINK, 60: _LINK + _CALLER, 360: _LINK + _CALLER + _usage(SECRET)},
    ),
    Use(
        "join",
        "a join link that is looked at and clicked",
        _join,
        2,
        first=_LOOKED_AND_ENTERED + _CALLER + _usage(SECRET),
        later=_LOOKED_AND_ENTERED,
        after={
            5: _LOOKED_AND_ENTERED + _BLOCKS,
            60: _LOOKED_AND_ENTERED + _CALLER,
            360: _LOOKED_AND_ENTERED + _CALLER + _usage(SECRET),
        },
    ),
    Use(
        "booking",
        "a meeting of two: hook, workers, four mails, six events, reminder to end",
        _book,
        1,
        first=_BOOKED,
        # Hours lie between its parts, and nothing is remembered so long.
        later=_BOOKED,
        schedules=3,
        fifo_messages=1,
    ),
)
