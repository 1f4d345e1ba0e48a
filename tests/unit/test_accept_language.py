"""Accept-Language: the language somebody reads best, of two, whatever they send."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vocespace.accept_language import preferred_language

OFFERED = ("en", "zh")

_tags = st.from_regex(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,3}", fullmatch=True) | st.sampled_from(
    ["en", "zh", "zh-CN", "ZH-Hant-TW", "en-GB", "de", "*"]
)
_weights = st.integers(0, 1000)
_spaces = st.sampled_from(["", " ", "\t", "  "])


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("ZH-hant-TW", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.8, zh", "zh"),
        ("de, zh;q=0.1", "zh"),
        ("de, fr;q=0.5", "en"),
        ("*", "en"),
        ("de, *;q=0.5", "en"),
        ("en;q=0, *", "zh"),
        ("en;q=0", "en"),
        ("zh;q=0", "en"),
        ("en;q=0.000, zh;q=0.001", "zh"),
        ("zh, en", "zh"),
        ("en, zh", "en"),
        ("zh;q=1., en;q=0.999", "zh"),
        ("en;q=0.5 , zh ; Q=0.7", "zh"),
        ("zha, zhx-CN", "en"),
        ("zh;q=1.1", "en"),
        ("zh;q=0.1234", "en"),
        ("zh;q=-1, zh;q=nan, zh;q=1e0", "en"),
        ("zh_CN", "en"),
        (",,, zh", "zh"),
        ("zh;level=1", "en"),
    ],
)
def test_the_language_is_the_one_that_is_wanted_most(header: str | None, language: str) -> None:
    """By weight, then by order; what cannot be read says nothing."""
    assert preferred_language(header, OFFERED) == language


@given(st.text() | st.lists(st.text("enzhq=;.,*-01 \t"), max_size=20).map(",".join))
@example("," * 10_000)
@example("a-" * 5_000)
@example("zh;q=" + "0" * 10_000)
def test_anything_may_be_sent(header: str) -> None:
    """There is an answer to every text, and it is a language that we have."""
    assert preferred_language(header, OFFERED) in OFFERED


@given(st.lists(st.tuples(_tags, _weights, _spaces, _spaces), max_size=8))
def test_it_is_what_the_weights_say(ranges: list[tuple[str, int, str, str]]) -> None:
    """As a reader of the RFC would work it out: the best of the ranges that fit, `*` for whom none does."""
    header = ",".join(f"{a}{tag}{b};{a}q={weight / 1000:.3f}{b}" for tag, weight, a, b in ranges)

    def wish(language: str) -> tuple[int, int]:
        own = [(w, -n) for n, (tag, w, *_) in enumerate(ranges) if tag.lower().split("-")[0] == language]
        rest = [(w, -n) for n, (tag, w, *_) in enumerate(ranges) if tag == "*"]
        return max(own or rest or [(0, 0)])

    english, chinese = wish("en"), wish("zh")
    expected = "zh" if chinese > english and chinese[0] > 0 else "en"
    assert preferred_language(header, OFFERED) == expected


@given(st.lists(_tags, min_size=1, max_size=6))
def test_neither_case_nor_space_matters(tags: list[str]) -> None:
    """Tags are read in any case, and blanks around them are none of them."""
    plain = ",".join(tags)

    assert preferred_language(" , ".join(tags).upper(), OFFERED) == preferred_language(plain.lower(), OFFERED)
