"""The key sets of issuers: found by discovery, filtered, cached, refreshed for unknown keys, served in an outage."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clock import FakeClock
from tests.support.oidc_issuer import issuer_key, renamed
from tests.unit.paper_issuer import DISCOVERY_URL, KEYS_URL, URL, PaperIssuer
from tests.unit.secret_reader import Told
from vocespace.document_cache import FORCED_REFRESH_COOLDOWN, JITTER, KEY_SET, MAX_BACK_OFF, SOFT_TTL
from vocespace.errors import IssuerUnavailableError
from vocespace.http_json import HttpFailedError, HttpTimedOutError
from vocespace.key_sets import MAX_ISSUERS, PATIENCE, KeySet, KeySets

PAST_SOFT = SOFT_TTL * (1 + JITTER)
JWK = issuer_key().jwk()


@pytest.fixture(name="paper")
def _paper(monkeypatch: pytest.MonkeyPatch) -> PaperIssuer:
    return PaperIssuer(monkeypatch)


def reason(key_sets: KeySets, kid: str = "first") -> str:
    """Why there are no keys."""
    with pytest.raises(IssuerUnavailableError) as refused:
        key_sets.key(URL, kid, "RS256")
    return refused.value.reason


def test_the_numbers_are_those_that_were_agreed() -> None:
    """Three seconds, a day."""
    assert (PATIENCE, KEY_SET.hard_ttl) == (3, 86_400)


def test_keys_are_where_discovery_says(paper: PaperIssuer) -> None:
    """Two requests, and none for as long as the set is fresh."""
    key_sets = KeySets(FakeClock())

    assert [key_sets.key(URL, "first", "RS256") for _ in range(3)] == [JWK] * 3
    assert paper.asked == [DISCOVERY_URL, KEYS_URL]
    assert sum(paper.timeouts[:1]) == PATIENCE


@pytest.mark.parametrize("url", ["https://login.example/", "https://login.example", "https://login.example/a/"])
def test_a_final_slash_of_the_issuer_is_not_doubled(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenID Connect Discovery 4.1; Auth0's issuers end in one."""
    paper = PaperIssuer(monkeypatch, url)

    assert KeySets(FakeClock()).key(url, "first", "RS256") == JWK
    assert paper.asked[0] == url.rstrip("/") + "/.well-known/openid-configuration"


METADATA: dict[str, Any] = {"issuer": URL, "jwks_uri": KEYS_URL}

BROKEN: list[tuple[str, object]] = [
    (DISCOVERY_URL, {}),
    (DISCOVERY_URL, METADATA | {"issuer": URL + "/"}),
    (DISCOVERY_URL, METADATA | {"issuer": URL.upper()}),
    (DISCOVERY_URL, METADATA | {"issuer": "https://login.example"}),
    (DISCOVERY_URL, METADATA | {"issuer": [URL]}),
    (DISCOVERY_URL, {"issuer": URL}),
    *(
        (DISCOVERY_URL, METADATA | {"jwks_uri": uri})
        for uri in (
            None,
            7,
            "",
            "http://keys.example/demo",
            "HTTPS://keys.example/demo",
            "file:///etc/passwd",
            "//keys.example/demo",
            "https://user:secret@keys.example/demo",
            "https://keys.example/a b",
            "https://keys.example/\n",
            "https:///demo",
            "https://keys.example/" + "a" * 2048,
        )
    ),
    *((url, status) for url in (DISCOVERY_URL, KEYS_URL) for status in (204, 301, 302, 307, 404, 500)),
    *((url, HttpTimedOutError("timeout")) for url in (DISCOVERY_URL, KEYS_URL)),
    *((url, HttpFailedError("body")) for url in (DISCOVERY_URL, KEYS_URL)),
    (KEYS_URL, {}),
    (KEYS_URL, {"keys": None}),
    (KEYS_URL, {"keys": {"first": JWK}}),
]


@pytest.mark.parametrize(("url", "answer"), BROKEN, ids=[f"{url[-6:]}-{str(answer)[:70]}" for url, answer in BROKEN])
def test_an_answer_that_is_none_is_an_outage(url: str, answer: object, paper: PaperIssuer, told: Told) -> None:
    """Nothing else is asked, and with what is held it goes on."""
    paper.changes = {url: answer}
    key_sets = KeySets(FakeClock())
    assert reason(key_sets) == "key_set_never_read"
    assert paper.asked == ([DISCOVERY_URL] if url == DISCOVERY_URL else [DISCOVERY_URL, KEYS_URL])
    [(why, age)] = told.unreadable
    assert age is None
    assert URL not in why

    clock = FakeClock()
    paper.changes = {}
    key_sets = KeySets(clock)
    key_sets.key(URL, "first", "RS256")
    paper.changes = {url: answer}
    clock.advance(PAST_SOFT)
    assert key_sets.key(URL, "first", "RS256") == JWK


@pytest.mark.parametrize(
    "uri", ["https://b2c.example/keys?p=signin", "https://keys.example:8443", "https://10.0.0.1/k"]
)
def test_keys_may_be_anywhere_behind_https(uri: str, paper: PaperIssuer) -> None:
    """Google's are on another host, and Azure's behind a query."""
    paper.changes = {DISCOVERY_URL: METADATA | {"jwks_uri": uri}, uri: {"keys": [JWK]}}

    assert KeySets(FakeClock()).key(URL, "first", "RS256") == JWK


def test_both_documents_share_three_seconds(paper: PaperIssuer) -> None:
    """What discovery took, the key set does not get; and after that it is not even asked for."""
    clock = FakeClock()
    paper.on_request = lambda: clock.advance(2.5)
    KeySets(clock).key(URL, "first", "RS256")
    assert paper.timeouts == [pytest.approx(3), pytest.approx(0.5)]

    paper.asked.clear()
    paper.on_request = lambda: clock.advance(3)
    assert reason(KeySets(clock)) == "key_set_never_read"
    assert paper.asked == [DISCOVERY_URL]


def test_a_new_key_is_found_at_once_and_then_every_half_minute(paper: PaperIssuer) -> None:
    """However many unknown ones are named, and each is told apart from a key that is there."""
    clock = FakeClock()
    key_sets = KeySets(clock)
    key_sets.key(URL, "first", "RS256")
    paper.keys = [issuer_key("second")]

    assert key_sets.key(URL, "second", "RS256") == issuer_key("second").jwk()
    paper.keys = [issuer_key("third")]
    clock.advance(FORCED_REFRESH_COOLDOWN - 1)
    assert [key_sets.key(URL, f"invented-{number}", "RS256") for number in range(50)] == [None] * 50
    assert key_sets.key(URL, "third", "RS256") is None
    assert paper.reads() == 2
    clock.advance(1)
    assert key_sets.key(URL, "third", "RS256") == issuer_key("third").jwk()
    assert key_sets.key(URL, "first", "RS256") is None


def test_a_key_of_another_algorithm_is_no_reason_to_ask_again(paper: PaperIssuer) -> None:
    """Its name is known."""
    key_sets = KeySets(FakeClock())

    assert [key_sets.key(URL, "first", alg) for alg in ("PS256", "ES256", "EdDSA")] == [None] * 3
    assert paper.reads() == 1


def test_an_issuer_that_is_down_for_a_day_is_missed(paper: PaperIssuer, told: Told) -> None:
    """Its keys are public and it issues nothing new; after a day they are too old, and with its return all is well."""
    clock = FakeClock()
    key_sets = KeySets(clock)
    key_sets.key(URL, "first", "RS256")
    paper.changes = {DISCOVERY_URL: HttpFailedError("unreachable", connected=False)}

    clock.advance(PAST_SOFT)
    assert key_sets.key(URL, "first", "RS256") == JWK
    assert told.stale == [PAST_SOFT]
    assert told.unreadable == [("unreachable", PAST_SOFT)]
    for _ in range(100):
        assert key_sets.key(URL, "first", "RS256") == JWK
    assert paper.reads() == 2
    clock.advance(KEY_SET.hard_ttl - PAST_SOFT - 1)
    assert key_sets.key(URL, "first", "RS256") == JWK
    clock.advance(1)
    assert reason(key_sets) == "key_set_too_old"
    paper.changes = {}
    clock.advance(MAX_BACK_OFF)
    assert key_sets.key(URL, "first", "RS256") == JWK


def test_a_set_without_keys_is_the_issuers_word(paper: PaperIssuer) -> None:
    """Whoever withdraws all keys is not served the old ones."""
    clock = FakeClock()
    key_sets = KeySets(clock)
    key_sets.key(URL, "first", "RS256")
    paper.keys = []

    clock.advance(PAST_SOFT)

    assert key_sets.key(URL, "first", "RS256") is None


def test_issuers_have_nothing_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of one is none of another's, and only so many are remembered."""
    clock = FakeClock()
    key_sets = KeySets(clock)
    for number in range(MAX_ISSUERS + 1):
        paper = PaperIssuer(monkeypatch, f"https://login-{number}.example")
        paper.keys = [issuer_key(f"key-{number % 3}")]
        assert key_sets.key(paper.url, f"key-{number % 3}", "RS256") is not None
        assert key_sets.key(paper.url, f"key-{(number + 1) % 3}", "RS256") is None

    first = PaperIssuer(monkeypatch, "https://login-0.example")
    key_sets.key(first.url, "first", "RS256")
    assert first.reads() == 1


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"use": None}, False),
        ({"use": "enc"}, False),
        ({"key_ops": ["verify", "sign"]}, True),
        ({"key_ops": ["encrypt"]}, False),
        ({"key_ops": []}, False),
        ({"key_ops": "verify"}, False),
        ({"alg": "RS384"}, False),
        ({"alg": None}, False),
        ({"kty": "oct"}, False),
        ({"kty": "EC"}, False),
        ({"kty": ["RSA"]}, False),
        ({"kid": 7}, False),
        ({"kid": "other"}, False),
        ({"x5c": ["MII"], "x5t": "AAAA"}, True),
    ],
    ids=str,
)
def test_what_counts_as_a_key(change: dict[str, object], counts: bool) -> None:
    """For signatures, by this algorithm or by none in particular, and public."""
    assert (KeySet.parse({"keys": [JWK | change]}).key("first", "RS256") is not None) is counts


@pytest.mark.parametrize("member", ["use", "alg", "key_ops"])
def test_what_a_key_need_not_say(member: str) -> None:
    """Microsoft's name no algorithm."""
    jwk = {name: value for name, value in JWK.items() if name != member}

    assert KeySet.parse({"keys": [jwk]}).key("first", "RS256") == jwk


def test_what_cannot_be_read_is_passed_over() -> None:
    """RFC 7517 section 5: one odd key does not lock everybody out; a symmetric one counts for nothing."""
    odd: list[Any] = [
        None,
        "key",
        [],
        {},
        {"kid": "first"},
        {"kty": "oct", "kid": "first", "k": "AAAA"},
        {"kty": "AKP"},
    ]

    assert KeySet.parse({"keys": [*odd, JWK, *odd]}).key("first", "RS256") == JWK


def test_two_keys_of_one_name_are_none() -> None:
    """Unless they are for different algorithms."""
    again = renamed(issuer_key("second"), "first").jwk()

    assert KeySet.parse({"keys": [JWK, again]}).key("first", "RS256") is None
    assert KeySet.parse({"keys": [JWK, again | {"alg": "PS256"}]}).key("first", "RS256") == JWK
