"""A platform's own page with `livekit-client` and its TokenSource, and its users, by whom a test does what they may."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.support.browser import Visit
from tests.support.oidc_issuer import OidcIssuer
from tests.support.upstream import Answer, Face, Received, Upstream

PATIENCE = 30
CLIENT_PATH = "/livekit-client.mjs"
PAGE = """<!doctype html><title>portal</title>
<script type="importmap">{"imports": {"livekit-client": "/livekit-client.mjs"}}</script>
<script type="module">
  import { Room, RoomEvent, TokenSource } from "livekit-client";

  const heard = [], room = new Room();
  let source, ending = null;
  room.on(RoomEvent.DataReceived, bytes => heard.push(new TextDecoder().decode(bytes)));
  room.on(RoomEvent.TrackSubscribed, track => document.body.append(track.attach()));
  room.on(RoomEvent.Disconnected, reason => { ending = reason; });
  window.portal = {
    open: (url, token) => { source = TokenSource.endpoint(url, { headers: { Authorization: `Bearer ${token}` } }); },
    ask: (options, force) => source.fetch(options, force),
    enter: (url, token) => room.connect(url, token),
    leave: () => room.disconnect(),
    publish: source => room.localParticipant[`set${source}Enabled`](true),
    say: text => room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: true }),
    change: (method, value) => room.localParticipant[method](value),
    look: () => ({
      room: room.name,
      heard,
      ending,
      plays: [...document.querySelectorAll("video")].map(each => each.currentTime > 0 && each.videoWidth > 0),
      people: [room.localParticipant, ...room.remoteParticipants.values()].map(
        ({ identity, name, metadata, attributes }) => ({ identity, name, metadata, attributes })),
    }),
  };
</script>
"""


@dataclass(frozen=True, slots=True)
class Portal:
    """A platform, its service and its page."""

    folder: Path
    service: Mapping[str, str] = field(repr=False)
    issuer: OidcIssuer
    origin: str
    api_key: str = field(repr=False)

    def user_token(self, sub: str, identity: str) -> str:
        """What the issuer gives a user who is signed in on the page."""
        return self.issuer.token(None, int(time.time()), sub=sub, name=sub.title(), role=identity)

    def ask(self, path: str, **body: object) -> dict[str, Any]:
        """What the platform's backend is answered."""
        answer = requests.post(
            self.service["BASE_URL"] + path,
            json=body,
            headers={"Authorization": f"Bearer {self.api_key}"},
            timeout=PATIENCE,
        )
        assert answer.ok, answer.text
        told: dict[str, Any] = answer.json()
        return told


@dataclass(frozen=True, slots=True)
class User:
    """Somebody on the platform's page."""

    visit: Visit

    def does(self, what: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the page answers
        """Does something on the page and waits for it.

        Raises:
            PlaywrightError: it was refused.
        """
        return self.visit.page.evaluate("([what, given]) => window.portal[what](...given)", [what, arguments])

    def ask(self, room: str, *, force: bool = False, **wish: object) -> dict[str, str]:
        """What the token source gives for a room."""
        told: dict[str, str] = self.does("ask", {"roomName": room, **wish}, force)
        return told

    def enter(self, details: Mapping[str, str]) -> None:
        """Joins the room."""
        self.does("enter", details["serverUrl"], details["participantToken"])

    def sees(self, what: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Waits until what the page shows is as it should be, and gives it."""
        deadline = time.monotonic() + PATIENCE
        while not what(seen := self.does("look")):
            assert time.monotonic() < deadline, "the page has not come to show it"
            self.visit.page.wait_for_timeout(50)
        return dict(seen)

    def requests_of(self, path: str) -> int:
        """How often the page has asked, preflights aside."""
        asked = [each for each in self.visit.requests if each.method == "POST"]
        return [urlsplit(each.url).path for each in asked].count(path)


def portal_page(client: bytes) -> Face:
    """What the platform's server answers: the page, and livekit-client."""

    def face(request: Received, _: Upstream) -> Answer:
        if request.path == CLIENT_PATH:
            return Answer(200, client, {"Content-Type": "text/javascript"})
        return Answer(200, PAGE.encode(), {"Content-Type": "text/html"})

    return face
