"""What holds for every token: nothing but a refusal escapes, nothing is lost, and nothing passes altered."""

from __future__ import annotations

import json
import string
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.clock import NOW
from tests.support.strategies import json_values, token_results
from tests.support.world import ACME_KID, ACME_SECRET, KID, RING_KEYS, SIGNING_SECRET
from tests.unit.forge import HEADER, claims, forged, refusal, ring, tokens_of
from vocespace.errors import UnauthorizedError
from vocespace.jws import sign
from vocespace.token_result import TokenResult
from vocespace.tokens import VerifiedToken

TOKENS = tokens_of()
GOOD = forged()
ALPHABET = string.ascii_letters + string.digits + "-_"
UNKNOWN = st.text(string.ascii_uppercase, min_size=1, max_size=8)
"""Names of claims that we do not know: all of ours begin in lower case."""

OTHERS = "=.+/ ,%\n\0é"


def _verified(token: str) -> VerifiedToken | None:
    """What a token says, or None where it is refused; any other exception goes through and fails the test."""
    try:
        return TOKENS.verify(token)
    except UnauthorizedError as refused:
        assert str(refused) == refused.reason  # noqa: PT017 - the property is about both outcomes
        return None


@given(person=token_results(), platform=st.none() | st.sampled_from(["demo", "acme", "x" * 64]))
def test_what_was_issued_is_what_is_verified(person: TokenResult, platform: str | None) -> None:
    """Every field of everybody, in any script, comes back as it went in, and so does who vouched."""
    verified = TOKENS.verify(TOKENS.issue(person, platform))

    assert verified.claims.token_result() == person
    beside = {"jti", "platform", "nbf", "meeting", "wanted_room"}
    assert verified.claims.model_dump(exclude=beside) == person.model_dump()
    assert (verified.claims.meeting, verified.claims.wanted_room) == (None, None)
    assert verified.platform == verified.claims.platform == platform
    assert verified.claims.jti
    assert verified.kid == KID


@given(person=token_results(), others=st.dictionaries(UNKNOWN, st.text(string.printable) | st.integers(), max_size=4))
def test_what_a_platform_signs_is_what_is_verified(person: TokenResult, others: dict[str, object]) -> None:
    """The same by a platform's own key and hand, whatever else it writes into its tokens."""
    verified = TOKENS.verify(sign(others | person.to_wire(), ACME_SECRET.encode(), ACME_KID))

    assert verified.claims.token_result() == person
    assert verified.platform == "acme"


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_no_text_is_a_token(text: str) -> None:
    """Text without a signature is refused, whatever it is."""
    assert _verified(text) is None


@given(st.from_regex(r"[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,80}\.[A-Za-z0-9_-]{43}", fullmatch=True))
def test_the_form_of_a_token_is_not_enough(text: str) -> None:
    """Nor is anything of the right shape."""
    assert _verified(text) is None


@given(header=json_values | st.binary(max_size=60), payload=json_values | st.binary(max_size=60))
def test_only_a_refusal_escapes_from_any_signed_header_and_payload(header: object, payload: object) -> None:
    """A right signature over anything whatever is not enough either."""
    assert _verified(forged(header, payload)) is None
    assert _verified(forged(HEADER, payload)) is None
    assert _verified(forged(header)) is None


@given(st.dictionaries(st.sampled_from([*HEADER, "crit", "b64", "zip", "jku"]), json_values, max_size=3))
def test_a_changed_header_is_refused_or_changes_nothing(changes: dict[str, object]) -> None:
    """Whatever its members hold, a token is accepted by our one algorithm and our one key or not at all."""
    verified = _verified(forged(HEADER | changes))

    assert (verified is not None) == (HEADER | changes == HEADER)


@given(st.dictionaries(st.sampled_from([*claims(), "room", "avatar", "preJoin", "nbf", "jti", "aud"]), json_values))
def test_changed_claims_are_refused_or_are_of_their_types(changes: dict[str, Any]) -> None:
    """What passes has the types it promises and is within its time, whatever was signed."""
    verified = _verified(forged(HEADER, claims() | changes))

    if verified is not None:
        told = verified.claims
        assert type(told.iat) is type(told.exp) is int
        assert told.iat < told.exp <= told.iat + 86_400
        assert told.exp > NOW - 30
        assert "aud" not in changes
        assert json.loads(told.token_result().model_dump_json()) is not None


def test_no_single_bit_may_be_turned() -> None:
    """Every bit of every character of a token counts."""
    turned = [
        GOOD[:place] + chr(ord(GOOD[place]) ^ (1 << bit)) + GOOD[place + 1 :]
        for place in range(len(GOOD))
        for bit in range(8)
    ]

    assert [token for token in turned if _verified(token) is not None] == []


def test_no_single_character_may_be_changed() -> None:
    """At every place, every other character that base64url has and some that it has not."""
    changed = (
        GOOD[:place] + character + GOOD[place + 1 :]
        for place in range(len(GOOD))
        for character in ALPHABET + OTHERS
        if character != GOOD[place]
    )

    assert [token for token in changed if _verified(token) is not None] == []


def test_no_single_character_may_be_added_or_left_out() -> None:
    """So a token has one spelling, and none of its neighbours is another."""
    added = [GOOD[:place] + each + GOOD[place:] for place in range(len(GOOD) + 1) for each in "A9-_" + OTHERS]
    shorter = [GOOD[:place] + GOOD[place + 1 :] for place in range(len(GOOD))]

    assert [token for token in added + shorter if _verified(token) is not None] == []


@given(st.data())
def test_two_tokens_are_not_made_into_a_third(data: st.DataObject) -> None:
    """The parts of tokens, each of them good, belong together."""
    parts = [forged().split("."), forged(HEADER, claims(identity="owner")).split(".")]
    parts.append(sign(claims(), ACME_SECRET.encode(), ACME_KID).split("."))
    chosen = [data.draw(st.integers(0, 2)) for _ in range(3)]
    token = ".".join(parts[number][place] for place, number in enumerate(chosen))

    accepted = _verified(token) is not None

    assert accepted == (token in {".".join(each) for each in parts[:2]})


@given(st.binary(min_size=32, max_size=64).filter(lambda key: key != SIGNING_SECRET.encode()))
def test_no_other_key_signs(key: bytes) -> None:
    """With our kid or without one."""
    assert refusal(TOKENS, forged(key=key)) == "token_signature"
    assert refusal(TOKENS, forged({"alg": "HS256", "typ": "JWT"}, key=key)) == "token_signature"


@settings(max_examples=20)
@given(st.sets(st.integers(0, 19), min_size=1))
def test_a_ring_of_many_keys_accepts_the_tokens_of_its_live_ones(live: set[int]) -> None:
    """By kid or by trying, exactly those."""
    keys = [
        {"kid": f"k{number}", "secret": f"{number:032}"} | ({} if number in live else {"retireAfter": NOW})
        for number in range(20)
    ]
    tokens = tokens_of(ring(*RING_KEYS, *keys))
    for number in range(20):
        for kid in (f"k{number}", None):
            token = sign(claims(), f"{number:032}".encode(), kid)
            if number in live:
                assert tokens.verify(token).kid == f"k{number}"
            else:
                assert refusal(tokens, token) == "token_signature"
