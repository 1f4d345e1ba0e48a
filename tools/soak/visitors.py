"""Those who must not notice: each signs links, follows them at once, and follows old ones of everybody's."""

from __future__ import annotations

import json
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from tests.support.load import Client
from tools.soak.haste import TOKEN_SECONDS

_FOLLOWED_FOR = TOKEN_SECONDS * 0.75

Links = deque[tuple[float, str, str]]
"""When each link was signed, its address without the host, and for whom."""


class Visitor(Client):
    """One of them, with one connection.

    Args:
        values: What demo.env holds.
        number: Which one.
        until: When it is over, by the monotonic clock.
        links: What all of them have signed.
    """

    def __init__(self, values: Mapping[str, str], number: int, until: float, links: Links) -> None:
        super().__init__(values, number, until)
        self._links = links

    def steps(self) -> list[Callable[[], None]]:
        """What is done over and over."""
        return [self._sign_and_follow, self._follow_old, self._guest]

    def _sign_and_follow(self) -> None:
        name = next(self._names)
        body = json.dumps(self._person(name) | {"ttlSeconds": TOKEN_SECONDS})
        answer = self._call("sign", 201, "POST", "/api/redirect-url", body, self._bearer)
        url = urlsplit(json.loads(answer)["redirectUrl"])
        target = f"{url.path}?{url.query}"
        self._links.append((time.monotonic(), target, name))
        self._follow("follow", target, name)

    def _follow_old(self) -> None:
        while self._links and self._links[0][0] < time.monotonic() - _FOLLOWED_FOR:
            self._links.popleft()
        _, target, name = random.choice(self._links)  # noqa: S311 - any will do
        self._follow("follow old", target, name)

    def _follow(self, kind: str, target: str, name: str) -> None:
        answer = self._call(kind, 200, "GET", target, None, {"Accept": "application/json"})
        self._check(kind, json.loads(answer)["participantName"], name)
