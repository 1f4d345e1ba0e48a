"""The strict gate: everything that PyJWT lets through or trips over, and what a header may not say."""

from __future__ import annotations

import base64
import json

import jwt
import pytest

from tests.support.world import KID, SIGNING_SECRET
from tests.unit.forge import HEADER, KEY, claims, forged, mac, refusal, segment, tokens_of
from vocespace.jws import MAX_TOKEN, is_hmac_secret, parse_compact, sign, verified_claims

TEXT = json.dumps(HEADER)
CLAIMS = json.dumps(claims())


def _without(member: str) -> dict[str, object]:
    return {name: value for name, value in HEADER.items() if name != member}


HEADERS: list[tuple[str, object, str]] = [
    ("no alg", _without("alg"), "token_header"),
    *((f"alg {alg}", HEADER | {"alg": alg}, "token_header") for alg in ("none", "None", "nOnE", "NONE", "", "hs256")),
    *((f"alg {alg}", HEADER | {"alg": alg}, "token_header") for alg in ("HS384", "HS512", "RS256", "ES256", "EdDSA")),
    ("alg padded", HEADER | {"alg": "HS256 "}, "token_header"),
    ("alg list", HEADER | {"alg": ["HS256"]}, "token_header"),
    ("alg object", HEADER | {"alg": {"HS256": 1}}, "token_header"),
    ("alg null", HEADER | {"alg": None}, "token_header"),
    ("no typ", _without("typ"), "token_type"),
    *((f"typ {typ!r}", HEADER | {"typ": typ}, "token_type") for typ in ("", "jwt", "JWT ", "at+jwt", "JOSE", None, 1)),
    ("typ list", HEADER | {"typ": ["JWT"]}, "token_type"),
    ("crit", HEADER | {"crit": ["exp"], "exp": 1}, "token_header"),
    ("crit empty", HEADER | {"crit": []}, "token_header"),
    ("b64", HEADER | {"b64": False, "crit": ["b64"]}, "token_header"),
    ("b64 true", HEADER | {"b64": True}, "token_header"),
    ("zip", HEADER | {"zip": "DEF"}, "token_header"),
    ("jku", HEADER | {"jku": "https://127.0.0.1:1/keys"}, "token_header"),
    ("x5u", HEADER | {"x5u": "https://127.0.0.1:1/cert"}, "token_header"),
    ("x5c", HEADER | {"x5c": ["MII"]}, "token_header"),
    ("jwk", HEADER | {"jwk": {"kty": "oct", "k": segment(KEY)}}, "token_header"),
    ("cty", HEADER | {"cty": "JWT"}, "token_header"),
    ("unknown member", HEADER | {"x": 1}, "token_header"),
    *((f"kid {kid!r}", HEADER | {"kid": kid}, "token_header") for kid in ("", 1, True, None, 1.5, [KID], {KID: 1})),
    ("kid of 129", HEADER | {"kid": "k" * 129}, "token_header"),
    ("alg twice", TEXT.replace("{", '{"alg":"none",').encode(), "token_header"),
    ("kid twice", TEXT.replace("{", '{"kid":"other",').encode(), "token_header"),
    ("alg twice by escape", TEXT.replace("{", '{"\\u0061lg":"none",').encode(), "token_header"),
    ("byte order mark", b"\xef\xbb\xbf" + TEXT.encode(), "token_header"),
    ("UTF-16", TEXT.encode("utf-16"), "token_header"),
    ("UTF-16 without mark", TEXT.encode("utf-16-le"), "token_header"),
    ("UTF-32", TEXT.encode("utf-32"), "token_header"),
    ("Latin-1", TEXT.replace(KID, "é").encode("latin-1"), "token_header"),
    ("overlong UTF-8", TEXT.replace(KID, "@@").encode().replace(b"@@", b"\xc0\xaf"), "token_header"),
    ("encoded surrogate", TEXT.replace(KID, "@@@").encode().replace(b"@@@", b"\xed\xa0\x80"), "token_header"),
    ("a list", [HEADER], "token_header"),
    ("a string", "HS256", "token_header"),
    ("null", b"null", "token_header"),
    ("a number", b"1", "token_header"),
    ("not JSON", b"{", "token_header"),
    ("two objects", TEXT.encode() * 2, "token_header"),
    ("a trailing NUL", TEXT.encode() + b"\0", "token_header"),
    ("a comment", b"/**/" + TEXT.encode(), "token_header"),
    ("deep", TEXT.replace("{", '{"kid":' + "[" * 2500, 1).encode(), "token_header"),
    ("NaN", TEXT.replace("{", '{"x":NaN,').encode(), "token_header"),
    ("a number of 5000 digits", TEXT.replace("{", '{"x":' + "9" * 5000 + ",").encode(), "token_header"),
]


@pytest.mark.parametrize(("header", "reason"), [case[1:] for case in HEADERS], ids=[case[0] for case in HEADERS])
def test_a_header_says_hs256_jwt_and_perhaps_a_kid(header: object, reason: str) -> None:
    """Correctly signed though they are, all other headers are refused, and no address in one is ever gone to."""
    assert refusal(tokens_of(), forged(header)) == reason


@pytest.mark.parametrize("kid", ["k", "k" * 128, KID])
def test_a_kid_of_up_to_128_characters_passes_the_gate(kid: str) -> None:
    """Whether the ring knows it is asked later."""
    assert parse_compact(forged(HEADER | {"kid": kid})).kid == kid


@pytest.mark.parametrize("space", [b"\n", b"  ", b"\t\r\n"])
def test_white_space_inside_the_json_is_no_matter(space: bytes) -> None:
    """JSON allows it; the signature covers it."""
    header = space + TEXT.encode() + space

    assert tokens_of().verify(forged(header, space + CLAIMS.encode() + space)).kid == KID


GOOD = forged()
HEAD, PAYLOAD, SIGNATURE = GOOD.split(".")

SPELLINGS: list[tuple[str, str]] = [
    ("nothing", ""),
    ("dots", ".."),
    ("one part", HEAD),
    ("two parts", f"{HEAD}.{PAYLOAD}"),
    ("no signature", f"{HEAD}.{PAYLOAD}."),
    ("no payload", f"{HEAD}..{SIGNATURE}"),
    ("no header", f".{PAYLOAD}.{SIGNATURE}"),
    ("four parts", f"{GOOD}.{SIGNATURE}"),
    ("five parts, as a JWE", f"{HEAD}.{PAYLOAD}.{PAYLOAD}.{PAYLOAD}.{SIGNATURE}"),
    ("JSON serialisation", json.dumps({"protected": HEAD, "payload": PAYLOAD, "signature": SIGNATURE})),
    ("a scheme", f"Bearer {GOOD}"),
    ("quotes", f'"{GOOD}"'),
    *((f"{space!r} before", space + GOOD) for space in (" ", "\n", "\t", "\0", "\ufeff", "\u00a0")),
    *((f"{space!r} after", GOOD + space) for space in (" ", "\n", "\r\n", "\0", "\u2028", ",", ".", "=", "==", "%3D")),
    ("padding in the header", f"{HEAD}=.{PAYLOAD}.{SIGNATURE}"),
    ("padding in the payload", f"{HEAD}.{PAYLOAD}==.{SIGNATURE}"),
    ("a line break inside", f"{HEAD}.{PAYLOAD[:20]}\n{PAYLOAD[20:]}.{SIGNATURE}"),
    ("the plain alphabet", GOOD[:-2] + "+/"),
    ("percent encoding", GOOD.replace(".", "%2E")),
    ("twice, joined as API Gateway does", f"{GOOD},{GOOD}"),
    ("a lone surrogate", GOOD[:-1] + "\ud800"),
    ("full-width letters", "".join(chr(ord(letter) + 0xFEE0) for letter in GOOD)),
    ("Arabic digits", f"{HEAD}.{PAYLOAD}.{'٣' * 43}"),
    ("a signature of 42", GOOD[:-1]),
    ("a signature of 44", GOOD + "A"),
    ("a signature as for HS512", f"{HEAD}.{PAYLOAD}.{segment(bytes(64))}"),
]


@pytest.mark.parametrize("token", [case[1] for case in SPELLINGS], ids=[case[0] for case in SPELLINGS])
def test_a_token_has_one_form(token: str) -> None:
    """Three segments of base64url and a signature of 43 characters: anything else is no token."""
    assert refusal(tokens_of(), token) == "token_form"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_segment_has_one_spelling(number: int) -> None:
    """Spare bits in the last character are zero, in every segment; base64 itself would overlook them."""
    signed = forged(_uneven(TEXT), _uneven(CLAIMS))
    parts = signed.split(".")
    last = parts[number][-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts[number] = parts[number][:-1] + alphabet[alphabet.index(last) + 1]
    # The MAC over the changed text is made right again: only the spelling is at fault.
    token = ".".join(parts) if number == 2 else f"{parts[0]}.{parts[1]}.{mac(f'{parts[0]}.{parts[1]}'.encode())}"

    assert tokens_of().verify(signed).kid == KID
    assert base64.urlsafe_b64decode(parts[number] + "==") == base64.urlsafe_b64decode(signed.split(".")[number] + "==")
    assert refusal(tokens_of(), token) == "token_form"


def _uneven(text: str) -> bytes:
    """The text, with white space so that its last character in base64 has spare bits."""
    return text.encode() + b" " * (1 if len(text.encode()) % 3 == 0 else 0)


@pytest.mark.parametrize("length", [1, 5, 9])
def test_a_segment_of_an_impossible_length_is_no_base64(length: int) -> None:
    """One character more than a multiple of four decodes to nothing."""
    assert refusal(tokens_of(), f"{'A' * length}.{PAYLOAD}.{SIGNATURE}") == "token_form"


def test_a_token_over_8_kib_is_refused_unread() -> None:
    """At 8,192 characters it is still read; beyond, not even its form is looked at, be it 6 MB."""
    room = MAX_TOKEN - len(forged(HEADER, claims(note="")))
    largest = forged(HEADER, claims(note="n" * (room * 3 // 4)))

    assert MAX_TOKEN - 3 <= len(largest) <= MAX_TOKEN
    assert tokens_of().verify(largest).kid == KID
    assert refusal(tokens_of(), forged(HEADER, claims(note="n" * (room * 3 // 4 + 3)))) == "token_too_long"
    assert refusal(tokens_of(), "é" * 6_000_000) == "token_too_long"


def test_the_claims_are_not_looked_at_before_the_signature() -> None:
    """Under a wrong key even a payload that is not JSON is just a wrong signature."""
    assert refusal(tokens_of(), forged(HEADER, b"{", key=KEY + b"x")) == "token_signature"
    assert refusal(tokens_of(), forged(HEADER, b"{")) == "token_claims"


def test_what_we_sign_is_what_any_jwt_library_reads() -> None:
    """PyJWT's strict decode of a token of ours gives the claims back, and the header says what it must."""
    token = sign({"name": "Ünïcödé 漢字", "exp": 1}, KEY, KID)

    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": KID}
    assert jwt.decode(token, SIGNING_SECRET, ["HS256"], options={"verify_exp": False})["name"] == "Ünïcödé 漢字"
    assert "kid" not in jwt.get_unverified_header(sign({}, KEY))
    assert verified_claims(parse_compact(token), KEY) == {"name": "Ünïcödé 漢字", "exp": 1}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_does_not_have_are_not_signed(number: float) -> None:
    """PyJWT would write NaN without complaint."""
    with pytest.raises(ValueError, match="JSON compliant"):
        sign({"exp": number}, KEY)


@pytest.mark.parametrize(
    ("key", "usable"),
    [
        (KEY, True),
        (b"short", True),
        (b"", False),
        (b"x\n-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----\n", False),
        (b"ecdsa-sha2-nistp256 AAAA", False),
        (b'[{"kty":"oct","k":"AAAA"}]', False),
        (b'\xef\xbb\xbf{"kty":"oct"}', False),
    ],
)
def test_a_key_of_another_kind_is_no_hmac_secret(key: bytes, usable: bool) -> None:
    """PyJWT signs with none of these, so a ring that holds one must be found out before a request is."""
    assert is_hmac_secret(key) is usable
