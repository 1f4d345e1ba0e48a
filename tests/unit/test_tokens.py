"""`Tokens.verify`: whose signature counts, and which claims a signature is good for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clock import NOW, FakeClock
from tests.support.world import ACME_KID, ACME_SECRET, KID, RING_KEYS, SIGNING_SECRET
from tests.unit.forge import DAY, HEADER, KEY, claims, forged, person, refusal, ring, tokens_of
from vocespace.document_cache import SECRET, CachedDocument
from vocespace.errors import SecretsUnavailableError
from vocespace.jws import sign
from vocespace.key_ring import KeyRing
from vocespace.tokens import Tokens

ACME = ACME_SECRET.encode()
OWN = {"kid": KID, "secret": SIGNING_SECRET}
OLD_SECRET = "the-key-before-this-one-0123456789abcdef"
OLD = {"kid": "old", "secret": OLD_SECRET, "retireAfter": NOW}
OLD_KEY = OLD_SECRET.encode()
UNNAMED = {"alg": "HS256", "typ": "JWT"}
MISSING = object()

WRONG_TIMES = ["", "1", str(NOW), f" {NOW} ", "9_999_999_999", "٩٩٩", 1.0, NOW + 0.5, 1e308, True, False, 0, -1, 2**40]
WRONG_TIMES += [10**400, [NOW], {"at": NOW}]

WRONG_CLAIMS: list[tuple[str, object]] = [
    *(("exp", value) for value in [*WRONG_TIMES, MISSING]),
    *(("iat", value) for value in [*WRONG_TIMES, MISSING]),
    *(("nbf", value) for value in WRONG_TIMES),
    *((name, value) for name in ("id", "username", "space") for value in (MISSING, "", " ", 1, True, ["a"], {"a": 1})),
    *((name, "a" * 129) for name in ("id", "username", "space", "room")),
    ("id", "a\0b"),
    ("username", "a\nb"),
    ("space", "a/b"),
    ("space", ".."),
    ("room", "$nowhere"),
    ("room", ""),
    ("identity", "admin"),
    ("identity", "Owner"),
    ("identity", 0),
    ("identity", ["owner"]),
    ("preJoin", "true"),
    ("preJoin", 1),
    ("avatar", "http://example.com/a.png"),
    ("avatar", 1),
    ("platform", ""),
    ("platform", "p" * 65),
    ("platform", ["demo"]),
    ("jti", ""),
    ("jti", "j" * 257),
    ("jti", 7),
]


@pytest.mark.parametrize(("name", "value"), WRONG_CLAIMS, ids=lambda value: str(value)[:24])
def test_a_claim_has_its_type_or_the_token_is_refused(name: str, value: object) -> None:
    """A right signature does not make a wrong claim right."""
    members = {each: value_ for each, value_ in (claims() | {name: value}).items() if value_ is not MISSING}

    assert refusal(tokens_of(), forged(HEADER, members)) == "token_claims"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 4299, "9" * 5000, "1.8e9"])
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_a_number_that_is_no_integer_is_no_time(name: str, number: str) -> None:
    """Python's reader would take these, and PyJWT some of them."""
    text = json.dumps(claims() | {name: 0}).replace(f'"{name}": 0', f'"{name}": {number}')

    assert refusal(tokens_of(), forged(HEADER, text.encode())) == "token_claims"


PAYLOADS: list[tuple[str, bytes]] = [
    ("duplicate claim", json.dumps(claims()).replace("{", '{"identity":"owner",').encode()),
    ("duplicate deep inside", json.dumps(claims(x=1)).replace('"x": 1', '"x": {"a": 1, "a": 1}').encode()),
    ("byte order mark", b"\xef\xbb\xbf" + json.dumps(claims()).encode()),
    ("UTF-16", json.dumps(claims()).encode("utf-16")),
    ("Latin-1", json.dumps(claims(username="é"), ensure_ascii=False).encode("latin-1")),
    ("a lone surrogate", json.dumps(claims(username="\ud800")).encode()),
    ("a list", json.dumps([claims()]).encode()),
    ("a string", b'"claims"'),
    ("too deep", json.dumps(claims(x=0)).replace('"x": 0', '"x": ' + "[" * 20 + "]" * 20).encode()),
    ("far too deep", json.dumps(claims(x=0)).replace('"x": 0', '"x": ' + "[" * 2500 + "]" * 2500).encode()),
    ("too many", json.dumps(claims() | {f"x{number}": number for number in range(128)}).encode()),
]


@pytest.mark.parametrize("payload", [case[1] for case in PAYLOADS], ids=[case[0] for case in PAYLOADS])
def test_a_payload_is_one_plain_json_object(payload: bytes) -> None:
    """Whatever two readers could read differently is refused."""
    assert refusal(tokens_of(), forged(HEADER, payload)) == "token_claims"


@pytest.mark.parametrize("audience", ["vocespace", "", [], ["vocespace"], {}, 0, False])
def test_a_token_for_some_audience_is_not_for_us(audience: object) -> None:
    """RFC 7519 section 4.1.3: whoever is not named in it must refuse it; we have no name."""
    assert refusal(tokens_of(), forged(HEADER, claims(aud=audience))) == "token_audience"


def test_claims_of_others_are_passed_over() -> None:
    """RFC 7519 section 4: a claim that is not understood is ignored."""
    verified = tokens_of().verify(forged(HEADER, claims(iss="somebody", sub="x", role="admin", video={"roomAdmin": 1})))

    assert verified.claims.token_result() == person()


@pytest.mark.parametrize(
    ("iat", "exp", "nbf", "expected"),
    [
        (NOW, NOW + 1, None, None),
        (NOW + 30, NOW + 31, None, None),
        (NOW + 31, NOW + 60, None, "token_lifetime"),
        (NOW - 60, NOW - 29, None, None),
        (NOW - 60, NOW - 30, None, "token_expired"),
        (NOW - 60, NOW - DAY, None, "token_lifetime"),
        (NOW, NOW, None, "token_lifetime"),
        (NOW, NOW + DAY, None, None),
        (NOW, NOW + DAY + 1, None, "token_lifetime"),
        (1, NOW + 60, None, "token_lifetime"),
        (NOW, NOW + 60, NOW + 30, None),
        (NOW, NOW + 60, NOW + 31, "token_not_yet_valid"),
        (NOW, NOW + 60, 1, None),
    ],
)
def test_a_token_is_good_for_its_time_only(iat: int, exp: int, nbf: int | None, expected: str | None) -> None:
    """Thirty seconds of leeway on either side, and never longer than the stack's cap."""
    token = forged(HEADER, claims(iat=iat, exp=exp, nbf=nbf))

    if expected is None:
        assert tokens_of().verify(token).claims.exp == exp
    else:
        assert refusal(tokens_of(), token) == expected


KEYS: list[tuple[str, dict[str, Any], str]] = [
    ("another key", {"key": b"another-key-of-at-least-thirty-two-bytes"}, "token_signature"),
    ("the key of another kid", {"key": ACME}, "token_signature"),
    ("an unknown kid", {"header": HEADER | {"kid": "unknown"}}, "token_signature"),
    ("a kid in other letters", {"header": HEADER | {"kid": KID.upper()}}, "token_signature"),
    ("a kid as a path", {"header": HEADER | {"kid": "../../dev/null"}, "key": b"\0" * 32}, "token_signature"),
    ("a kid with a lone surrogate", {"header": HEADER | {"kid": "\ud800"}}, "token_signature"),
    ("a kid with a line break", {"header": HEADER | {"kid": f"{KID}\r\n"}}, "token_signature"),
    ("a retired key", {"header": HEADER | {"kid": "old"}, "key": OLD_KEY}, "token_signature"),
    ("a retired key unnamed", {"header": UNNAMED, "key": OLD_KEY}, "token_signature"),
    ("a platform's key for a third one", {"header": HEADER | {"kid": ACME_KID}, "key": ACME}, "token_platform"),
    ("the same, unnamed", {"header": UNNAMED, "key": ACME}, "token_platform"),
    ("an empty key", {"key": b""}, "token_signature"),
    ("the kid as a key", {"key": KID.encode()}, "token_signature"),
]


@pytest.mark.parametrize(("arguments", "reason"), [case[1:] for case in KEYS], ids=[case[0] for case in KEYS])
def test_only_a_live_key_of_the_ring_signs_and_for_its_own_platform(arguments: dict[str, Any], reason: str) -> None:
    """The kid only chooses among our keys; whoever's key signed is who is asking."""
    assert refusal(tokens_of(ring(*RING_KEYS, OLD)), forged(**arguments)) == reason


@pytest.mark.parametrize("kid", [ACME_KID, None])
@pytest.mark.parametrize("platform", ["acme", None])
def test_a_platforms_key_speaks_for_the_platform(kid: str | None, platform: str | None) -> None:
    """Whether or not the token says so, and whether or not it names the key."""
    verified = tokens_of().verify(sign(claims(platform=platform), ACME, kid))

    assert verified.platform == "acme"
    assert verified.kid == ACME_KID


@pytest.mark.parametrize("platform", ["demo", "acme", "a platform that is gone", None])
def test_our_own_key_speaks_for_whom_it_names(platform: str | None) -> None:
    """We signed it, so what we wrote is so; whether the platform exists is the registry's to say."""
    assert tokens_of().verify(sign(claims(platform=platform), KEY)).platform == platform


def test_a_key_is_good_until_it_retires() -> None:
    """To the second, and with the moment itself no longer part of it."""
    clock = FakeClock(NOW - 1)
    tokens = tokens_of(ring(OWN, OLD), clock=clock)
    token = forged(HEADER | {"kid": "old"}, claims(iat=NOW - 60), key=OLD_KEY)

    assert tokens.verify(token).kid == "old"
    clock.advance(1)
    assert refusal(tokens, token) == "token_signature"


def test_nothing_is_signed_with_a_key_that_has_retired() -> None:
    """A token that nobody would accept is not handed out."""
    tokens = tokens_of(ring(OWN | {"retireAfter": NOW}))

    with pytest.raises(SecretsUnavailableError) as refused:
        tokens.issue(person(), "demo")
    assert refused.value.reason == "signing_key_retired"


def test_an_unknown_kid_makes_one_look_at_the_ring_in_thirty_seconds() -> None:
    """A key added a moment ago is found; a flood of invented kids is not paid for."""
    clock, documents = FakeClock(), [ring(OWN)]
    reads: list[int] = []

    def read() -> str:
        reads.append(len(reads))
        return json.dumps(documents[-1])

    tokens = Tokens(
        CachedDocument(SECRET, "signing", read=read, parse=KeyRing.parse, clock=clock), max_ttl=DAY, clock=clock
    )
    tokens.verify(forged())
    documents.append(ring(OWN, {"kid": "new", "secret": "added-a-moment-ago-0123456789abcdef"}))

    assert tokens.verify(sign(claims(), b"added-a-moment-ago-0123456789abcdef", "new")).kid == "new"
    for number in range(50):
        assert refusal(tokens, forged(HEADER | {"kid": f"invented-{number}"})) == "token_signature"
    assert len(reads) == 2
    clock.advance(30)
    assert refusal(tokens, forged(HEADER | {"kid": "invented"})) == "token_signature"
    assert len(reads) == 3


def test_every_token_has_an_id_of_its_own() -> None:
    """Two tokens for one person in one second are still two."""
    tokens = tokens_of()
    issued = [tokens.issue(person(), "demo") for _ in range(1000)]

    assert len({tokens.verify(token).claims.jti for token in issued}) == 1000
