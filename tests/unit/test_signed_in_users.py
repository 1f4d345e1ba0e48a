"""Signed-in users: whose token is taken, for how long, whom it makes of them, and what nobody gets by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW, FakeClock
from tests.support.oidc_issuer import AUDIENCE, issuer_key, renamed
from tests.support.strategies import json_values
from tests.support.world import ACME
from tests.unit.paper_issuer import URL, PaperIssuer, agreement, reader_of, trusting
from tests.unit.vectors import naughty_strings
from vocespace import signed_in_users
from vocespace.attributes import Item, Key
from vocespace.errors import (
    IdentityRefusedError,
    IssuerUnavailableError,
    PolicyRefusedError,
    StoreUnavailableError,
    UnauthorizedError,
    VoceSpaceError,
)
from vocespace.http_json import HttpFailedError
from vocespace.identities import Identity
from vocespace.issuers import Issuer
from vocespace.key_sets import KeySets
from vocespace.platforms import Platform
from vocespace.registry import MEMORY_SECONDS, Registry
from vocespace.signed_in_users import MAX_AUDIENCES, MAX_LIFETIME, SignedInUsers
from vocespace.token_result import LEEWAY_SECONDS
from vocespace.users import SignedInUser

ADA = SignedInUser("demo_ada", "Ada Lovelace", "https://example.com/ada.png", (Identity.GUEST,))


@pytest.fixture(name="paper")
def _paper(monkeypatch: pytest.MonkeyPatch) -> PaperIssuer:
    return PaperIssuer(monkeypatch)


def users(*platforms: Platform, clock: FakeClock | None = None) -> SignedInUsers:
    """Who verifies users of some platforms, by default of demo."""
    clock = clock or FakeClock()
    return SignedInUsers(Registry(reader_of(*(platforms or (trusting(),))), clock), KeySets(clock), clock)


def user(token: str, issuer: Issuer | None = None) -> SignedInUser:
    """Who comes with a token."""
    return users(trusting(issuer or agreement())).user_of(token)[1]


def refusal(token: str, verifier: SignedInUsers | None = None, kind: type[VoceSpaceError] = UnauthorizedError) -> str:
    """For which reason a token is refused; anything but a refusal fails the test."""
    with pytest.raises(kind) as refused:
        (verifier or users()).user_of(token)
    assert type(refused.value) is kind
    return refused.value.reason


def test_a_token_says_whose_user_it_is_and_who(paper: PaperIssuer) -> None:
    """The platform that trusts the issuer, and an id that starts with the platform's."""
    assert users(trusting(), ACME).user_of(paper.token()) == (trusting(), ADA)


def test_two_platforms_may_share_an_issuer(paper: PaperIssuer) -> None:
    """The audience tells them apart, and so do the ids."""
    acme = ACME.model_copy(update={"issuers": (agreement(audience="acme"),)})
    verifier = users(trusting(), acme)

    assert verifier.user_of(paper.token())[1].id == "demo_ada"
    platform, person = verifier.user_of(paper.token(aud="acme"))
    assert (platform, person.id) == (acme, "acme_ada")


@pytest.mark.parametrize("aud", [[AUDIENCE], ["account", AUDIENCE], [AUDIENCE, "account"], [*"1234567", AUDIENCE]])
def test_a_token_may_be_for_others_too(aud: list[str], paper: PaperIssuer) -> None:
    """If it is for us; `azp` is who asked for it, and no matter."""
    assert user(paper.token(aud=aud, azp="web-client")) == ADA


@pytest.mark.parametrize(
    "aud",
    [
        None,
        "",
        [],
        "account",
        f"{AUDIENCE} ",
        AUDIENCE.upper(),
        AUDIENCE[:-1],
        [[AUDIENCE]],
        {AUDIENCE: 1},
        7,
        [AUDIENCE, 7],
        [AUDIENCE, ""],
        [AUDIENCE, "\ud800"],
        [AUDIENCE, "x" * 257],
        [*map(str, range(MAX_AUDIENCES)), AUDIENCE],
    ],
    ids=lambda aud: str(aud)[:40].encode("ascii", "replace").decode(),
)
def test_a_token_for_others_only_is_refused(aud: object, paper: PaperIssuer) -> None:
    """By the exact text, and before anything is asked of an issuer."""
    assert refusal(paper.token(aud=aud)) in {"platform_unknown", "token_claims"}
    assert paper.asked == []


@pytest.mark.parametrize(
    "iss",
    [
        None,
        "",
        7,
        [URL],
        URL + "/",
        URL.upper(),
        URL[:-1],
        "https://login.example",
        "http://login.example/realms/demo",
        "https://evil.example/realms/demo",
        "https://login.example@evil.example/realms/demo",
        "https://login.example/realms/demo?x=1",
        "https://login.example/realms/\ud800",
    ],
    ids=ascii,
)
def test_a_token_of_another_issuer_is_refused(iss: object, paper: PaperIssuer) -> None:
    """Nobody is asked for its keys."""
    assert refusal(paper.token(iss=iss)) in {"platform_unknown", "token_claims"}
    assert paper.asked == []


def test_a_platform_that_is_disabled_removed_or_thinks_again_has_no_users(paper: PaperIssuer) -> None:
    """Within the minute that a platform is remembered for."""
    assert refusal(paper.token(), users(trusting(disabled=True))) == "platform_unknown"
    assert refusal(paper.token(), users(ACME)) == "platform_unknown"

    known, gone, clock = reader_of(trusting()), list[bool](), FakeClock()
    registry = Registry(lambda keys: [None] * len(keys) if gone else known(keys), clock)
    verifier = SignedInUsers(registry, KeySets(clock), clock)
    assert verifier.user_of(paper.token())[1] == ADA
    gone.append(True)
    clock.advance(MEMORY_SECONDS - 1)
    assert verifier.user_of(paper.token())[1] == ADA
    clock.advance(1)
    assert refusal(paper.token(), verifier) == "platform_unknown"


def test_who_signed_is_held_against_what_was_agreed(paper: PaperIssuer) -> None:
    """Another key under the same name, a key of another name, an algorithm that was not agreed."""
    stranger = renamed(issuer_key("stranger"), "first")

    assert refusal(paper.token(stranger)) == "token_signature"
    assert refusal(paper.token(issuer_key("unknown"))) == "token_key"
    paper.keys = [issuer_key("ec", "ES256")]
    assert refusal(paper.token()) == "token_algorithm"
    assert user(paper.token(), agreement(algorithms=["RS256", "ES256"])) == ADA


@pytest.mark.parametrize(
    ("signed", "reason"), [({"iss": "https://evil.example"}, "token_issuer"), ({"aud": "account"}, "token_audience")]
)
def test_what_was_looked_up_has_to_be_what_was_signed(
    signed: dict[str, Any], reason: str, paper: PaperIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the unverified reading and the verified one came apart, only what was signed would count."""
    monkeypatch.setattr(signed_in_users, "unverified_claims", lambda _: {"iss": URL, "aud": AUDIENCE})

    assert refusal(paper.token(**signed)) == reason


TIMES: list[tuple[dict[str, Any], str]] = [
    *(({name: value}, "token_claims") for name in ("iat", "exp") for value in (None, "1795000000", 1.5, True, 0, -1)),
    *(({name: 2**40}, "token_claims") for name in ("iat", "exp", "nbf")),
    *(({"nbf": value}, "token_claims") for value in ("1795000000", 1.5, True, 0)),
    ({"exp": NOW - LEEWAY_SECONDS, "iat": NOW - 600}, "token_expired"),
    ({"iat": NOW + LEEWAY_SECONDS + 1, "exp": NOW + 600}, "token_lifetime"),
    ({"exp": NOW, "iat": NOW}, "token_lifetime"),
    ({"exp": NOW + MAX_LIFETIME + 1}, "token_lifetime"),
    ({"nbf": NOW + LEEWAY_SECONDS + 1}, "token_not_yet_valid"),
]


@pytest.mark.parametrize(("change", "reason"), TIMES, ids=[str(change) for change, _ in TIMES])
def test_a_token_out_of_its_time_is_refused(change: dict[str, object], reason: str, paper: PaperIssuer) -> None:
    """Times are integers, and a life is a day at most."""
    assert refusal(paper.token(**change)) == reason


@pytest.mark.parametrize(
    "change",
    [
        {"exp": NOW - LEEWAY_SECONDS + 1, "iat": NOW - 600},
        {"iat": NOW + LEEWAY_SECONDS},
        {"nbf": NOW + LEEWAY_SECONDS},
        {"exp": NOW + MAX_LIFETIME},
    ],
    ids=str,
)
def test_clocks_may_differ_a_little(change: dict[str, object], paper: PaperIssuer) -> None:
    """By the one leeway."""
    assert user(paper.token(**change)) == ADA


def test_an_issuer_that_is_away_is_no_fault_of_the_user(paper: PaperIssuer) -> None:
    """503; and so is a table that cannot be read."""
    paper.changes = {URL + "/.well-known/openid-configuration": HttpFailedError("unreachable")}
    assert refusal(paper.token(), kind=IssuerUnavailableError) == "key_set_never_read"

    def broken(_: list[Key]) -> list[Item | None]:
        raise StoreUnavailableError("InternalServerError")

    clock = FakeClock()
    verifier = SignedInUsers(Registry(broken, clock), KeySets(clock), clock)
    assert refusal(paper.token(), verifier, StoreUnavailableError) == "InternalServerError"


@pytest.mark.parametrize("sub", [None, "", 7, ["ada"], "a" * 257, "\ud800"], ids=ascii)
def test_a_token_without_a_subject_is_refused(sub: object, paper: PaperIssuer) -> None:
    """Nobody is somebody by another claim alone."""
    assert refusal(paper.token(sub=sub)) == "token_claims"


@pytest.mark.parametrize("sub", ["a" * 124, "a\nb", "\u0000", "\u2028"], ids=ascii)
def test_an_id_that_nobody_may_have_is_refused(sub: str, paper: PaperIssuer) -> None:
    """With the platform's before it, it keeps to the rule for all ids."""
    assert refusal(paper.token(sub=sub)) == "user_id"


@pytest.mark.parametrize("sub", ["a" * 123, "auth0|65f0", "00000000-0000-0000-0000-000000000000", "漢字", " a"])
def test_an_id_is_what_the_issuer_says(sub: str, paper: PaperIssuer) -> None:
    """Character by character."""
    assert user(paper.token(sub=sub)).id == f"demo_{sub}"


def test_another_claim_may_be_the_id(paper: PaperIssuer) -> None:
    """Microsoft's `oid`, or one within another; where it is missing nobody comes."""
    issuer = agreement(claims={"id": ["https://acme.example/user", "id"]})
    verifier = users(trusting(issuer))

    assert user(paper.token(**{"https://acme.example/user": {"id": "7"}}), issuer).id == "demo_7"
    for wrong in (None, "7", {}, {"id": 7}, {"id": ""}, [{"id": "7"}]):
        assert refusal(paper.token(**{"https://acme.example/user": wrong}), verifier) == "user_id"


@pytest.mark.parametrize("value", [None, "", 7, ["Ada"], " ", "a\nb", "a" * 129, "\u202e\ud800", {"x": 1}], ids=ascii)
def test_a_name_or_picture_that_cannot_be_shown_is_none(value: object, paper: PaperIssuer) -> None:
    """It keeps nobody out."""
    assert user(paper.token(name=value, picture=value)) == SignedInUser(ADA.id, None, None, ADA.identities)


@pytest.mark.parametrize("value", ["http://a.example/a.png", "javascript:alert(1)", "https://u:p@a.example", "data:,"])
def test_a_picture_is_an_https_url(value: str, paper: PaperIssuer) -> None:
    """Any other is none."""
    assert user(paper.token(picture=value)).avatar is None


ROLES: dict[str, Any] = {
    "claims": {"identity": ["realm_access", "roles"]},
    "identities": {"boss": "owner", "lead": "manager", "staff": "participant", "crew": "participant"},
}


@pytest.mark.parametrize(
    ("roles", "identities"),
    [
        ("staff", [Identity.PARTICIPANT]),
        (["staff"], [Identity.PARTICIPANT]),
        (["staff", "crew"], [Identity.PARTICIPANT]),
        (["staff", "boss", "lead"], [Identity.OWNER, Identity.MANAGER, Identity.PARTICIPANT]),
        (["unknown", "lead", 7, None, ["boss"]], [Identity.MANAGER]),
        (["owner"], [Identity.GUEST]),
        (["Boss", " boss"], [Identity.GUEST]),
        ([], [Identity.GUEST]),
        (None, [Identity.GUEST]),
        ({"boss": True}, [Identity.GUEST]),
        (7, [Identity.GUEST]),
    ],
)
def test_identities_are_what_the_mapping_gives(roles: object, identities: list[Identity], paper: PaperIssuer) -> None:
    """In their own order, each once, and the default where none fits; an identity's own name gives nothing."""
    issuer = agreement(**ROLES)

    assert user(paper.token(realm_access={"roles": roles}), issuer).identities == tuple(identities)


def test_without_a_default_somebody_without_identity_stays_out(paper: PaperIssuer) -> None:
    """Whether or not there is a claim to map."""
    for issuer in (agreement(**ROLES, defaultIdentity=None), agreement(defaultIdentity=None)):
        assert refusal(paper.token(), users(trusting(issuer)), IdentityRefusedError) == "user_identity"
    issuer = agreement(**ROLES, defaultIdentity=None)
    assert user(paper.token(realm_access={"roles": ["boss"]}), issuer).identities == (Identity.OWNER,)


@pytest.mark.parametrize("groups", [None, [], "", "staff ", ["Staff"], {"staff": 1}, [["staff"]], 7])
def test_somebody_in_no_allowed_group_stays_out(groups: object, paper: PaperIssuer) -> None:
    """Even with an identity."""
    verifier = users(trusting(agreement(allowedGroups=["staff", "friends"])))

    assert refusal(paper.token(groups=groups), verifier, PolicyRefusedError) == "user_group"


@pytest.mark.parametrize("groups", ["staff", ["friends"], ["others", "staff", 7]])
def test_one_allowed_group_is_enough(groups: object, paper: PaperIssuer) -> None:
    """As a text or in a list."""
    assert user(paper.token(groups=groups), agreement(allowedGroups=["staff", "friends"])) == ADA


def test_a_rotation_keeps_nobody_out(paper: PaperIssuer) -> None:
    """The new key is found when its first token comes, and the old one is good for as long as it is published."""
    clock = FakeClock()
    verifier = users(clock=clock)
    verifier.user_of(paper.token())
    paper.keys = [issuer_key(), issuer_key("second")]

    assert verifier.user_of(paper.token())[1] == ADA
    assert verifier.user_of(paper.token(issuer_key()))[1] == ADA
    paper.keys = [issuer_key("second")]
    clock.advance(600)
    assert refusal(paper.token(issuer_key(), iat=NOW + 600, exp=NOW + 900), verifier) == "token_key"


@pytest.mark.parametrize("change", [{"sub": "canary\n"}, {"iss": "https://canary.example"}, {"groups": ["canary"]}])
def test_no_refusal_quotes_the_token(change: dict[str, object], paper: PaperIssuer) -> None:
    """Neither in its text nor in what it came from."""
    with pytest.raises(VoceSpaceError) as refused:
        users(trusting(agreement(allowedGroups=["staff"]))).user_of(paper.token(**change))
    assert "canary" not in repr(refused.value) + refused.value.detail + str(refused.value.__cause__)


def test_every_change_of_a_character_is_noticed(paper: PaperIssuer) -> None:
    """Each place of a good token, and each half of it."""
    good, verifier = paper.token(), users()
    assert verifier.user_of(good)[1] == ADA

    for place, character in enumerate(good):
        for other in {"A", "B", ".", "="} - {character}:
            refusal(good[:place] + other + good[place + 1 :], verifier)
        refusal(good[:place], verifier)
        refusal(good[:place] + good[place + 1 :], verifier)


def test_no_naughty_string_is_a_token() -> None:
    """Nor does any of them end in another exception."""
    for text in naughty_strings():
        refusal(text)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,90}", fullmatch=True))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    """Whatever anybody sends."""
    refusal(text)


CLAIMS = ["iss", "aud", "sub", "iat", "exp", "nbf", "name", "picture", "groups", "realm_access"]


@given(st.dictionaries(st.sampled_from(CLAIMS), json_values))
def test_no_claims_do_more_than_be_refused(changes: dict[str, object]) -> None:
    """Whatever a trusted issuer signs; and whoever comes has an id of the platform and identities of the mapping."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        paper = PaperIssuer(monkeypatch)
        try:
            person = user(paper.token(**changes), agreement(**ROLES))
        except UnauthorizedError:
            return
    assert person.id.startswith("demo_")
    assert set(person.identities) <= set(Identity)
    assert person.identities
