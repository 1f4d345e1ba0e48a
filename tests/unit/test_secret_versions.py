"""The versions of a secret: what is read, what is written once, and who wins when two want to be the current one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.support.clock import FakeClock
from tests.unit.rotating import FIRST, Client, Rotating, rotating, secrets_manager, time_out
from vocespace.secret_versions import (
    PROPOSED,
    READ_BACK_SECONDS,
    SecretChangedError,
    SecretVersion,
    SecretVersions,
    SecretVersionsError,
)

PROOF = "5f8a4f0e-0000-4000-8000-000000000002"


@pytest.fixture(name="secret")
def _secret(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rotating]:
    with rotating(clock, monkeypatch) as secret:
        yield secret


def test_the_current_version_is_read_with_its_id(secret: Rotating) -> None:
    """And a version does not show what it holds."""
    current = secret.versions().current()

    assert current == SecretVersion(secret.rotator.current(), FIRST)
    assert repr(current) == f"SecretVersion({current.version_id})"


def test_a_pending_version_is_empty_at_first_and_written_once(secret: Rotating) -> None:
    """Whoever comes second with another value gets what the first one wrote."""
    versions, token = secret.versions(), secret.rotator.begin()

    assert versions.pending(token) is None
    assert versions.put_pending(token, "one", PROOF) == "one"
    assert versions.put_pending(token, "one", PROOF) == "one"
    assert versions.put_pending(token, "two") == "one"
    assert versions.current().text == FIRST
    assert secret.rotator.labels[token] == {"AWSPENDING"}


def test_what_was_just_written_is_asked_for_again(secret: Rotating) -> None:
    """Secrets Manager may not have it everywhere at once; what never comes is an error."""
    versions, token = secret.versions(), secret.rotator.begin()
    before = secret.clock.time()

    with pytest.raises(SecretVersionsError, match="the pending version has no value"):
        versions.written(token)

    assert secret.clock.time() - before == pytest.approx(sum(READ_BACK_SECONDS))


def test_a_version_takes_the_place_of_the_one_it_expects(secret: Rotating) -> None:
    """Once: a second time it is the current one already."""
    versions, token, first = secret.versions(), secret.rotator.begin(), secret.rotator.current()
    versions.put_pending(token, "next")

    assert versions.promote(token, first)
    assert not versions.promote(token, first)
    assert secret.rotator.current() == token
    assert secret.rotator.labels[first] == {"AWSPREVIOUS"}


def test_a_version_takes_no_other_place(secret: Rotating) -> None:
    """Neither that of somebody else's version, nor of one that never was."""
    versions, token, first = secret.versions(), secret.rotator.begin(), secret.rotator.current()
    versions.put_pending(token, "next")
    other = versions.replace("other", first)

    for expected in (first, str(uuid.uuid4())):
        with pytest.raises(SecretChangedError):
            versions.promote(token, expected)
    assert secret.rotator.current() == other


def test_a_refusal_for_another_reason_is_no_change(secret: Rotating) -> None:
    """A version that there is not cannot take any place."""
    with pytest.raises(SecretVersionsError, match="InvalidParameterException"):
        secret.versions().promote(str(uuid.uuid4()), secret.rotator.current())


def test_a_pending_version_that_cannot_be_read_is_not_an_empty_one(secret: Rotating) -> None:
    """Or a second value would be written in the place of the first."""
    for version in (secret.rotator.begin(), secret.rotator.current()):
        client = Client(secrets_manager(), at=0, happens=time_out)
        with pytest.raises(SecretVersionsError, match="ReadTimeoutError"):
            secret.versions(client).pending(version)


def test_a_value_is_replaced_outside_of_a_rotation(secret: Rotating) -> None:
    """Its own label keeps a pending version out of it; the loser of two changes nothing."""
    versions, first, token = secret.versions(), secret.rotator.current(), secret.rotator.begin()

    replaced = versions.replace("one", first)
    with pytest.raises(SecretChangedError, match="has changed meanwhile"):
        versions.replace("two", first)

    assert secret.rotator.current() == replaced
    assert versions.current() == SecretVersion(replaced, "one")
    assert secret.rotator.labels[token] == {"AWSPENDING"}
    assert [each for each, labels in secret.rotator.labels.items() if PROPOSED in labels] != [replaced]


def test_a_replacement_whose_answer_is_lost_can_be_told(secret: Rotating) -> None:
    """The call is an error, and whoever tries again with the version they had read is told of the change."""
    first = secret.rotator.current()
    client = Client(secrets_manager(), at=1, before=False, happens=time_out)

    with pytest.raises(SecretVersionsError, match="ReadTimeoutError"):
        secret.versions(client).replace("one", first)
    with pytest.raises(SecretChangedError):
        secret.versions().replace("one", first)

    assert secret.versions().current().text == "one"


def test_a_pending_version_can_be_given_up(secret: Rotating) -> None:
    """Written or not; then another rotation can begin."""
    versions = secret.versions()
    for text in (None, "next"):
        token = secret.rotator.begin()
        if text:
            versions.put_pending(token, text)
        versions.withdraw(token)
        assert token not in versions.state().labels


def test_labels_are_told_without_values(secret: Rotating) -> None:
    """Which versions have any, and whether a function rotates the secret."""
    first, token = secret.rotator.current(), secret.rotator.begin()
    state = secret.versions().state()

    assert state.rotates
    assert state.labels == {first: {"AWSCURRENT"}, token: {"AWSPENDING"}}
    assert (state.version_with("AWSPENDING"), state.version_with("AWSPREVIOUS")) == (token, None)


def test_a_refusal_is_told_by_its_code_only(secret: Rotating) -> None:
    """AWS's own text could quote anything."""
    versions = SecretVersions(secrets_manager(), "another", secret.clock)

    with pytest.raises(SecretVersionsError) as refused:
        versions.current()

    assert str(refused.value) == "Secrets Manager: ResourceNotFoundException"
    assert refused.value.__suppress_context__


def test_bytes_are_not_text(secret: Rotating) -> None:
    """A secret of bytes is none of ours."""
    token = str(uuid.uuid4())
    secrets_manager().put_secret_value(
        SecretId="signing", ClientRequestToken=token, SecretBinary=b"bytes", VersionStages=["AWSCURRENT", "AWSPENDING"]
    )

    for read in (secret.versions().current, lambda: secret.versions().pending(token)):
        with pytest.raises(SecretVersionsError, match="not_text"):
            read()
