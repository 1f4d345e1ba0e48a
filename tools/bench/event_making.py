"""Events that do all their work whenever they are asked for: with the present in them, and with what they are about.

A worker's event is about a booking, a meeting or a presence of its own: told of the same once more it has less to do.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from local.demo import Demo
from local.instances import Pool
from local.options import PLATFORM
from local.queues import Queue
from local.sqs_event import event_for
from tests.support.booking_hooks import body_of, signature_headers
from tests.support.events import Event, fresh, load_event, with_body, with_headers
from tests.support.join_door import by_code
from tests.support.livekit_webhooks import signed
from tools.bench.uses import Use, use_named
from vocespace.jws import sign

MAKES_LINKS, MAKES_MEETINGS = "join_links", "follow_bookings"
"""Functions whose work others go on with."""

_DAY, _SOON, _LASTS = 86_400, 300, 1800
_MAIL, _OPENS = {"channel": "mail", "news": "JoinLink.Ready"}, {"purpose": "opens"}


Credential = Callable[[int], str]
"""Makes what a caller shows at a time: what an issuer signs is over before everything is measured."""


class Events:
    """Makes events.

    Args:
        demo: Whose credentials they carry.
        credentials: What callers show in other uses than the demo's, by the names of these.
        queues: The queues of the stack, by logical id.
        before: The functions whose work others go on with, by their names.
    """

    def __init__(
        self, demo: Demo, credentials: Mapping[str, Credential], queues: Mapping[str, Queue], before: Mapping[str, Pool]
    ) -> None:
        self._demo = demo
        self._credentials = credentials
        self._queues = queues
        self._before = before
        self._code: str | None = None

    def of(self, use: Use) -> Event:
        """An event that is answered as the use says."""
        makers: dict[str, Callable[[Use, int], Event]] = {
            "livekit_token": self._without_a_wish,
            "join": self._at_the_door,
            "booking_hooks": self._from_cal_com,
            "livekit_events": self._from_livekit,
            "follow_bookings": lambda use, now: _booking(use, now, now + _DAY),
            "meeting_events": lambda _, now: self._told_by_a_booking("MeetingEventsQueue", _OPENS, now),
            "deliver_news": lambda _, now: self._told_by_a_booking("DeliveriesQueue", _MAIL, now),
            "track_occupancy": lambda use, now: _message(use, at=now * 1000, sid=f"PA_{secrets.token_hex(6)}"),
        }
        return makers.get(use.function, self._request)(use, int(time.time()))

    def _request(self, use: Use, now: int) -> Event:
        other = self._credentials.get(use.name)
        credential = self._demo.api_key_text if other is None else other(now)
        claims = {
            "id": "user_12345",
            "username": "Zhang San",
            "space": "my-workspace",
            "identity": "participant",
            "platform": PLATFORM,
            "iat": now,
            "exp": now + 3600,
        }
        token = sign(claims, self._demo.signing_secret.encode(), self._demo.signing_kid)
        event = load_event(use.function, use.case)
        if "authorization" in event["headers"]:
            event = with_headers(event, authorization=f"Bearer {credential}")
        return fresh(event, api_key=credential, token=token, now=now)

    def _without_a_wish(self, use: Use, now: int) -> Event:
        # No peer finds anybody an empty room.
        return with_body(self._request(use, now), participant_attributes={"identity": "participant"})

    def _at_the_door(self, use: Use, _: int) -> Event:
        if self._code is None:
            made: Any = self._before[MAKES_LINKS].invoke(self.of(use_named(MAKES_LINKS)), "bench")
            self._code = json.loads(made["body"])["url"].rpartition("/")[2]
        return by_code(load_event(use.function, use.case), self._code)

    def _from_cal_com(self, use: Use, now: int) -> Event:
        event, secret = load_event(use.function, use.case), self._demo.bookings.cal_com_secret
        headers = signature_headers("cal.com", secret, body_of(event), now=now)
        return with_headers(event, **{name.replace("-", "_"): text for name, text in headers.items()})

    def _from_livekit(self, use: Use, now: int) -> Event:
        pair = json.loads(self._demo.livekit_secret)
        event = load_event(use.function, use.case)
        return signed(event, key=pair["apiKey"], secret=pair["apiSecret"], now=now, exp=now + _DAY)

    def _told_by_a_booking(self, queue: str, about: Mapping[str, str], now: int) -> Event:
        # A meeting whose links are open already: whatever is due is told at once.
        self._before[MAKES_MEETINGS].invoke(_booking(use_named(MAKES_MEETINGS), now, now + _SOON), "bench")
        found, waiting = [], self._queues[queue]
        while messages := waiting.receive(10):
            waiting.delete(messages)
            found += [each for each in messages if about.items() <= json.loads(each["Body"]).items()]
        return event_for(found[-1:], waiting.arn)


def _booking(use: Use, now: int, starts_at: int) -> Event:
    booking = secrets.token_hex(12)
    return _message(
        use,
        id=secrets.token_hex(32),
        occurredAt=now * 1000,
        booking=booking,
        calendarUid=f"{booking}@Cal.com",
        startsAt=starts_at,
        endsAt=starts_at + _LASTS,
    )


def _message(use: Use, **members: object) -> Event:
    event = load_event(use.function, use.case)
    (record,) = event["Records"]
    body = json.loads(record["body"]) | members
    return event | {"Records": [record | {"body": json.dumps(body)}]}
