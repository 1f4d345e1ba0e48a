"""What may be said about a person, and what anybody may send, for property tests."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from tests.support.clock import NOW
from vocespace.identities import Identity
from vocespace.names import MAX_NAME, MAX_NAME_BYTES
from vocespace.token_result import LEEWAY_SECONDS, TokenResult

DAY = 86_400

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
"""Anything that Python writes as JSON, NaN and lone surrogates included."""


def _fits(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and len(name.encode()) <= MAX_NAME_BYTES


def _composed(words: list[str]) -> str:
    return unicodedata.normalize("NFC", " ".join(words))


# Unicode's Default_Ignorable_Code_Point, of what is a letter or a mark.
_RANGES = [(0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x3164, 0x3164), (0xFE00, 0xFE0F)]
_RANGES += [(0xFFA0, 0xFFA0), (0xE0100, 0xE01EF)]
INVISIBLE = "".join(chr(code) for first, last in _RANGES for code in range(first, last + 1))

_words = st.text(
    st.characters(categories=("L", "Nd", "M"), include_characters="-_.", exclude_characters=INVISIBLE),
    min_size=1,
    max_size=24,
)

place_names = (
    st.lists(_words, min_size=1, max_size=4)
    .map(_composed)
    .filter(lambda name: _fits(name) and bool(name.strip(".")) and "  " not in name)
)
"""Names of spaces and rooms in any script, in the composed form in which they come back."""

person_names = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=MAX_NAME
).filter(lambda name: _fits(name) and bool(name.strip()))
"""Ids and display names."""

avatars = st.builds(
    "https://{}.example/{}".format,
    st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=30),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=200),
)
"""https URLs of pictures."""

room_types = st.sampled_from(["$empty", "$space"]) | place_names


@st.composite
def token_results(draw: st.DrawFn, now: int = NOW, cap: int = DAY) -> TokenResult:
    """Persons whose lifetime is good at a given time."""
    iat = draw(st.integers(now - cap, now + LEEWAY_SECONDS))
    return TokenResult(
        id=draw(person_names),
        username=draw(person_names),
        avatar=draw(st.none() | avatars),
        space=draw(place_names),
        room=draw(st.none() | room_types),
        identity=draw(st.none() | st.sampled_from(Identity)),
        pre_join=draw(st.none() | st.booleans()),
        iat=iat,
        exp=draw(st.integers(max(iat, now - LEEWAY_SECONDS) + 1, iat + cap)),
    )
