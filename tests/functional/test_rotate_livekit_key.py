"""rotate_livekit_key: publishes a key, and puts it to use once the LiveKit server has answered to it."""

from __future__ import annotations

from collections.abc import Iterator

import jwt
import pytest
from pydantic import SecretStr

from tests.support.events import load_event
from tests.support.livekit_keys import KeyMap
from tests.support.secrets_manager import STEPS, Rotator, rotator_of, true_secrets_manager
from tests.support.upstream import Answer, Received, Upstream, answer_json
from tests.support.world import LIVEKIT_KEY, LIVEKIT_SECRET, World
from vocespace.livekit_key import FormerPair, LiveKitKey
from vocespace.livekit_rotation import RULES
from vocespace.rotation_handler import StepFailedError

NAME = "rotate_livekit_key"


class LiveKit(KeyMap):
    """A LiveKit server, as far as ListRooms needs one."""

    def face(self, request: Received, _: Upstream) -> Answer:
        """Answers whoever has a key of the map."""
        assert (request.method, request.path) == ("POST", "/twirp/livekit.RoomService/ListRooms")
        return answer_json(*self.list_rooms(request.headers["authorization"]))


@pytest.fixture(name="livekit")
def _livekit() -> LiveKit:
    return LiveKit()


@pytest.fixture(name="server")
def _server(livekit: LiveKit) -> Iterator[Upstream]:
    with Upstream(livekit.face) as server:
        yield server


@pytest.fixture(name="rotator")
def _rotator(world: World, server: Upstream, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rotator]:
    url = server.url.replace("http", "ws")
    world.put_secret("livekit", {"url": url, "apiKey": LIVEKIT_KEY, "apiSecret": LIVEKIT_SECRET})
    with true_secrets_manager(monkeypatch):
        yield rotator_of(NAME, world)


def key_of(rotator: Rotator) -> LiveKitKey:
    """The current key."""
    return LiveKitKey.parse(rotator.text(rotator.current()))


def published(rotator: Rotator) -> LiveKitKey:
    """The key after a first rotation."""
    assert rotator.rotate()
    return key_of(rotator)


def test_the_first_rotation_publishes(rotator: Rotator, livekit: LiveKit) -> None:
    """What signs stays what it is, and LiveKit is not asked."""
    key = published(rotator)

    assert (key.api_key, key.secret_bytes()) == (LIVEKIT_KEY, LIVEKIT_SECRET.encode())
    assert key.next is not None
    assert key.next.api_key.startswith("API")
    assert len(key.next.secret_bytes()) >= 32
    assert key.previous is None
    assert livekit.asked_by == []


def test_the_second_one_switches(world: World, rotator: Rotator, livekit: LiveKit) -> None:
    """The next key has answered for itself, the former is kept, and there is a fresh next one."""
    first = published(rotator)
    livekit.add(first)

    assert rotator.rotate()

    key = key_of(rotator)
    assert first.next is not None
    assert key.previous is not None
    assert key.next is not None
    assert (key.url, key.written()) == (first.url, first.next.written())
    assert (key.previous.api_key, key.previous.secret_bytes()) == (LIVEKIT_KEY, LIVEKIT_SECRET.encode())
    assert key.previous.retire_after == int(world.clock.time()) + RULES.retirement
    assert key.next.api_key not in {LIVEKIT_KEY, key.api_key}
    assert set(livekit.asked_by) == {key.api_key}
    answer = world.call("connection_details", world.event("connection_details", "post_platform"))
    assert jwt.decode(answer.json["participantToken"], options={"verify_signature": False})["iss"] == key.api_key


def test_the_third_one_drops_the_former_but_not_too_early(world: World, rotator: Rotator, livekit: LiveKit) -> None:
    """An instance that is behind may sign with it for an hour, and that token holds for ten minutes."""
    livekit.add(published(rotator))
    assert rotator.rotate()
    livekit.add(key_of(rotator))

    assert not rotator.rotate()
    assert "switched too lately" in str(rotator.failures[0])
    world.clock.advance(RULES.retirement)
    assert rotator.rotate()

    assert LIVEKIT_KEY not in {pair.api_key for pair in key_of(rotator).pairs()}


def test_a_server_that_does_not_know_the_key_stops_the_rotation(rotator: Rotator, livekit: LiveKit) -> None:
    """Nothing changes; once the key has been added there, the same rotation comes to its end."""
    before = published(rotator)
    token = rotator.begin()

    assert not rotator.run(token)

    assert key_of(rotator) == before
    assert "add `next` of the secret to its `keys:`" in str(rotator.failures[0])
    livekit.add(before)
    assert rotator.run(token)
    assert key_of(rotator) != before


def test_a_server_that_is_away_stops_the_rotation(rotator: Rotator, server: Upstream) -> None:
    """And the message does not tell its address or a key."""
    before = published(rotator)
    with server.refusing():
        assert not rotator.rotate()

    message = str(rotator.failures[0])
    assert "room_service_unreachable" in message
    assert server.url not in message
    assert before.next is not None
    assert before.next.api_key not in message
    assert key_of(rotator) == before


def test_a_server_that_is_slow_stops_the_rotation(
    rotator: Rotator, server: Upstream, livekit: LiveKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Like one that is away."""
    livekit.add(published(rotator))
    monkeypatch.setattr("vocespace.room_service.READ_TIMEOUT", 0.2)
    server.expect(lambda _, upstream: answer_json(200, {"late": upstream.stopping.wait(1)}))
    token = rotator.begin()
    assert rotator.step("createSecret", token)

    assert not rotator.step("testSecret", token)

    assert "does not answer" in str(rotator.failures[0])


def test_a_rotation_that_took_too_long_is_given_up(world: World, rotator: Rotator, livekit: LiveKit) -> None:
    """The end of the former key counts from its beginning."""
    livekit.add(published(rotator))
    token = rotator.begin()
    assert rotator.step("createSecret", token)
    world.clock.advance(RULES.rotation + 1)

    assert not rotator.step("testSecret", token)

    assert "made too long ago" in str(rotator.failures[0])
    assert rotator.rotate()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"url": "wss://elsewhere.example"}, "neither the one in use nor the next one"),
        ({"api_key": "APIother"}, "neither the one in use nor the next one"),
        ({"previous": None}, "lacks the one before it"),
        (
            {"previous": FormerPair(api_key="APIother", api_secret=SecretStr(LIVEKIT_SECRET), retire_after=2**40)},
            "lacks the one before it",
        ),
    ],
)
def test_a_pending_key_of_somebody_else_s_is_refused(
    rotator: Rotator, livekit: LiveKit, change: dict[str, object], message: str
) -> None:
    """It could only have been written by hand."""
    livekit.add(published(rotator))
    token = rotator.begin()
    assert rotator.step("createSecret", token)
    wrong = LiveKitKey.parse(rotator.text(token)).model_copy(update=change)
    rotator.overwrite(token, wrong.to_text())

    assert not rotator.step("finishSecret", token)

    assert message in str(rotator.failures[0])


def test_a_malformed_secret_fails_the_rotation(world: World, rotator: Rotator) -> None:
    """Without being quoted."""
    world.put_secret("livekit", {"url": "c4n4ry"})

    assert not rotator.rotate()

    assert str(rotator.failures[0]) == "the LiveKit key is malformed"


@pytest.mark.parametrize("step", STEPS)
def test_the_files_are_events_of_a_rotation(rotator: Rotator, step: str) -> None:
    """Each has just what Secrets Manager sends; the secret in them is none of ours."""
    event = load_event(NAME, step.replace("Secret", "_secret"))

    assert event.keys() == rotator.event(step, "").keys()
    assert event["Step"] == step
    with pytest.raises(StepFailedError, match="rotates another secret"):
        rotator.invoke(event)
