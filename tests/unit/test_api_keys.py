"""API keys: how they are made, kept, recognised and ended."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW
from tests.unit.vectors import naughty_strings
from vocespace.api_keys import ApiKey, split_api_key

KEY = "vsk_abcdefghijk2_" + "0" * 64


def test_a_new_key_is_stored_as_a_hash_and_shown_once() -> None:
    """What is stored does not tell the secret, and what is shown fits what is stored."""
    stored, text = ApiKey.generate("demo", now=NOW, expires_at=NOW + 60)
    found = re.fullmatch(r"vsk_([a-z2-9]{12})_([0-9a-f]{64})", text)

    assert found is not None
    assert split_api_key(text) == (stored.key_id, found[2])
    assert stored.belongs_to(found[2])
    assert stored.secret_sha256 == hashlib.sha256(found[2].encode()).hexdigest()
    assert found[2] not in repr(stored) + str(stored.to_wire())
    assert (stored.platform, stored.created_at, stored.expires_at, stored.disabled) == ("demo", NOW, NOW + 60, False)


def test_keys_do_not_repeat() -> None:
    """Neither their ids nor their secrets."""
    keys = [ApiKey.generate("demo", now=NOW) for _ in range(2000)]

    assert len({stored.key_id for stored, _ in keys}) == len({text[-64:] for _, text in keys}) == 2000


@given(st.text(max_size=80))
def test_no_other_secret_fits(secret: str) -> None:
    """Not an empty one, not the hash itself, not one of another length or script."""
    stored, text = ApiKey.generate("demo", now=NOW)

    assert not stored.belongs_to(secret)
    assert not any(stored.belongs_to(other) for other in (stored.secret_sha256, text, text[-64:].upper(), text[-63:]))


@pytest.mark.parametrize(
    ("expires_at", "disabled", "live"),
    [(None, False, True), (NOW + 1, False, True), (NOW, False, False), (NOW - 1, False, False), (None, True, False)],
)
def test_a_key_lives_until_it_expires_or_is_disabled(expires_at: int | None, disabled: bool, live: bool) -> None:
    """At its very end it is over."""
    stored, _ = ApiKey.generate("demo", now=NOW, expires_at=expires_at)

    assert stored.model_copy(update={"disabled": disabled}).is_live(NOW) is live


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vsk",
        "vsk__",
        KEY[:-1],
        KEY + "0",
        KEY.upper(),
        " " + KEY,
        KEY + "\n",
        KEY.replace("vsk", "sk"),
        KEY[:-1] + "g",
        KEY.replace("_", "-"),
        KEY.replace("k2", "k٢"),
        f"Bearer {KEY}",
        f"{KEY},{KEY}",
        KEY[:-1] + "\ud800",
        "a" * 10**6,
    ],
    ids=lambda text: ascii(text)[:24],
)
def test_an_api_key_has_one_form(text: str) -> None:
    """Anything else is none, whatever it resembles, and no store is asked about it."""
    assert split_api_key(KEY) == ("abcdefghijk2", "0" * 64)
    assert split_api_key(text) is None


def test_no_naughty_string_is_an_api_key() -> None:
    """Nor does one make the reader stumble."""
    assert [text for text in naughty_strings() if split_api_key(text) is not None] == []
