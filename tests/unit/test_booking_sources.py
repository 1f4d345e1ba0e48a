"""The document of sources: what is one, and that it is not told."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import json_values
from tests.unit.vectors import json_cases, naughty_strings
from vocespace.booking_sources import BookingSources, BookingSourcesError, SourceKind

SECRET = "c4n4ry-0123456789abcdef"


def standard(size: int) -> str:
    """A secret of Standard Webhooks of so many bytes."""
    return "whsec_" + base64.b64encode(bytes(range(size))).decode()


FULL = {
    "sources": {
        "cal": {"kind": "cal.com", "secrets": [SECRET, "n" + SECRET]},
        "calendly": {"kind": "calendly", "secrets": [SECRET]},
        "crm-2": {"kind": "standard", "secrets": [standard(24), standard(32), standard(64)]},
    }
}


def one(kind: object = "cal.com", *secrets: object, name: str = "cal") -> dict[str, object]:
    """A document with one source."""
    return {"sources": {name: {"kind": kind, "secrets": list(secrets)}}}


def refusal(document: object) -> str:
    """Why a document holds no sources; nothing of it may be in the text."""
    with pytest.raises(BookingSourcesError) as refused:
        BookingSources.parse(document if isinstance(document, str) else json.dumps(document))
    assert "c4n4ry" not in str(refused.value) + repr(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return str(refused.value)


def test_sources_are_read() -> None:
    """Of each kind, with one secret or several."""
    sources = BookingSources.parse(json.dumps(FULL)).sources

    assert [source.kind for source in sources.values()] == list(SourceKind)
    assert sources["cal"].mac_keys() == (SECRET.encode(), b"n" + SECRET.encode())
    assert sources["crm-2"].mac_keys() == (bytes(range(24)), bytes(range(32)), bytes(range(64)))


def test_none_are_none() -> None:
    """As a new stack has it."""
    assert BookingSources.parse('{"sources": {}}').sources == {}


def test_sources_are_written_as_they_were_read() -> None:
    """With their secrets: the text is the secret's."""
    assert json.loads(BookingSources.parse(json.dumps(FULL)).to_text()) == FULL


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (one("cal.com"), "cal.secrets"),
        (one("cal.com", ""), "not of 16 to 512 bytes"),
        (one("cal.com", "c4n4ry789012345"), "not of 16 to 512 bytes"),
        (one("calendly", "c4n4ry" + "x" * 507), "not of 16 to 512 bytes"),
        (one("cal.com", "no-secret-provided"), "that is none"),
        (one("calendly", "no-secret-provided"), "that is none"),
        (one("cal.com", SECRET + "\n"), "that is none"),
        (one("cal.com", " " * 20), "that is none"),
        (one("cal.com", SECRET, SECRET), "a secret twice"),
        (one("cal.com", *(f"{SECRET}{each}" for each in range(9))), "cal.secrets"),
        (one("cal.com", 1234567890123456), "cal.secrets.0"),
        (one("cal.com", None), "cal.secrets.0"),
        (one("standard", SECRET), "whsec_ and base64"),
        (one("standard", standard(23)), "24 to 64 bytes"),
        (one("standard", standard(65)), "24 to 64 bytes"),
        (one("standard", standard(32)[6:]), "whsec_ and base64"),
        (one("standard", standard(32) + "\n"), "whsec_ and base64"),
        (one("standard", "whsec_" + "-_" * 22), "whsec_ and base64"),
        (one("standard", "whsec_" + "A" * 33), "whsec_ and base64"),
        (one("standard", standard(32)[:-1]), "whsec_ and base64"),
        (one("standard", standard(24), standard(24)), "a secret twice"),
        (one("acuity", SECRET), "cal.kind"),
        (one(None, SECRET), "cal.kind"),
        (one("cal.com", SECRET, name="bus"), "the event bus"),
        (one("cal.com", SECRET, name="c4n4ry/"), "at sources:"),
        (one("cal.com", SECRET, name=""), "at sources:"),
        (one("cal.com", SECRET, name="-cal"), "at sources:"),
        ({}, "at sources:"),
        ({"sources": []}, "at sources:"),
        ({"sources": {}, "c4n4ry": 1}, "at sources:"),
        ("c4n4ry", "is not valid JSON"),
        ("\ud800", "is not text"),
        ('{"sources": {}, "sources": {}}', "duplicate"),
    ],
)
def test_what_is_no_document_is_refused(document: object, why: str) -> None:
    """It says where, and quotes nothing."""
    assert why in refusal(document)


@pytest.mark.parametrize("name", sorted(json_cases()))
def test_any_json_is_answered(name: str) -> None:
    """None of these is a document."""
    with pytest.raises(BookingSourcesError):
        BookingSources.parse(json_cases()[name].decode(errors="surrogateescape"))


@given(json_values, st.sampled_from(["cal.com", "standard"]) | json_values)
def test_nothing_else_comes_of_it(secret: object, kind: object) -> None:
    """Sources, or their error."""
    try:
        BookingSources.parse(json.dumps(one(kind, secret)))
    except BookingSourcesError as error:
        assert error.__suppress_context__  # noqa: PT017 - either is right


@pytest.mark.parametrize("text", [each for each in naughty_strings() if len(each) > 20])
def test_naughty_secrets_are_not_told(text: str) -> None:
    """Neither by the error nor by the source itself."""
    try:
        source = BookingSources.parse(json.dumps(one("cal.com", text, text)))
    except BookingSourcesError as error:
        assert text not in str(error)  # noqa: PT017 - either is right
    else:
        assert text not in repr(source)
