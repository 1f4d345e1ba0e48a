"""Request bodies: bytes as API Gateway hands them over, and what is said about them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.vectors import json_cases, naughty_strings
from vocespace.errors import BodyTooLargeError, InvalidParametersError, UnsupportedMediaTypeError, VoceSpaceError
from vocespace.platforms import Policy
from vocespace.request_body import MAX_BODY, json_object, read_request

HEADERS = {"content-type": "application/json"}


def encoded(data: bytes | str) -> str:
    """Bytes in base64, as API Gateway writes them."""
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def reason(body: str | None, *, is_base64: bool = False) -> str:
    """Why a body is no JSON object."""
    with pytest.raises(InvalidParametersError) as refused:
        json_object(body, is_base64=is_base64, headers=HEADERS)
    (fault,) = refused.value.fields
    assert fault.field == "body"
    return fault.reason


@pytest.mark.parametrize("text", ['{"a": "é漢😀"}', " {} ", '{"a": {"b": []}}'])
def test_a_body_is_read_as_text_or_in_base64(text: str) -> None:
    """To the same object."""
    read = json_object(text, is_base64=False, headers=HEADERS)

    assert json_object(encoded(text), is_base64=True, headers=HEADERS) == read


@pytest.mark.parametrize(
    ("body", "is_base64", "why"),
    [
        (None, False, "is not valid JSON"),
        ("", False, "is not valid JSON"),
        (None, True, "is not valid JSON"),
        ("[]", False, "is not a JSON object"),
        ("\ud800", False, "is not readable"),
        ("{}", True, "is not readable"),
        ("e30", True, "is not readable"),
        ("e30=\n", True, "is not readable"),
        ("e3-_", True, "is not readable"),
        ("é" * 4, True, "is not readable"),
        ("漢字漢字", True, "is not readable"),
        ("\ud800", True, "is not readable"),
        (encoded(b"\xff"), True, "is not UTF-8"),
        (encoded("{}".encode("utf-16")), True, "is not UTF-8"),
        (encoded("\ufeff{}"), True, "is not valid JSON"),
    ],
    ids=ascii,
)
def test_what_cannot_be_read_is_a_fault_of_the_body(body: str | None, is_base64: bool, why: str) -> None:
    """Whatever it is, it is the request's, and a 400."""
    assert reason(body, is_base64=is_base64) == why


def test_16_kib_are_enough() -> None:
    """Counted in bytes, before and after base64; one more is refused unread."""
    full = '{"a": "' + "x" * (MAX_BODY - 9) + '"}'
    wide = '{"a": "' + "é" * ((MAX_BODY - 9) // 2) + '"}'

    for body in (full, wide):
        assert json_object(body, is_base64=False, headers=HEADERS)
        assert json_object(encoded(body), is_base64=True, headers=HEADERS)
    for text in (full + " ", wide + "  ", " " * 10**7):
        with pytest.raises(BodyTooLargeError):
            json_object(text, is_base64=False, headers=HEADERS)
        with pytest.raises(BodyTooLargeError):
            json_object(encoded(text), is_base64=True, headers=HEADERS)


def test_a_body_that_is_too_large_is_not_looked_at() -> None:
    """Not even whether it is base64, or of which type."""
    with pytest.raises(BodyTooLargeError):
        json_object("é" * 10**6, is_base64=True, headers={})


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        {"content-type": "APPLICATION/JSON"},
        {"content-type": " application/json ; charset=utf-8"},
        {"content-type": 'application/json;charset="UTF-8"'},
        {"content-type": "application/json; charset=utf8; profile=x"},
        {"content-type": "application/json", "content-encoding": "identity"},
        {"content-type": "application/json", "content-encoding": ""},
    ],
)
def test_plain_json_in_utf_8_is_what_is_read(headers: dict[str, str]) -> None:
    """However its declaration is spelled."""
    assert json_object("{}", is_base64=False, headers=headers) == {}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/jsonp"},
        {"content-type": "application/ld+json"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json, text/plain"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json; charset=utf-8; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "application/json", "content-encoding": "gzip, identity"},
    ],
)
def test_any_other_media_type_is_refused(headers: dict[str, str]) -> None:
    """A form in a browser cannot send JSON by itself, and nothing is unpacked."""
    with pytest.raises(UnsupportedMediaTypeError):
        json_object("{}", is_base64=False, headers=headers)


@given(body=st.none() | st.text(), is_base64=st.booleans(), content_type=st.just("application/json") | st.text())
def test_only_documented_errors_escape(body: str | None, is_base64: bool, content_type: str) -> None:
    """Whatever is sent."""
    try:
        json_object(body, is_base64=is_base64, headers={"content-type": content_type})
    except VoceSpaceError as refused:
        assert isinstance(refused, InvalidParametersError | UnsupportedMediaTypeError)  # noqa: PT017 - as it says


def test_the_collections_of_others_end_in_a_refusal_or_an_object() -> None:
    """As bodies in both forms, and as media types; of all the files, only those of objects are one."""
    read: list[str] = []
    for name, data in json_cases().items():
        try:
            json_object(encoded(data), is_base64=True, headers=HEADERS)
        except (InvalidParametersError, BodyTooLargeError):
            continue
        read.append(name)
    for text in naughty_strings():
        assert reason(text) == reason(encoded(text), is_base64=True)
        assert reason(text, is_base64=True)
        with pytest.raises(UnsupportedMediaTypeError):
            json_object("{}", is_base64=False, headers={"content-type": text})

    assert len(read) >= 10
    assert all(name.startswith(("y_object", "i_object")) for name in read)


def test_a_fault_of_a_part_is_not_told_of_the_whole_again() -> None:
    """Each fault has one place; two faults in two places stay two."""
    with pytest.raises(InvalidParametersError) as refused:
        read_request(Policy, {"authTypes": ["a"], "identities": ["boss"], "spaces": []})

    assert [fault.field for fault in refused.value.fields] == ["identities.0", "spaces"]
