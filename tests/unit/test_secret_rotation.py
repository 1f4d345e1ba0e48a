"""The four steps: repeated, refused, and against somebody else's change; `test_rotations_disturbed.py` has the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support.clock import FakeClock
from tests.support.rotation_checks import check_ring
from tests.support.secrets_manager import STEPS, RotationStuckError
from tests.unit.rotating import FIRST, RULES, Client, Rotating, rotating, secrets_manager
from tests.unit.rotation_cases import RingSwitch
from vocespace import observability
from vocespace.key_ring import MAX_RING_BYTES, KeyRing
from vocespace.ring_rotation import RotationError, child_of, new_key, next_key, without_compromised
from vocespace.secret_rotation import CHANGED, StepRequest


@pytest.fixture(name="secret")
def _secret(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rotating]:
    with rotating(clock, monkeypatch) as secret:
        yield secret


@pytest.fixture(name="promotions")
def _promotions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Counts what the operator is told of versions that have become the current one."""
    told: list[str] = []
    monkeypatch.setattr(observability, "rotated", told.append)
    return told


def prepared(secret: Rotating) -> KeyRing:
    """A secret whose next rotation switches keys; the ring as it is before that."""
    assert secret.rotator.rotate()
    secret.wait()
    return secret.ring()


def check_invariants(secret: Rotating, before: KeyRing) -> None:
    """What holds after every history: one current version, unbroken parents, and no key lost."""
    secret.check_line()
    check_ring(before, secret.ring(), now=int(secret.clock.time()), rules=RULES)


def revoke(secret: Rotating, kid: str) -> None:
    """What the operator does about a compromised key."""
    current = secret.versions().current()
    ring = without_compromised(KeyRing.parse(current.text), kid, now=int(secret.clock.time()))
    secret.versions().replace(child_of(current.version_id, ring).to_text(), current.version_id)


def full_ring() -> KeyRing:
    """A ring into which no further key fits."""
    ring = KeyRing.parse(FIRST)
    keys = [new_key(1, f"platform-{number:03}") for number in range(999)]
    sizes = [len(ring.model_copy(update={"keys": (*ring.keys, *keys[:count])}).to_text()) for count in (1, 2)]
    fitting = 1 + (MAX_RING_BYTES - sizes[0]) // (sizes[1] - sizes[0])
    return ring.model_copy(update={"keys": (*ring.keys, *keys[:fitting])})


def refusal(secret: Rotating, step: str, token: str) -> str:
    """Why a step is refused."""
    assert not secret.rotator.step(step, token)
    error = secret.rotator.failures[-1]
    assert isinstance(error, RotationError)
    assert token not in str(error)
    assert "c4n4ry" not in str(error)
    return str(error)


def test_two_rotations_publish_and_switch(secret: Rotating, promotions: list[str]) -> None:
    """The first makes the next key known, the second lets it sign."""
    before = prepared(secret)

    assert secret.rotator.rotate()

    successor = next_key(before)
    assert successor is not None
    assert secret.ring().signing_kid == successor.kid
    assert promotions == ["signing", "signing"]
    check_invariants(secret, before)


def test_each_step_can_be_repeated(secret: Rotating, promotions: list[str]) -> None:
    """Also all of them after the end, when Secrets Manager may have left its label on the current version."""
    before, token = prepared(secret), secret.rotator.begin()
    secret.rotator.cleans_up = False
    assert all(secret.rotator.step(step, token) for step in STEPS for _ in range(2))
    text = secret.rotator.text(token)

    assert secret.rotator.run(token)

    assert secret.rotator.labels[token] == {"AWSPENDING", "AWSCURRENT"}
    assert secret.rotator.text(secret.rotator.current()) == text
    assert promotions == ["signing", "signing"]
    check_invariants(secret, before)
    secret.wait()
    assert secret.rotator.rotate()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", range(RingSwitch.calls))
def test_a_key_that_is_revoked_meanwhile_stays_revoked(secret: Rotating, at: int, before: bool) -> None:
    """Whenever that happens: the rotation fails, or was over already; and the next one starts clean."""
    ring, token = prepared(secret), secret.rotator.begin()
    secret.client = Client(secrets_manager(), at, before, lambda: revoke(secret, ring.signing_kid))

    done = secret.rotator.run(token)

    assert ring.signing_kid not in {key.kid for key in secret.ring().keys}
    # Before the ring is made, it is the new next key that may not sign yet.
    told = str(secret.rotator.failures[0]) if secret.rotator.failures else ""
    assert done or told == CHANGED or "published too lately" in told
    secret.client = Client(secrets_manager())
    secret.wait()
    assert secret.rotator.rotate()


def test_a_rotation_too_early_is_refused_and_leaves_nothing_behind(secret: Rotating) -> None:
    """Twice in a minute: the message says when it is time, and then it goes."""
    assert secret.rotator.rotate()
    secret.clock.advance(60)
    before = secret.rotator.current()

    assert not secret.rotator.rotate()

    assert "published too lately to sign" in str(secret.rotator.failures[0])
    assert secret.rotator.current() == before
    secret.wait()
    assert secret.rotator.rotate()


def test_a_rotation_that_took_too_long_is_given_up(secret: Rotating) -> None:
    """What it wrote down counts from its beginning; the next one starts clean."""
    ring, token = prepared(secret), secret.rotator.begin()
    assert secret.rotator.step("createSecret", token)
    secret.clock.advance(RULES.rotation + 1)

    assert "made too long ago" in refusal(secret, "testSecret", token)

    assert secret.ring() == ring
    assert secret.rotator.rotate()


def test_a_copy_of_the_current_version_passes_the_test(secret: Rotating) -> None:
    """Which is what Secrets Manager tries when a schedule is switched on without rotating at once."""
    token = secret.rotator.begin()
    secret.versions().put_pending(token, FIRST)

    assert secret.rotator.step("testSecret", token)
    assert secret.rotator.failures == []


def test_what_is_not_this_rotation_is_refused(secret: Rotating) -> None:
    """Another secret, an unknown step, a version without its label, and a secret that does not rotate."""
    token = secret.rotator.begin()
    event = secret.rotator.event("createSecret", token)

    for change, message in (
        ({"SecretId": secret.rotator.arn + "x"}, "rotates another secret"),
        ({"SecretId": "signing"}, "rotates another secret"),
        ({"Step": "create_secret"}, "no such step"),
        ({"Step": None}, "no event of a rotation"),
        ({"ClientRequestToken": "5f8a4f0e-0000-4000-8000-000000000003"}, "is not pending"),
    ):
        with pytest.raises(RotationError, match=message):
            secret.invoke(event | change)
    secret.versions().withdraw(token)
    assert "is not pending" in refusal(secret, "createSecret", token)
    secret.rotator.switch_on(enabled=False)
    assert "not switched on" in refusal(secret, "createSecret", token)


def test_a_ring_that_is_malformed_or_full_fails_the_rotation(secret: Rotating) -> None:
    """And says so without quoting it."""
    current = secret.versions().current()
    secret.versions().replace('{"kid":"c4n4ry","secret":"c4n4ry"}', current.version_id)

    assert "the key ring is unusable" in refusal(secret, "createSecret", secret.rotator.begin())

    secret.versions().replace(full_ring().to_text(), secret.rotator.current())
    assert "larger than 61440 bytes" in refusal(secret, "createSecret", secret.rotator.begin())


def test_a_pending_ring_that_accepts_too_little_is_refused(secret: Rotating) -> None:
    """Somebody else may have written it: the test finds out, and so does the end."""
    for step in ("testSecret", "finishSecret"):
        token, current = secret.rotator.begin(), secret.versions().current()
        stranger = new_key(int(secret.clock.time()))
        ring = KeyRing(keys=(stranger,), signing_kid=stranger.kid, parent_version=current.version_id)
        secret.versions().put_pending(token, ring.to_text())

        assert "key initial is still accepted" in refusal(secret, step, token)


def test_a_ring_whose_key_has_retired_recovers(secret: Rotating) -> None:
    """Nothing can be signed with it, but it can be turned on."""
    over = json.loads(FIRST) | {"retireAfter": 1}
    secret.versions().replace(json.dumps({"keys": [over], "signingKid": "initial"}), secret.rotator.current())

    assert secret.rotator.rotate()
    secret.wait()
    assert secret.rotator.rotate()

    assert secret.ring().signing_kid != "initial"


def test_two_rings_that_do_not_know_each_other_are_found_out(secret: Rotating) -> None:
    """By signing with the one and verifying with the other."""
    rings = [KeyRing(keys=(key,), signing_kid=key.kid).to_text() for key in (new_key(1), new_key(2))]

    with pytest.raises(RotationError, match="the other does not accept"):
        secret.change.prove(*rings)


def test_a_stuck_label_is_in_the_way_until_it_is_taken_off(secret: Rotating) -> None:
    """As in AWS; the runbook has the command."""
    token = secret.rotator.begin()

    with pytest.raises(RotationStuckError):
        secret.rotator.begin()
    secret.versions().withdraw(token)
    assert secret.rotator.rotate()


def test_a_request_does_not_show_its_proof(secret: Rotating) -> None:
    """The RotationToken is a secret."""
    request = StepRequest.from_event(secret.rotator.event("createSecret", "token"))

    assert request.rotation_token == "proof-token"
    assert "proof" not in repr(request)
