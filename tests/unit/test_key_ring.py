"""The key ring: what is one, what is none, and which of its keys are for what."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.support.clock import NOW
from tests.support.strategies import json_values
from tests.support.world import ACME_KID, KID, RING, RING_KEYS
from tests.unit.forge import KEY, ring
from tests.unit.vectors import json_cases, jwk_groups, naughty_strings, unpadded
from vocespace.jws import parse_compact, sign, verified_claims
from vocespace.key_ring import MAX_RING_BYTES, KeyRing, KeyRingError, SigningKey

SECRET = "c4n4ry-" + "0123456789abcdef" * 2
OWN = {"kid": "own", "secret": SECRET}
OTHER = {"kid": "other", "secret": SECRET[::-1]}
JWK_GROUPS = jwk_groups()


def _base64(text: str, line: int = 0) -> str:
    encoded = b64encode(text.encode()).decode()
    return "\n".join(encoded[start : start + line] for start in range(0, len(encoded), line)) if line else encoded


def _is_a_secret(text: str) -> bool:
    try:
        SigningKey(kid="k", secret=SecretStr(text))
    except ValueError:
        return False
    return True


def refusal(document: object) -> str:
    """Why a document is no ring; no part of a secret may be in the text, its cause or its context."""
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(KeyRingError) as refused:
        KeyRing.parse(text)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert "c4n4ry" not in str(refused.value) + repr(refused.value)
    return str(refused.value)


def test_a_ring_of_several_keys_is_read() -> None:
    """The stack's own and a platform's, with their dates; one of the own signs."""
    keys = KeyRing.parse(json.dumps(RING))

    assert keys.signing_key().kid == KID
    assert keys.signing_key().key_bytes() == KEY
    assert [(key.kid, key.platform, key.created_at) for key in keys.keys] == [
        (KID, None, NOW - 86_400),
        (ACME_KID, "acme", NOW - 86_400),
    ]
    assert [keys.has(kid) for kid in (KID, ACME_KID, "", KID.upper())] == [True, True, False, False]


def test_a_stack_is_born_with_one_key() -> None:
    """CloudFormation fills one top-level member: `{kid, secret}` is a ring of that key, which signs."""
    keys = KeyRing.parse(json.dumps(OWN))

    assert keys == KeyRing.parse(json.dumps(ring(OWN, signing_kid="own")))
    assert (keys.signing_key().kid, keys.signing_key().created_at) == ("own", 0)


def test_the_candidates_for_a_token() -> None:
    """By kid the one, without a kid each live one in the ring's order, and never a retired one."""
    keys = KeyRing.parse(json.dumps(ring(*RING_KEYS, OWN | {"retireAfter": NOW})))

    def candidates(kid: str | None, now: float) -> list[str]:
        return [key.kid for key in keys.candidates(kid, now)]

    assert candidates(None, NOW - 0.001) == [KID, ACME_KID, "own"]
    assert candidates(None, NOW) == [KID, ACME_KID]
    assert candidates("own", NOW - 1) == ["own"]
    assert candidates("own", NOW) == candidates("unknown", NOW) == candidates("", NOW) == []


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (ring(signing_kid="own"), "too_short"),
        ({"keys": [OWN]}, "signingKid: missing"),
        ({"keys": OWN, "signingKid": "own"}, "keys"),
        (ring(OWN, signing_kid="unknown"), "value_error"),
        (ring(OWN, OTHER | {"platform": "acme"}, signing_kid="other"), "value_error"),
        (ring(OWN, OTHER | {"kid": "own"}, signing_kid="own"), "value_error"),
        (ring(OWN, OWN | {"kid": "twin"}, signing_kid="own"), "value_error"),
        (ring(OWN | {"secret": "c4n4ry" + "x" * 25}, signing_kid="own"), "keys.0.secret"),
        (ring(OWN, OTHER | {"secret": ""}, signing_kid="own"), "keys.1.secret"),
        (ring(OWN | {"secret": 7}, signing_kid="own"), "keys.0.secret"),
        (ring(OWN | {"secret": None}, signing_kid="own"), "keys.0.secret"),
        (ring(OWN | {"kid": ""}, signing_kid=""), "keys.0.kid"),
        (ring(OWN | {"kid": "k" * 129}, signing_kid="k" * 129), "keys.0.kid"),
        (ring(OWN | {"platform": ""}, signing_kid="own"), "keys.0.platform"),
        (ring(OWN | {"createdAt": "c4n4ry"}, signing_kid="own"), "keys.0.createdAt"),
        (ring(OWN | {"createdAt": -1}, signing_kid="own"), "keys.0.createdAt"),
        (ring(OWN | {"retireAfter": 0}, signing_kid="own"), "keys.0.retireAfter"),
        (ring(OWN | {"retireAfter": NOW + 0.5}, signing_kid="own"), "keys.0.retireAfter"),
        (ring(OWN | {"k": "c4n4ry"}, signing_kid="own"), "keys.0.k: extra_forbidden"),
        (ring(OWN, signing_kid="own") | {"schema": "c4n4ry"}, "schema: extra_forbidden"),
        (OWN | {"secret": "short"}, "keys.0.secret"),
        ({"kid": "own"}, "keys.0.secret: missing"),
        ({"secret": SECRET}, "kid"),
        ({}, "kid"),
        ("", "not valid JSON"),
        ("null", "not a JSON object"),
        (SECRET, "not valid JSON"),
        (json.dumps(SECRET), "not a JSON object"),
        (json.dumps([OWN]), "not a JSON object"),
        ('{"keys": [], "keys": []}', "duplicate"),
        ("\ufeff" + json.dumps(OWN), "not valid JSON"),
        ("\ud800", "not text"),
    ],
    ids=lambda value: None if isinstance(value, dict) else ascii(value)[:40],
)
def test_what_breaks_a_rule_is_no_ring(document: object, why: str) -> None:
    """The operator is told where, and never what stands there."""
    assert why in refusal(document)


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN PUBLIC KEY-----\nc4n4ry\n-----END PUBLIC KEY-----\n",
        "\n  -----BEGIN RSA PRIVATE KEY-----\nc4n4ry-----",
        "c4n4ry\n-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
        "ssh-ed25519 c4n4ryAAAAC3NzaC1lZDI1NTE5AAAAI",
        "ecdsa-sha2-nistp256 c4n4ryAAAAE2VjZHNhLXNoYTI",
        '{"kty":"oct","k":"c4n4ryAAAAAAAAAAAAAAAAAAAAA"}',
        ' {"c4n4ry": "any other object of thirty-two bytes"}',
        '[{"kty": "oct", "k": "c4n4ryAAAAAAAAAAAAAAAAAA"}]',
        '\ufeff{"kty":"oct","k":"c4n4ryAAAAAAAAAAAAAAAAAAAAA"}',
        '\n [ {"kty": "RSA", "n": "c4n4ryAAAAAAAAAAAAAAAAAA"}]',
        "\ufeff-----BEGIN PUBLIC KEY-----c4n4ry, and cut off there",
        "---- BEGIN SSH2 PUBLIC KEY ----\nc4n4ryAAAAB3NzaC1yc2EAAAADAQAB",
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nc4n4ry",
        "\t ssh-rsa c4n4ryAAAAB3NzaC1yc2EAAAADAQABAAABgQ",
        " ecdsa-sha2-nistp256 c4n4ryAAAAE2VjZHNhLXNoYTI",
        "sk-ssh-ed25519@openssh.com c4n4ryAAAAGnNrLXNzaC1lZDI1NTE5",
        "restrict,no-pty ssh-ed25519 c4n4ryAAAAC3NzaC1lZDI1NTE5AAAAI",
        _base64("-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n"),
        _base64("-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n").rstrip("="),
        _base64("-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n", line=16),
        _base64('{"kty":"oct","k":"????>>>>????>>>>"}'),
        _base64('{"kty":"oct","k":"????>>>>????>>>>"}').replace("/", "_").replace("+", "-").rstrip("="),
        _base64("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"),
    ],
)
def test_a_key_of_another_kind_is_no_hmac_secret(secret: str) -> None:
    """The mistake behind algorithm confusion; PyJWT would refuse to sign with most, one request at a time."""
    assert "keys.0.secret" in refusal(OWN | {"secret": secret})


@given(st.binary(min_size=32, max_size=64))
def test_what_a_csprng_makes_is_a_secret(data: bytes) -> None:
    """However it is written down; but for bytes that are the text of another key."""
    for text in (data.hex(), b64encode(data).decode(), urlsafe_b64encode(data).rstrip(b"=").decode()):
        assume(b"{" not in data[:8])
        assert KeyRing.parse(json.dumps(OWN | {"secret": text})).signing_key().key_bytes() == text.encode()


@pytest.mark.parametrize(("secret", "usable"), [("é" * 16, True), ("é" * 15 + "x", False), ("x" * 32, True)])
def test_the_length_of_a_secret_is_that_of_its_bytes(secret: str, usable: bool) -> None:
    """RFC 7518 section 3.2 asks for 32 of them."""
    if usable:
        assert len(KeyRing.parse(json.dumps(OWN | {"secret": secret})).signing_key().key_bytes()) == 32
    else:
        refusal(OWN | {"secret": secret})


def test_a_ring_leaves_room_for_one_more_rotation() -> None:
    """Secrets Manager takes 64 KiB; a ring that nearly fills them is refused before it can grow."""
    many = [{"kid": f"k{number}", "secret": f"{number:032}" + "x" * 900} for number in range(62)]
    text = json.dumps(ring(*many, signing_kid="k0"))

    assert len(KeyRing.parse(text + " " * (MAX_RING_BYTES - len(text))).keys) == 62
    assert "larger than" in refusal(text + " " * (MAX_RING_BYTES - len(text) + 1))


@given(
    st.lists(
        st.tuples(st.text(min_size=32).filter(_is_a_secret), st.integers(0, 2**40), st.none() | st.integers(1, 2**40)),
        min_size=1,
        max_size=6,
        unique_by=lambda each: each[0],
    ),
    st.none() | st.uuids().map(str),
)
def test_what_is_written_down_is_read_again(keys: list[tuple[str, int, int | None]], parent: str | None) -> None:
    """Key by key and byte by byte, in any script, and what it was made from."""
    made = [
        SigningKey(kid=str(number), secret=SecretStr(secret), created_at=created, retire_after=end)
        for number, (secret, created, end) in enumerate(keys)
    ]
    keys_as_made = KeyRing(keys=tuple(made), signing_kid="0", parent_version=parent)

    assert KeyRing.parse(keys_as_made.to_text()) == keys_as_made


def test_a_ring_that_would_not_be_read_again_is_not_written() -> None:
    """Its size is that of its bytes."""
    for secret, is_written in (("x" * 61_000, True), ("x" * 62_000, False), ("é" * 31_000, False)):
        keys = KeyRing(keys=(SigningKey(kid="own", secret=SecretStr(secret)),), signing_kid="own")
        if is_written:
            assert KeyRing.parse(keys.to_text()) == keys
        else:
            with pytest.raises(KeyRingError, match="larger than"):
                keys.to_text()


@pytest.mark.parametrize("parent", ["", "v" * 65, 7])
def test_a_parent_that_is_none(parent: object) -> None:
    """The id of a version is a short text."""
    assert "parentVersion" in refusal(ring(OWN, signing_kid="own") | {"parentVersion": parent})


@pytest.mark.parametrize("name", JWK_GROUPS)
def test_a_set_of_jwks_is_no_ring(name: str) -> None:
    """Wycheproof's sets, sound ones and mixed, broken or weak ones: none of our documents."""
    assert refusal(JWK_GROUPS[name]["private"])


@pytest.mark.parametrize("name", ["key_too_short-10", "empty_key-16", "rejectsDuplicateKid-4"])
def test_the_faults_of_wycheproofs_symmetric_keys_are_found(name: str) -> None:
    """The same keys in a ring of ours: too short, empty, or two under one kid."""
    jwks: list[dict[str, Any]] = JWK_GROUPS[name]["private"]["keys"]
    keys = [{"kid": jwk["kid"], "secret": _text(jwk["k"])} for jwk in jwks]

    assert refusal(ring(*keys, signing_kid=jwks[0]["kid"]))


@pytest.mark.parametrize("name", ["long_key-13", "acceptsValid-2"])
def test_wycheproofs_sound_symmetric_keys_are_keys(name: str) -> None:
    """A key longer than the hash, and two of them side by side."""
    jwks: list[dict[str, Any]] = JWK_GROUPS[name]["private"]["keys"]
    keys = KeyRing.parse(
        json.dumps(ring(*({"kid": jwk["kid"], "secret": _text(jwk["k"])} for jwk in jwks), signing_kid=jwks[0]["kid"]))
    )

    for key in keys.keys:
        token = sign({"kid": key.kid}, key.key_bytes(), key.kid)
        assert verified_claims(parse_compact(token), key.key_bytes()) == {"kid": key.kid}


def _text(k: str) -> str:
    """A JWK's bytes as a secret of ours: as text where they are text, else in base64 as they stand."""
    try:
        return unpadded(k).decode()
    except UnicodeDecodeError:
        return k


@given(st.text() | json_values.map(json.dumps))
def test_no_other_text_is_a_ring(text: str) -> None:
    """And nothing but a refusal comes of it, except for text that no AWS answer can hold."""
    with pytest.raises(ValueError, match=r"key ring|surrogates"):
        KeyRing.parse(text)


def test_no_file_of_the_json_suite_and_no_naughty_string_is_a_ring() -> None:
    """As the document or as the secret in it; a naughty secret is usable if only it is long enough."""
    for data in json_cases().values():
        refusal(data.decode("latin-1"))
    for text in naughty_strings():
        refusal(text)
        refusal(OWN | {"kid": text, "secret": "short"})
        if len(text.encode()) >= 32 and "{" not in text[:1]:
            assert KeyRing.parse(json.dumps(OWN | {"secret": text})).signing_key().key_bytes() == text.encode()


def test_a_ring_does_not_show_its_secrets() -> None:
    """Not printed, not formatted, not as JSON."""
    keys = KeyRing.parse(json.dumps(ring(OWN, OTHER, signing_kid="own")))
    shown = f"{keys!r} {keys} {keys.signing_key()!r} {keys.keys[1].secret} {keys.to_wire()} {keys.model_dump_json()}"

    assert "c4n4ry" not in shown
    assert SECRET[::-1] not in shown
