"""Tokens signed with a private key: the gate, which keys may be used, Wycheproof, and when cryptography is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from tests.support.oidc_issuer import issuer_key, user_claims
from tests.unit.forge import forged, segment
from tests.unit.paper_issuer import URL
from tests.unit.vectors import PublicKeyCase, public_key_cases
from vocespace.asymmetric import claims_signed_by, parse_asymmetric
from vocespace.errors import UnauthorizedError
from vocespace.issuers import Algorithm
from vocespace.jws import MAX_TOKEN, CompactJws
from vocespace.key_sets import KeySet

KEY = issuer_key()
PAYLOAD = json.dumps(user_claims(URL)).encode()
GOOD = KEY.sign(PAYLOAD)
EMPTY_PAYLOAD = ".."


def refusal(token: str, jwk: dict[str, Any] | None = None) -> str:
    """For which reason a token is refused; anything but a refusal fails the test."""
    with pytest.raises(UnauthorizedError) as refused:
        claims_signed_by(parse_asymmetric(token)[0], jwk or KEY.jwk())
    return refused.value.reason


@pytest.mark.parametrize("alg", get_args(Algorithm))
def test_each_algorithm_verifies_what_it_signed(alg: str) -> None:
    """By the public half, and by no other key of the same family."""
    key = issuer_key("k", alg)
    compact, kid = parse_asymmetric(key.sign(PAYLOAD))

    assert (compact.alg, kid) == (alg, "k")
    assert claims_signed_by(compact, key.jwk()) == user_claims(URL)
    assert refusal(compact.text, issuer_key("other", alg).jwk()) == "token_signature"


@pytest.mark.parametrize(
    "header", [{"typ": "at+jwt"}, {"typ": None}, {"x5t": "AAAA", "x5t#S256": "AAAA"}, {"kid": "k" * 128}]
)
def test_what_real_issuers_put_into_a_header_is_no_matter(header: dict[str, Any]) -> None:
    """A type or none, and the name of a certificate that nobody looks at."""
    compact, kid = parse_asymmetric(KEY.sign(PAYLOAD, header))

    assert kid == header.get("kid", "first")
    assert claims_signed_by(compact, KEY.jwk())["sub"] == "ada"


HEADERS: list[tuple[dict[str, Any], str]] = [
    *(({"alg": alg}, "token_header") for alg in ("none", "None", "", "HS256", "HS512", "rs256", "RS1", "ES256K")),
    *(({"alg": alg}, "token_header") for alg in (None, 1, ["RS256"], {"RS256": 1})),
    *(({"kid": kid}, "token_header") for kid in ("", 1, None, ["first"], "k" * 129)),
    *(({"typ": typ}, "token_type") for typ in ("logout+jwt", "jwt", "JOSE", "", None, 1, ["JWT"])),
    *(
        ({member: value}, "token_header")
        for member, value in {
            "jwk": KEY.jwk(),
            "jku": "https://127.0.0.1:1/keys",
            "x5u": "https://127.0.0.1:1/cert",
            "x5c": ["MII"],
            "zip": "DEF",
            "crit": ["exp"],
            "b64": True,
            "cty": "JWT",
            "enc": "A256GCM",
        }.items()
    ),
]


@pytest.mark.parametrize(("change", "reason"), HEADERS, ids=[str(change) for change, _ in HEADERS])
def test_any_other_header_is_refused_before_a_key_is_asked_for(change: dict[str, object], reason: str) -> None:
    """An address or a key in it is not even looked at."""
    with pytest.raises(UnauthorizedError) as refused:
        parse_asymmetric(forged({"alg": "RS256", "typ": "JWT", "kid": "first"} | change, PAYLOAD))
    assert refused.value.reason == reason


def test_a_token_without_a_kid_is_refused() -> None:
    """No key is guessed."""
    with pytest.raises(UnauthorizedError, match="token_header"):
        parse_asymmetric(forged({"alg": "RS256", "typ": "JWT"}, PAYLOAD))


def test_a_public_key_is_no_shared_secret() -> None:
    """The classic confusion: a MAC by the text of the public key."""
    pem = KEY.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    assert refusal(forged({"alg": "HS256", "typ": "JWT", "kid": "first"}, PAYLOAD, key=pem)) == "token_header"
    assert refusal(forged({"alg": "RS256", "typ": "JWT", "kid": "first"}, PAYLOAD, key=pem)) == "token_signature"


@pytest.mark.parametrize(
    "token",
    ["", "..", "a.b", f"{GOOD}=", f" {GOOD}", f"{GOOD}\n", f"{GOOD}.a", GOOD.replace(".", "%2E"), GOOD[:-2] + "+/"],
)
def test_a_token_has_one_form(token: str) -> None:
    """As for our own tokens; only the length of the signature is up to the algorithm."""
    assert refusal(token) == "token_form"


def test_a_token_over_8_kib_is_refused_unread() -> None:
    """Whatever it is made of."""
    assert refusal("é" * (MAX_TOKEN + 1)) == "token_too_long"


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'{"sub":"a","sub":"b"}', b'{"exp":NaN}', b"\xff"])
def test_a_signed_payload_still_has_to_be_one_object(payload: bytes) -> None:
    """Without a duplicate member and without NaN; and an empty one is no token at all."""
    assert refusal(KEY.sign(payload)) == ("token_claims" if payload else "token_form")


def _number(value: int) -> str:
    return segment(value.to_bytes((value.bit_length() + 7) // 8, "big"))


UNUSABLE: dict[str, dict[str, Any]] = {
    "short": issuer_key("short", bits=1024).jwk(),
    "private": KEY.jwk() | {"d": "AQAB"},
    "another family": issuer_key("k", "ES256").jwk(),
    "symmetric": {"kty": "oct", "k": segment(b"k" * 64)},
    "no modulus": {name: value for name, value in KEY.jwk().items() if name != "n"},
    "no text": KEY.jwk() | {"n": 7},
    "no base64": KEY.jwk() | {"n": "!"},
    "even exponent": KEY.jwk() | {"e": _number(4)},
    "no exponent": KEY.jwk() | {"e": ""},
    "nothing": {"kid": "first"},
}


@pytest.mark.parametrize("jwk", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_key_that_does_not_fit_verifies_nothing(jwk: dict[str, Any]) -> None:
    """Too short, of another family, private or malformed: the token is refused, and nothing else happens."""
    key = issuer_key("short", bits=1024) if jwk.get("kid") == "short" else KEY
    with pytest.MonkeyPatch.context() as patch:
        # PyJWT warns of the short key while the test signs with it.
        patch.setattr("warnings.warn", lambda *_, **__: None)
        token = key.sign(PAYLOAD)

    assert refusal(token, jwk) == "token_signature"


def test_a_curve_belongs_to_one_algorithm() -> None:
    """ES256 by a key on P-384 is none."""
    token = issuer_key("k", "ES256").sign(PAYLOAD)

    assert refusal(token, issuer_key("k", "ES384").jwk() | {"alg": "ES256"}) == "token_signature"


@given(st.dictionaries(st.sampled_from(["kty", "n", "e", "crv", "x", "y", "use", "alg"]), st.text() | st.integers()))
def test_no_key_does_more_than_not_to_fit(change: dict[str, object]) -> None:
    """Whatever an issuer publishes."""
    changed = KEY.jwk() | change
    if any(changed[name] != KEY.jwk()[name] for name in ("kty", "n", "e")):
        assert refusal(GOOD, changed) == "token_signature"


def _holds(case: PublicKeyCase) -> bool:
    """Whether the key set gives a key and the signature is right; an unread payload means that it was."""
    jwk = KeySet.parse({"keys": [case.jwk]}).key(case.kid, case.alg)
    if jwk is None:
        return False
    try:
        claims_signed_by(CompactJws(case.jws, case.kid, case.alg), jwk)
    except UnauthorizedError as refused:
        return refused.reason == "token_claims"
    return True


def _passes_the_gate(case: PublicKeyCase) -> bool:
    try:
        parse_asymmetric(case.jws)
    except UnauthorizedError:
        return False
    return True


CONTRADICTORY = [346, 347, 350, 351]
"""Valid by Wycheproof, though their key is for another `alg` than their header says."""


def test_every_case_is_there() -> None:
    """All with a public key."""
    assert len(public_key_cases()) == 361
    assert sum(case.valid for case in public_key_cases()) == 36


def test_wycheproofs_valid_signatures_hold() -> None:
    """All but the contradictory ones; and the gate has nothing against any that has a payload."""
    valid = [case for case in public_key_cases() if case.valid]

    assert [case.tc_id for case in valid if not _holds(case)] == CONTRADICTORY
    assert [case.tc_id for case in valid if not _passes_the_gate(case)] == [
        case.tc_id for case in valid if EMPTY_PAYLOAD in case.jws
    ]


def test_wycheproofs_invalid_signatures_do_not() -> None:
    """The gate, the choice of the key or the signature refuses each."""
    invalid = [case for case in public_key_cases() if not case.valid]

    assert [case.tc_id for case in invalid if _passes_the_gate(case) and _holds(case)] == []


LAZY = """
import importlib, importlib.machinery, platform, sys
from pathlib import Path

packages, opt, cases = sys.argv[1:]

class Hidden(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in {"cryptography", "_cffi_backend", "cffi"} and path is None:
            return importlib.machinery.PathFinder.find_spec(name, [each for each in sys.path if each.startswith(opt)])
        return importlib.machinery.PathFinder.find_spec(name, path, target)

sys.meta_path[:] = [each for each in sys.meta_path if each is not importlib.machinery.PathFinder] + [Hidden]
import json
from vocespace import asymmetric, jws, signed_in_users
assert not any(name.startswith("cryptography") for name in sys.modules), "imported too early"
asymmetric.CRYPTOGRAPHY = Path(opt)
signed = [(asymmetric.parse_asymmetric(token)[0], jwk) for token, jwk in json.loads(cases)]
own = jws.sign({"a": 1}, b"k" * 32)
try:
    asymmetric.claims_signed_by(*signed[0])
except ModuleNotFoundError:
    print("not there")
folder = Path(opt) / platform.machine()
folder.mkdir()
for name in Path(packages).glob("*"):
    if name.name.startswith(("cryptography", "_cffi_backend", "cffi")):
        (folder / name.name).symlink_to(name)
importlib.invalidate_caches()
for compact, jwk in signed:
    print(compact.alg, asymmetric.claims_signed_by(compact, jwk)["sub"])
print(jws.verified_claims(jws.parse_compact(own), b"k" * 32))
"""


def test_cryptography_is_loaded_by_the_first_token_and_from_the_layer(tmp_path: Path) -> None:
    """Until then nothing imports it, where it is missing that is said aloud, and then each algorithm is there."""
    import cryptography

    packages = Path(str(cryptography.__file__)).parents[1]
    keys = [issuer_key("k", alg) for alg in get_args(Algorithm)]
    cases = json.dumps([(key.sign(PAYLOAD), key.jwk()) for key in keys])
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", LAZY, packages, tmp_path, cases],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "layers" / "vocespace")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stdout.splitlines() == [
        "not there",
        *(f"{alg} ada" for alg in get_args(Algorithm)),
        "{'a': 1}",
    ], ran.stderr
