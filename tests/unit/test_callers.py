"""Who is calling: a platform by a key that holds, nobody, or somebody who is turned away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW, FakeClock
from tests.support.world import ACME, DEMO
from tests.unit.items import Items, callers_of
from tests.unit.vectors import naughty_strings
from vocespace.attributes import Item, Key
from vocespace.callers import Caller, Callers, Credentials
from vocespace.errors import StoreUnavailableError, UnauthorizedError
from vocespace.registry import Registry

ITEMS = Items()
KEY = ITEMS.add_key("demo")
CALLERS = ITEMS.callers(FakeClock())


def refusal(callers: Callers, *, authorization: str | None = None, api_key: str | None = None) -> str:
    """For which reason a credential is refused."""
    with pytest.raises(UnauthorizedError) as refused:
        callers.caller_of(Credentials(authorization, api_key))
    return refused.value.reason


def test_nobody_carries_no_credential_at_all() -> None:
    """And is nobody; whether that is enough is decided elsewhere."""
    assert CALLERS.caller_of(Credentials()) is None


@pytest.mark.parametrize(
    ("authorization", "api_key"),
    [
        (f"Bearer {KEY}", None),
        (f"bearer {KEY}", None),
        (f"BEARER   {KEY}  ", None),
        (None, KEY),
        (f"Bearer {KEY}", KEY),
    ],
)
def test_a_platform_shows_its_key_in_one_header_or_both(authorization: str | None, api_key: str | None) -> None:
    """RFC 9110 section 11.1: the scheme's case and the spaces after it are no matter; the key's are."""
    assert CALLERS.caller_of(Credentials(authorization, api_key)) == Caller(DEMO)


@pytest.mark.parametrize(
    ("authorization", "api_key", "reason"),
    [
        ("", None, "scheme"),
        ("", KEY, "scheme"),
        (KEY, None, "scheme"),
        (f"Basic {KEY}", None, "scheme"),
        (f"Bearer:{KEY}", None, "scheme"),
        (f" Bearer {KEY}", None, "scheme"),
        (f"Bearer\t{KEY}", None, "scheme"),
        ("Bearer", None, "key_form"),
        ("Bearer ", None, "key_form"),
        (f"Bearer Bearer {KEY}", None, "key_form"),
        (f"Bearer {KEY},{KEY}", None, "key_form"),
        (f"Bearer {KEY}\n", None, "key_form"),
        (f"Bearer {KEY.upper()}", None, "key_form"),
        (None, "", "key_form"),
        (None, f"Bearer {KEY}", "key_form"),
        (None, f" {KEY}", "key_form"),
        (None, "\ud800", "key_form"),
        (f"Bearer {KEY}", "", "two_credentials"),
        (f"Bearer {KEY}", KEY[:-1], "two_credentials"),
        ("Bearer nonsense", KEY, "two_credentials"),
        (None, "vsk_aaaaaaaaaaaa_" + KEY[-64:], "key_unknown"),
        (None, KEY[:-64] + "0" * 64, "key_secret"),
        (None, KEY[:-1] + ("0" if KEY[-1] != "0" else "1"), "key_secret"),
    ],
)
def test_a_credential_that_does_not_hold_is_refused(
    authorization: str | None, api_key: str | None, reason: str
) -> None:
    """For a reason that only the log is told, and never as if there were none."""
    assert refusal(CALLERS, authorization=authorization, api_key=api_key) == reason


@pytest.mark.parametrize(("expires_at", "disabled"), [(NOW, False), (NOW - 1, False), (None, True)])
def test_a_key_that_has_ended_is_refused(expires_at: int | None, disabled: bool) -> None:
    """Only to whom has its secret is it told that way, even in the log."""
    items = Items()
    text = items.add_key(expires_at=expires_at, disabled=disabled)
    callers = items.callers(FakeClock())

    assert refusal(callers, api_key=text) == "key_ended"
    assert refusal(callers, api_key=text[:-64] + "0" * 64) == "key_secret"


def test_a_key_ends_on_time_although_it_is_remembered() -> None:
    """Its end is checked at every call, not when it is read."""
    items, clock = Items(), FakeClock()
    text = items.add_key(expires_at=NOW + 10)
    callers = items.callers(clock)

    assert callers.caller_of(Credentials(api_key=text)) == Caller(DEMO)
    clock.advance(10)
    assert refusal(callers, api_key=text) == "key_ended"


def test_a_platform_may_have_several_keys() -> None:
    """So that one can be replaced without an interruption; another platform's opens another platform."""
    items = Items()
    keys = {items.add_key(each.platform): Caller(each) for each in (DEMO, DEMO, ACME)}
    callers = items.callers(FakeClock())

    assert {text: callers.caller_of(Credentials(api_key=text)) for text in keys} == keys


def test_the_key_of_a_platform_that_is_gone_opens_nothing() -> None:
    """Removed or disabled."""
    items = Items(DEMO.model_copy(update={"disabled": True}))
    callers = items.callers(FakeClock())

    assert refusal(callers, api_key=items.add_key("demo")) == "platform_unknown"
    assert refusal(callers, api_key=items.add_key("nobody")) == "platform_unknown"


def test_a_table_that_is_away_makes_nobody_anybody() -> None:
    """It is neither a refusal nor an admission."""

    def away(_: list[Key]) -> list[Item | None]:
        raise StoreUnavailableError("away")

    callers = callers_of(Registry(away, FakeClock()), FakeClock())

    with pytest.raises(StoreUnavailableError):
        callers.caller_of(Credentials(api_key=KEY))
    assert refusal(callers, api_key="nonsense") == "key_form"


@given(authorization=st.none() | st.text(), api_key=st.none() | st.text())
def test_only_a_refusal_escapes(authorization: str | None, api_key: str | None) -> None:
    """Any header at all is a credential that does not hold."""
    if (authorization, api_key) != (None, None):
        assert refusal(CALLERS, authorization=authorization, api_key=api_key)


@given(st.from_regex(r"vsk_[a-z0-9]{12}_[0-9a-f]{64}", fullmatch=True))
def test_no_key_is_guessed(text: str) -> None:
    """The right form opens nothing."""
    assert refusal(CALLERS, authorization=f"Bearer {text}") == "key_unknown"


def test_no_naughty_string_is_a_credential() -> None:
    """In either header, alone or beside a good one."""
    for text in naughty_strings():
        assert refusal(CALLERS, authorization=text)
        assert refusal(CALLERS, authorization=f"Bearer {text}")
        assert refusal(CALLERS, api_key=text)
        assert refusal(CALLERS, authorization=f"Bearer {KEY}", api_key=text) == "two_credentials"
