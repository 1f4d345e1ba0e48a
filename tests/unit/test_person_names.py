"""Ids and display names, URLs of pictures, and auth types."""

from __future__ import annotations

import pytest
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from tests.support.strategies import avatars, person_names
from vocespace.names import AuthType, AvatarUrl, PersonName

person = TypeAdapter(PersonName).validate_python
avatar = TypeAdapter(AvatarUrl).validate_python
auth_type = TypeAdapter(AuthType).validate_python

PERSONS = [
    "a",
    "user_12345",
    "Zhang San",
    "O'Brien, Ana-María",
    "a/b?c#d%e",
    "ada@example.com",
    "山田 太郎",
    "😀",
    "  padded ",
    "$x",
]


@pytest.mark.parametrize("name", [*PERSONS, "a" * 128, "漢" * 85, "<b>Ada</b>", "غرفة\u200f"])
def test_a_person_is_called_what_they_like(name: str) -> None:
    """A display name is shown, not parsed: it is kept to the letter."""
    assert person(name) == name


NO_PERSONS = [
    "",
    " ",
    "\u3000",
    "a\0",
    "a\nb",
    "\r",
    "a\tb",
    "\x1b[31m",
    "a\x7f",
    "a\x85",
    "a\u2028b",
    "a\u2029b",
    "\ud800",
]


@pytest.mark.parametrize("name", [*NO_PERSONS, "a" * 129, "漢" * 86], ids=ascii)
def test_a_person_has_a_name_that_can_be_shown(name: str) -> None:
    """No control characters, no line breaks of any kind, not blank, not long."""
    with pytest.raises(ValidationError):
        person(name)


@given(person_names)
def test_a_good_person_comes_back_as_they_are(name: str) -> None:
    """Any printable text of Unicode."""
    assert person(name) == name


AVATARS = [
    "https://example.com",
    "https://example.com/a.png?size=1&x=%20#f",
    "https://example.com:8443/",
    "https://[::1]/a",
]
AVATARS += [
    "https://bücher.example/é.png",
    "HTTPS://EXAMPLE.COM/A",
    "https://127.0.0.1/",
    f"https://a.example/{'a' * 2030}",
]


@pytest.mark.parametrize("url", AVATARS)
def test_a_picture_is_at_an_https_url(url: str) -> None:
    """Which is passed on exactly as it came, not as a URL library would write it."""
    assert avatar(url) == url


@given(avatars)
def test_any_printable_path_may_follow(url: str) -> None:
    """Also characters that a URL library would escape."""
    assert avatar(url) == url


NO_AVATARS = [
    "",
    "a.png",
    "/a.png",
    "//example.com/a.png",
    "http://example.com/a.png",
    "ftp://example.com/",
    "https://",
    "https:///",
]
NO_AVATARS += ["javascript:alert(1)", "data:image/png;base64,AAAA", "file:///etc/passwd", "https://user@example.com/"]
NO_AVATARS += [
    "https://user:secret@example.com/",
    "https://:secret@example.com/",
    "https://exa mple.com/",
    "https://a.example/ b",
]
NO_AVATARS += [
    "https://a.example/\n",
    "https://a.example/\0",
    "\thttps://a.example/",
    "https://a.example/\u2028",
    "https://[::1",
]
NO_AVATARS += [
    "https://a.example:99999/",
    "https://%00/",
    "https://a.example/\ud800",
    f"https://a.example/{'a' * 2031}",
    f"https://a.example/{'漢' * 1000}",
    "https:a.example/",
    "https:/a.example/",
]


@pytest.mark.parametrize("url", NO_AVATARS, ids=lambda url: ascii(url)[:40])
def test_a_picture_is_nowhere_else(url: str) -> None:
    """No other scheme, no credentials, no spaces or control characters, no more than 2,048 characters."""
    with pytest.raises(ValidationError):
        avatar(url)


@pytest.mark.parametrize("auth", ["demo", "c_s", "a", "9", "my.platform-1", "A_b", "a" * 64])
def test_an_auth_type_is_a_word(auth: str) -> None:
    """Letters and digits of ASCII, and _ . - inside."""
    assert auth_type(auth) == auth


@pytest.mark.parametrize(
    "auth", ["", " ", "-a", "_a", ".a", "a b", "a/b", "demo\n", "démo", "a" * 65, "a\0", "a,b", "٣"]
)
def test_an_auth_type_is_nothing_else(auth: str) -> None:
    """Also not a word with a line break after it, which `$` in Python's own patterns would overlook."""
    with pytest.raises(ValidationError):
        auth_type(auth)
