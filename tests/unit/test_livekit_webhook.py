"""Webhooks: LiveKit's own SDK and we agree about what is one, and what is nothing of the kind."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest
from livekit.api import AccessToken, TokenVerifier, VideoGrants, WebhookReceiver

from tests.support.clock import NOW, FakeClock
from tests.support.events import load_event
from tests.support.livekit_webhooks import body_of, credential
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, LIVEKIT_URL
from vocespace.clock import SystemClock
from vocespace.document_cache import SECRET, CachedDocument
from vocespace.errors import UnauthorizedError
from vocespace.livekit_events import Happening, room_event
from vocespace.livekit_key import LiveKitKey
from vocespace.livekit_messages import is_place
from vocespace.livekit_provider import RoomMapping
from vocespace.livekit_webhook import LiveKitWebhook

BODY = body_of(load_event("livekit_events", "participant_joined"))


@pytest.fixture(name="webhook")
def _webhook() -> LiveKitWebhook:
    key = LiveKitKey.from_wire({"url": LIVEKIT_URL, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
    return LiveKitWebhook(
        CachedDocument(SECRET, "livekit", read=lambda: key, parse=lambda held: held, clock=FakeClock()), SystemClock()
    )


def token_of_the_sdk() -> AccessToken:
    """A token as LiveKit's SDK mints it."""
    return AccessToken(LIVEKIT_KEY, LIVEKIT_SECRET).with_ttl(timedelta(minutes=5))


def test_what_livekit_s_sdk_signs_is_taken(webhook: LiveKitWebhook) -> None:
    """The same claims in the same form."""
    digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()

    webhook.verify(token_of_the_sdk().with_sha256(digest).to_jwt(), BODY)


def test_what_the_tests_sign_livekit_s_sdk_takes() -> None:
    """So that the other tests are about LiveKit's webhooks, and not about ones of our own."""
    token = credential(BODY, key=LIVEKIT_KEY, secret=LIVEKIT_SECRET, now=int(SystemClock().time()))

    event = WebhookReceiver(TokenVerifier(LIVEKIT_KEY, LIVEKIT_SECRET)).receive(BODY.decode(), token)

    assert (event.event, event.participant.sid) == ("participant_joined", "PA_abc")


def test_a_participant_token_of_the_sdk_is_refused(webhook: LiveKitWebhook) -> None:
    """By the same key, and good for a room only."""
    token = token_of_the_sdk().with_identity("user_1").with_grants(VideoGrants(room_join=True, room="my-workspace"))

    with pytest.raises(UnauthorizedError, match="webhook_claims"):
        webhook.verify(token.to_jwt(), BODY)


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "x", "a.b.c", "Basic YTpi", "Bearer a b"])
def test_what_is_no_token_is_refused(webhook: LiveKitWebhook, authorization: str | None) -> None:
    """Before anything is computed."""
    with pytest.raises(UnauthorizedError, match=r"webhook_no_token|token_form"):
        webhook.verify(authorization, BODY)


@pytest.mark.parametrize(
    ("case", "what"),
    [
        ("participant_joined", Happening.CAME),
        ("participant_left", Happening.WENT),
        ("participant_connection_aborted", Happening.WENT),
        ("room_finished", Happening.ENDED),
        ("agent_joined", None),
        ("track_published", None),
    ],
)
def test_events_are_what_they_say(case: str, what: Happening | None) -> None:
    """Four of them change who is where."""
    event = room_event(body_of(load_event("livekit_events", case)), now=NOW)

    assert (None if event is None else event.what) is what
    assert event is None or (event.presence is None) is (what is Happening.ENDED)


@pytest.mark.parametrize(("created", "at"), [(NOW - 5, NOW - 5), (NOW, NOW), (NOW + 90, NOW)])
def test_nothing_happens_later_than_now(created: int, at: int) -> None:
    """However fast LiveKit's clock is: a room that changed in the future would be left as it is for as long."""
    body = b'{"event":"room_finished","room":{"sid":"RM_1","name":"acme"},"id":"EV_1","createdAt":"%d"}' % created

    event = room_event(body, now=NOW + 0.5)

    assert event is not None
    assert event.at == at * 1000


@pytest.mark.parametrize(
    ("mapping", "name", "expected"),
    [
        ("space", "acme", True),
        ("space", "acme corp", True),
        ("space", "acme/stage", False),
        ("space", "", False),
        ("space", "a#b", False),
        ("space", "e\u0301", False),
        ("room", "acme", True),
        ("room", "acme/stage", True),
        ("room", "acme/", False),
        ("room", "/stage", False),
        ("room", "acme/stage/left", False),
        ("room", "acme/$empty", False),
    ],
)
def test_places_of_ours_are_told_from_others(mapping: RoomMapping, name: str, *, expected: bool) -> None:
    """By the rule for names, in the one form that a token would have."""
    assert is_place(name, mapping) is expected
