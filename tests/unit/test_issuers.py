"""What a platform may agree on with an issuer, and what not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from vocespace.identities import Identity
from vocespace.issuers import Issuer

LEAST: dict[str, Any] = {"issuer": "https://login.example", "audience": "vocespace"}


def test_little_has_to_be_said() -> None:
    """The rest is as most issuers have it; and nobody comes as anything that nobody named."""
    issuer = Issuer.from_wire(LEAST)

    assert issuer.algorithms == ("RS256",)
    assert (issuer.claims.id, issuer.claims.username, issuer.claims.avatar) == (("sub",), ("name",), ("picture",))
    assert issuer.claims.identity is None
    assert issuer.identities == {}
    assert issuer.default_identity is None
    assert issuer.allowed_groups == ()


def test_what_is_said_comes_back() -> None:
    """From the table as it went into it."""
    issuer = Issuer.from_wire(
        LEAST
        | {
            "algorithms": ["ES256", "EdDSA"],
            "claims": {"id": "oid", "identity": ["realm_access", "roles"], "groups": "cognito:groups"},
            "identities": {"boss": "owner"},
            "defaultIdentity": "guest",
            "allowedGroups": ["staff"],
        }
    )

    assert issuer.claims.id == ("oid",)
    assert issuer.identities == {"boss": Identity.OWNER}
    assert Issuer.from_wire(issuer.to_wire()) == issuer


@pytest.mark.parametrize(
    "url",
    [
        "https://login.example/",
        "https://login.example:8443/realms/demo",
        "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI",
        "https://127.0.0.1:8443",
    ],
)
def test_an_issuer_is_an_https_url(url: str) -> None:
    """As it stands."""
    assert Issuer.from_wire(LEAST | {"issuer": url}).issuer == url


REFUSED: list[tuple[str, object]] = [
    *(
        ("issuer", url)
        for url in (
            "",
            "login.example",
            "http://login.example",
            "HTTPS://login.example",
            "https://",
            "https://user:secret@login.example",
            "https://login.example?x=1",
            "https://login.example#x",
            "https://login.example/a b",
            "https://login.example/%2e%2e",
            "https://login.example\n",
            "https://" + "a" * 256,
            7,
            None,
        )
    ),
    *(("audience", audience) for audience in ("", "a b", "漢", "a" * 257, ["vocespace"], None)),
    *(("algorithms", [alg]) for alg in ("none", "HS256", "HS512", "rs256", "RS1", "ES256K")),
    *(("algorithms", value) for value in ([], "RS256", ["RS256", "HS256"])),
    *(("claims", {"id": path}) for path in ("", [], [""], [7], None, ["a"] * 9)),
    ("claims", {"email": "email"}),
    *(("identities", value) for value in ({"boss": "root"}, {"": "owner"}, {"boss": None}, ["owner"])),
    ("defaultIdentity", "root"),
    ("allowedGroups", [""]),
    ("allowedGroups", "staff"),
    ("jwksUri", "https://login.example/keys"),
]


@pytest.mark.parametrize(("field", "value"), REFUSED, ids=[f"{field}-{ascii(value)[:50]}" for field, value in REFUSED])
def test_anything_else_is_refused_by_the_name_of_its_field(field: str, value: object) -> None:
    """Symmetric algorithms above all: with one, every audience of the issuer could sign."""
    with pytest.raises(ValidationError) as refused:
        Issuer.from_wire(LEAST | {field: value})
    assert refused.value.errors()[0]["loc"][0] == field
