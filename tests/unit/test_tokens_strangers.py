"""What strangers send, by other people's collections: nothing but a refusal ever comes out of `Tokens.verify`."""

from __future__ import annotations

import json

import pytest

from tests.support.world import KID
from tests.unit.forge import HEADER, claims, forged, person, refusal, tokens_of
from tests.unit.vectors import json_cases, naughty_strings
from vocespace.errors import UnauthorizedError
from vocespace.tokens import Tokens

CASES = json_cases()
NAUGHTY = naughty_strings()

TWO_READERS = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
"""JSON, but one member twice: what RFC 8259 lets every reader settle for itself, we do not."""


def _accepted(tokens: Tokens, token: str) -> bool:
    """Whether a token is accepted; any exception but UnauthorizedError goes through and fails the test."""
    try:
        tokens.verify(token)
    except UnauthorizedError:
        return False
    return True


def _with_claim(name: str, value: bytes) -> bytes:
    """Valid claims and one whose value is any bytes, well-formed or not."""
    others = {each: known for each, known in claims().items() if each != name}
    return json.dumps(others).encode()[:-1] + f', "{name}": '.encode() + value + b"}"


def test_the_collections_are_complete() -> None:
    """All 318 files and all 515 strings take part."""
    assert [sum(name.startswith(kind) for name in CASES) for kind in ("y_", "n_", "i_")] == [95, 188, 35]
    assert len(NAUGHTY) == 515


def test_no_file_of_the_json_suite_is_a_token() -> None:
    """Correctly signed as a whole payload or header, each is refused, and never otherwise than so."""
    form = {"token_form", "token_too_long"}

    assert {refusal(tokens_of(), forged(HEADER, data)) for data in CASES.values()} == form | {"token_claims"}
    assert {refusal(tokens_of(), forged(data)) for data in CASES.values()} == form | {"token_header"}


def test_a_claim_nobody_knows_must_be_json_all_the_same() -> None:
    """What must be read is read, what must be refused is refused; in between it is up to us, and never a crash."""
    accepted = {name for name, data in CASES.items() if _accepted(tokens_of(), forged(HEADER, _with_claim("x", data)))}

    assert {name for name in accepted if not name.startswith("i_")} == {
        name for name in CASES if name.startswith("y_")
    } - TWO_READERS


@pytest.mark.parametrize(
    ("claim", "fitting"),
    [
        ("id", {"string"}),
        ("username", {"string"}),
        ("space", {"string"}),
        ("room", {"string", "null"}),
        ("identity", {"null"}),
        ("preJoin", {"true", "false", "null"}),
        ("avatar", {"null"}),
        ("iat", set()),
        ("exp", set()),
        ("nbf", {"int", "null"}),
        ("aud", set()),
    ],
)
def test_a_claim_we_know_takes_its_own_kind_of_value_only(claim: str, fitting: set[str]) -> None:
    """Of all the files, the few that hold one value of its type fit, and null where it may be absent."""
    accepted = {
        name for name, data in CASES.items() if _accepted(tokens_of(), forged(HEADER, _with_claim(claim, data)))
    }

    assert accepted == {f"y_structure_lonely_{kind}.json" for kind in fitting}


@pytest.mark.parametrize(
    ("claim", "field"), [("id", "id"), ("username", "username"), ("space", "space"), ("room", "room")]
)
def test_a_naughty_name_goes_through_unchanged_or_not_at_all(claim: str, field: str) -> None:
    """No name is trimmed, cut, escaped or decoded on its way; what does not fit is refused."""
    tokens, refused = tokens_of(), 0
    for text in NAUGHTY:
        token = forged(HEADER, claims(**{claim: text}))
        if _accepted(tokens, token):
            assert getattr(tokens.verify(token).claims, field) == text
        else:
            refused += 1

    assert 0 < refused < len(NAUGHTY)


@pytest.mark.parametrize("claim", ["avatar", "identity", "preJoin", "iat", "exp", "nbf"])
def test_no_naughty_string_is_a_picture_a_role_or_a_time(claim: str) -> None:
    """None of them fits where more than a name is meant."""
    assert {refusal(tokens_of(), forged(HEADER, claims(**{claim: text}))) for text in NAUGHTY} == {"token_claims"}


@pytest.mark.parametrize("claim", ["platform", "jti", "iss", "sub", "x"])
def test_a_naughty_string_elsewhere_changes_nothing_about_the_person(claim: str) -> None:
    """As a claim about the token, or one that we do not know, it is kept, passed over or refused."""
    tokens = tokens_of()
    verified = [
        tokens.verify(token)
        for token in (forged(HEADER, claims(**{claim: text})) for text in NAUGHTY)
        if _accepted(tokens, token)
    ]

    assert verified
    assert all(each.claims.token_result() == person() for each in verified)


def test_a_naughty_claim_name_is_passed_over() -> None:
    """Whatever a claim that we do not know is called."""
    strange = [text for text in NAUGHTY if text not in {"aud", "iss"}]

    assert all(_accepted(tokens_of(), forged(HEADER, claims() | {text: text})) for text in strange)


@pytest.mark.parametrize("member", ["alg", "typ", "kid", "x"])
def test_no_naughty_string_belongs_in_a_header(member: str) -> None:
    """No kid is taken for a path, a query or a pattern; no other member for anything."""
    reasons = {refusal(tokens_of(), forged(HEADER | {member: text})) for text in NAUGHTY}

    assert reasons <= {"token_header", "token_type", "token_signature"}
    assert KID not in NAUGHTY


def test_no_naughty_string_is_a_token_or_a_part_of_one() -> None:
    """Alone, before, after and within."""
    good = forged()
    head, payload, signature = good.split(".")
    for text in NAUGHTY:
        spellings = [text, text + good, good + text, f"{text}.{payload}.{signature}", f"{head}.{text}.{signature}"]
        spellings.append(f"{head}.{payload}.{text}")
        for token in spellings:
            assert token == good or refusal(tokens_of(), token)
