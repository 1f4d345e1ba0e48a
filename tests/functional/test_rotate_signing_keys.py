"""rotate_signing_keys, as Secrets Manager invokes it: no token is refused, and nothing secret is told."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support.aws_faults import fail
from tests.support.events import load_event
from tests.support.secrets_manager import STEPS, Rotator, rotator_of, true_secrets_manager
from tests.support.world import ACME_KID, KID, World
from vocespace.key_ring import KeyRing
from vocespace.ring_rotation import Rules
from vocespace.rotation_handler import StepFailedError

NAME = "rotate_signing_keys"
RULES = Rules(max_ttl=86_400)


@pytest.fixture(name="rotator")
def _rotator(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rotator]:
    with true_secrets_manager(monkeypatch):
        yield rotator_of(NAME, world)


def ring_of(rotator: Rotator) -> KeyRing:
    """The current ring."""
    return KeyRing.parse(rotator.text(rotator.current()))


def redeem(world: World, token: str) -> int:
    """The status that somebody with this token gets."""
    event = world.event("connection_details", "get_json")
    query = event["rawQueryString"].partition("token=")[0] + f"token={token}"
    return world.call("connection_details", event | {"rawQueryString": query}).status


def issue(world: World) -> str:
    """A token by the key that signs now."""
    return str(world.call("redirect_url", world.event("redirect_url", "post_ttl")).json["token"])


def test_a_rotation_fails_no_request(world: World, rotator: Rotator) -> None:
    """A token outlives the rotations that come after it, and the next one has another key."""
    for _ in range(3):
        before = issue(world)
        assert rotator.rotate()
        world.configure()
        after = issue(world)
        assert [redeem(world, token) for token in (before, after)] == [200, 200]
        world.clock.advance(RULES.publication)

    ring = ring_of(rotator)
    assert ring.signing_kid not in {KID, ACME_KID}
    assert {KID, ACME_KID} <= {key.kid for key in ring.keys}


@pytest.mark.parametrize("step", STEPS)
def test_the_files_are_events_of_a_rotation(rotator: Rotator, step: str) -> None:
    """Each has just what Secrets Manager sends; the secret in them is none of ours."""
    event = load_event(NAME, step.replace("Secret", "_secret"))

    assert event.keys() == rotator.event(step, "").keys()
    assert event["Step"] == step
    with pytest.raises(StepFailedError, match="rotates another secret"):
        rotator.invoke(event)


def test_each_step_is_one_line_and_the_end_one_metric(
    world: World, rotator: Rotator, capfd: pytest.CaptureFixture[str]
) -> None:
    """Which step, of which version, which key signs and which one will; never a secret or a RotationToken."""
    capfd.readouterr()
    token = rotator.begin()

    assert rotator.run(token)

    text = capfd.readouterr().out
    lines = [json.loads(line) for line in text.splitlines()]
    told = [line for line in lines if line.get("message") == "rotation step"]
    next_kid = next(key.kid for key in ring_of(rotator).keys if key.kid.startswith("own-"))
    assert [line["step"] for line in told] == list(STEPS)
    assert {(line["secret"], line["version"], line["signs"], line["next"]) for line in told} == {
        ("signing", token, KID, next_kid)
    }
    assert [line["Rotated"] for line in lines if "Rotated" in line] == [[1.0]]
    for key in ring_of(rotator).keys:
        assert key.secret.get_secret_value() not in text
    assert "proof-" not in text
    assert world.api_keys["demo"] not in text


def test_a_refusal_says_why(rotator: Rotator, capfd: pytest.CaptureFixture[str]) -> None:
    """In the log and to Secrets Manager, in the same words."""
    assert rotator.rotate()
    capfd.readouterr()

    assert not rotator.rotate()

    [line, *_] = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert (line["level"], line["message"]) == ("ERROR", "rotation failed")
    assert "published too lately to sign" in line["reason"]
    assert str(rotator.failures[0]) == line["reason"]


def test_a_failure_of_aws_is_told_by_its_code(rotator: Rotator) -> None:
    """Never by its text."""
    token = rotator.begin()
    fail("GetSecretValue", 400, "DecryptionFailure")

    assert not rotator.step("createSecret", token)

    assert str(rotator.failures[0]) == "Secrets Manager: DecryptionFailure"
    assert rotator.labels[token] == {"AWSPENDING"}


def test_an_error_that_nobody_expects_is_told_by_its_name(
    rotator: Rotator, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its text could quote a secret, and Lambda would write it down."""

    def explode(*_: object, **__: object) -> None:
        raise LookupError("c4n4ry")

    monkeypatch.setattr("vocespace.signing_rotation.rotated", explode)

    assert not rotator.step("createSecret", rotator.begin())

    [error] = rotator.failures
    assert (type(error), str(error)) == (StepFailedError, "LookupError")
    assert error.__suppress_context__
    assert "LookupError" in capfd.readouterr().out
