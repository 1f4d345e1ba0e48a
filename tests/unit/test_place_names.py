"""Names of spaces and rooms."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.support.strategies import INVISIBLE, place_names
from vocespace.names import PlaceName

place = TypeAdapter(PlaceName).validate_python

PLACES = [
    "a",
    "7",
    "my-workspace",
    "room_urgent_001",
    "v1.2",
    ".hidden",
    "Sales and more",
    "-",
    "_",
]
PLACES += [
    "会议室",
    "ミーティング",
    "회의실",
    "غرفة الاجتماع",
    "बैठक कक्ष",
    "ห้องประชุม",
    "Переговорная",
    "חדר",
    "Größe",
    "İstanbul",
    "٣٤",
]
PLACES += ["a" * 128, "漢" * 85, "𝒜" * 64]


@pytest.mark.parametrize("name", PLACES)
def test_a_place_is_called_in_any_script(name: str) -> None:
    """Letters with their marks, digits, - _ . and single inner spaces; the name is kept as it is."""
    assert place(name) == name


NO_PLACES = [
    "",
    " ",
    ".",
    "..",
    "...",
    " a",
    "a ",
    "a  b",
    "a\tb",
    "a\nb",
    "a\0b",
    "a\x7fb",
    "a\x85b",
    "a\u00a0b",
    "a\u3000b",
]
NO_PLACES += [
    *(f"a{mark}b" for mark in "/\\?#%&=+:;,'\"<>|*@!$^`~()[]{}"),
    "$empty",
    "$space",
    "../etc",
    "%2e%2e",
    "a%00",
]
NO_PLACES += [f"a{mark}b" for mark in "\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\u00ad"]
NO_PLACES += ["①", "½", "²", "😀", "a™", "€", "\ud800", "a\udc00", "\ue000", "\uffff", "a" * 129, "漢" * 86, "𝒜" * 65]


@pytest.mark.parametrize("name", NO_PLACES, ids=ascii)
def test_a_place_is_called_nothing_that_means_something_elsewhere(name: str) -> None:
    """No separators of URLs and paths, no control, bidi or invisible characters, no spaces but single inner ones."""
    with pytest.raises(ValidationError):
        place(name)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Cafe\u0301", "Café"),
        ("\u1112\u1161\u11ab", "한"),
        ("\u212b", "Å"),
        ("\u0958", "\u0915\u093c"),
        ("Café", "Café"),
    ],
)
def test_one_name_has_one_spelling(written: str, kept: str) -> None:
    """Two ways to write a letter are one name: the composed one."""
    assert place(written) == kept


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_a_name_is_what_one_sees_of_it(character: str) -> None:
    """With a letter or a mark that nobody sees, two places would look like one."""
    with pytest.raises(ValidationError):
        place(f"a{character}b")


@pytest.mark.parametrize("name", ["\u0958" * 128, "\u0344" * 65, "a" * 86 + "\u0344" * 42])
def test_a_name_that_composing_makes_too_long_is_too_long(name: str) -> None:
    """What is taken once is taken again, when it comes back in a token: the limits are those of what is kept."""
    assert len(name) <= 128
    with pytest.raises(ValidationError):
        place(name)


@given(place_names)
def test_a_good_place_comes_back_as_it_is(name: str) -> None:
    """Any letters, marks and digits of Unicode."""
    assert place(name) == name


@given(st.text(max_size=140))
def test_a_place_that_is_taken_is_harmless(name: str) -> None:
    """Whatever is taken is composed, short, printable, no path, and taken again as the same."""
    try:
        kept = place(name)
    except ValidationError:
        return
    assert kept == unicodedata.normalize("NFC", name) == place(kept)
    assert 0 < len(kept) <= 128
    assert len(kept.encode()) <= 256
    assert not set(kept) & set("/\\?#%&<>\"'$*[]\n\r\t\0")
    assert {unicodedata.category(letter)[0] for letter in kept} <= set("LMN") | {"P", "Z"}
    assert kept.strip(" .")
