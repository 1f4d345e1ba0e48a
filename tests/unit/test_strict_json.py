"""JSON without leniency, against JSONTestSuite and the limits of ours."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.strategies import json_values
from tests.unit.vectors import json_cases
from vocespace.strict_json import MAX_DEPTH, MAX_MEMBERS, StrictJsonError, parse_object

CASES = json_cases()
REFUSED_ALL_THE_SAME = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}


def refusal(data: bytes) -> str:
    """Why some bytes are no object."""
    with pytest.raises(StrictJsonError) as refused:
        parse_object(data)
    return str(refused.value)


UP_TO_US = ("i_number", "i_object_key_lone", "i_string_1st", "i_string_incomplete", "i_string_inv", "i_string_lone")
"""Numbers beyond a float's range, and lone surrogates by escape: each field's own type judges those."""


def test_what_must_be_read_is_read() -> None:
    """As the suite's `y_` files say, inside an object; but no member may be there twice."""
    for name in (name for name in CASES if name.startswith("y_")):
        data = b'{"x": ' + CASES[name] + b"}"
        if name in REFUSED_ALL_THE_SAME:
            assert refusal(data) == "has a duplicate member", name
        else:
            assert parse_object(data) == {"x": json.loads(CASES[name])}, name


def test_what_must_be_refused_is_refused() -> None:
    """As the suite's `n_` files say, by themselves and inside an object."""
    for name in (name for name in CASES if name.startswith("n_")):
        assert refusal(CASES[name]), name
        assert refusal(b'{"x": ' + CASES[name] + b"}"), name


def test_another_encoding_or_a_depth_without_end_is_refused() -> None:
    """The suite leaves it to the reader; RFC 8259 section 8.1 does not for the encoding."""
    reasons = {"is not UTF-8", "is not valid JSON", "is nested too deeply"}

    for name in (name for name in CASES if name.startswith("i_") and not name.startswith(UP_TO_US)):
        assert refusal(b'{"x": ' + CASES[name] + b"}") in reasons, name


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is not valid JSON"),
        (b"[]", "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b'"text"', "is not a JSON object"),
        (b"1", "is not a JSON object"),
        (b"{", "is not valid JSON"),
        (b"{}{}", "is not valid JSON"),
        (b"{'a': 1}", "is not valid JSON"),
        (b'{"a": 1,}', "is not valid JSON"),
        (b'{"a": 01}', "is not valid JSON"),
        (b"\xef\xbb\xbf{}", "is not valid JSON"),
        ("{}".encode("utf-16"), "is not UTF-8"),
        (b'{"\xff": 1}', "is not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "is not UTF-8"),
        (b'{"a": NaN}', "has a number that is not finite"),
        (b'{"a": 1e999}', "has a number that is not finite"),
        (b'{"a": -1e999}', "has a number that is not finite"),
        (b'{"a": [Infinity]}', "has a number that is not finite"),
        (b'{"a": -Infinity}', "has a number that is not finite"),
        (b'{"a": 1, "a": 1}', "has a duplicate member"),
        (b'{"a": {"b": 1, "\\u0062": 2}}', "has a duplicate member"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is not valid JSON"),
    ],
    ids=lambda value: str(value)[:32],
)
def test_the_reason_is_one_of_a_few(data: bytes, why: str) -> None:
    """And never quotes what was sent."""
    assert refusal(data) == why


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_twenty_levels_are_enough(opening: str, closing: str) -> None:
    """The object is the first level and a value in it the second; deeper ones are refused, at any depth."""

    def nested(containers: int) -> bytes:
        return b'{"x": ' + (opening * containers + "1" + closing * containers).encode() + b"}"

    assert parse_object(nested(MAX_DEPTH - 2))
    for containers in (MAX_DEPTH - 1, 500, 5000, 100_000):
        assert refusal(nested(containers)) == "is nested too deeply"


def test_64_members_are_enough_in_each_object() -> None:
    """More are refused, at any depth."""
    full = {f"m{number}": number for number in range(MAX_MEMBERS)}

    assert parse_object(json.dumps({"a": full, "b": [full]}).encode()) == {"a": full, "b": [full]}
    assert refusal(json.dumps(full | {"one": "more"}).encode()) == "has too many members"
    assert refusal(json.dumps({"a": [full | {"one": "more"}]}).encode()) == "has too many members"


@given(st.binary())
def test_only_a_refusal_escapes(data: bytes) -> None:
    """From any bytes whatever."""
    try:
        assert isinstance(parse_object(data), dict)
    except StrictJsonError as refused:
        assert len(str(refused)) < 40  # noqa: PT017 - hypothesis finds objects as well


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=9), json_values, max_size=4))
def test_what_python_writes_is_read_again(members: dict[str, Any]) -> None:
    """Unless it holds what JSON does not have."""
    text = json.dumps(members)

    if _is_finite(members):
        assert parse_object(text.encode()) == members
    else:
        assert refusal(text.encode()) == "has a number that is not finite"


def _is_finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)
