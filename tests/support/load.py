"""Many clients at once: each keeps one connection and does one thing after the other until the time is up."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count, cycle
from urllib.parse import quote, urlsplit

JSON_TYPE = {"Content-Type": "application/json"}
DETAILS_PATH = "/api/connection-details"


@dataclass
class Tally:
    """What came back: how often each kind of request was answered, and everything that was not as it should be."""

    answered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Takes in what another client saw."""
        self.answered += other.answered
        self.wrong += other.wrong


class Client(threading.Thread):
    """One client. Every name it sends is its own, so that an answer to somebody else's request would show."""

    def __init__(self, values: Mapping[str, str], number: int, until: float) -> None:
        super().__init__()
        self.tally = Tally()
        self._values = values
        self._until = until
        self._names = (f"client {number} call {call}" for call in count())
        self._bearer = {"Authorization": f"Bearer {values['API_KEY']}"} | JSON_TYPE
        self._connection = http.client.HTTPConnection(urlsplit(values["BASE_URL"]).netloc, timeout=20)

    def run(self) -> None:
        """Calls until the time is up."""
        for step in cycle(self.steps()):
            if time.monotonic() > self._until:
                break
            try:
                step()
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                self.tally.wrong.append(f"{step.__name__}: {error!r}")
                self._connection.close()
        self._connection.close()

    def steps(self) -> list[Callable[[], None]]:
        """What is done over and over."""
        return [self._issue, self._sign_and_redeem, self._guest, self._bad]

    def _issue(self) -> None:
        name = next(self._names)
        now = int(time.time())
        body = self._person(name) | {"iat": now, "exp": now + 600}
        answer = self._call("issue", 200, "POST", DETAILS_PATH, json.dumps(body), self._bearer)
        self._check("issue", json.loads(answer)["participantName"], name)

    def _sign_and_redeem(self) -> None:
        name = next(self._names)
        body = json.dumps(self._person(name) | {"ttlSeconds": 600})
        answer = self._call("sign", 201, "POST", "/api/redirect-url", body, self._bearer)
        link = urlsplit(json.loads(answer)["redirectUrl"])
        target = f"{link.path}?{link.query}"
        details = self._call("redeem", 200, "GET", target, None, {"Accept": "application/json"})
        self._check("redeem", json.loads(details)["participantName"], name)
        self._call("redirect", 302, "GET", target, None, {})

    def _guest(self) -> None:
        name = next(self._names)
        target = f"{DETAILS_PATH}?spaceName=load&participantName={quote(name)}"
        answer = self._call("guest", 200, "GET", target, None, {})
        self._check("guest", json.loads(answer)["participantName"], name)

    def _bad(self) -> None:
        wrong_key = {"x-api-key": f"vsk_{'a' * 12}_{'0' * 64}"} | JSON_TYPE
        self._call("not JSON", 400, "POST", DETAILS_PATH, "{", self._bearer)
        self._call("wrong key", 401, "POST", "/api/redirect-url", "{}", wrong_key)
        self._call("wrong token", 401, "GET", f"{DETAILS_PATH}?auth=demo&token=a.b.c", None, {})
        self._call("no route", 404, "GET", "/nowhere", None, {})
        self._call("too large", 413, "POST", DETAILS_PATH, " " * 20_000, self._bearer)

    def _call(
        self, kind: str, status: int, method: str, target: str, body: str | None, headers: Mapping[str, str]
    ) -> bytes:
        self._connection.request(method, target, body, dict(headers))
        response = self._connection.getresponse()
        answer = response.read()
        self._check(kind, response.status, status)
        self.tally.answered[kind] += 1
        return answer

    def _check(self, kind: str, found: object, expected: object) -> None:
        if found != expected:
            self.tally.wrong.append(f"{kind}: {found!r} instead of {expected!r}")

    @staticmethod
    def _person(name: str) -> dict[str, str]:
        return {"id": name.replace(" ", "_"), "username": name, "space": "load", "identity": "participant"}
