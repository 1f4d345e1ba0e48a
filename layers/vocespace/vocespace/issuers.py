"""OpenID issuers: what a platform has agreed on with those who sign its users in (OpenID Connect Core, RFC 8725)."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from vocespace.identities import Identity
from vocespace.wire import WireModel

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Asymmetric ones only: a shared secret would let every audience of the issuer sign."""

_ISSUER = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?", re.ASCII)


def _issuer_url(value: str) -> str:
    # As it stands: the `iss` of a token has to be this text, character by character (OpenID Connect Discovery 4.3).
    if not _ISSUER.fullmatch(value):
        raise ValueError("must be an https URL without query, fragment or credentials")
    return value


def _path(value: object) -> object:
    return (value,) if isinstance(value, str) else value


IssuerUrl = Annotated[str, Field(max_length=256), AfterValidator(_issuer_url)]
Audience = Annotated[str, Field(pattern=r"^[!-~]{1,256}$")]
Name = Annotated[str, Field(min_length=1, max_length=256)]
ClaimPath = Annotated[tuple[Name, ...], BeforeValidator(_path), Field(min_length=1, max_length=8, strict=False)]
"""The name of a claim, or the names that lead to one within another: a name may hold dots, so they separate nothing."""


class ClaimMapping(WireModel):
    """Which claims say what about a person.

    Attributes:
        id: Who it is, within the issuer; must not be given to somebody else later.
        username: The display name.
        avatar: The URL of a picture; one that is none is passed over.
        identity: Names, by `Issuer.identities`, as what the person may come: a text or a list of texts.
        groups: What `Issuer.allowed_groups` is held against: a text or a list of texts.
    """

    id: ClaimPath = ("sub",)
    username: ClaimPath = ("name",)
    avatar: ClaimPath = ("picture",)
    identity: ClaimPath | None = None
    groups: ClaimPath = ("groups",)


class Issuer(WireModel):
    """One issuer for one audience.

    Attributes:
        issuer: The issuer's URL, as in its tokens' `iss`.
        audience: Whom its tokens are for, as in their `aud`.
        algorithms: What they may be signed with.
        claims: Which of their claims say what.
        identities: From a value of the identity claim to an identity; where several fit, the person may choose, and the
            first one in the order of `Identity` is meant by saying nothing.
        default_identity: As what a person comes for whom none fits; None refuses them.
        allowed_groups: Of which groups a person must be in one; empty lets in whoever is signed in.
    """

    issuer: IssuerUrl
    audience: Audience
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1, strict=False)] = ("RS256",)
    claims: ClaimMapping = ClaimMapping()
    identities: Annotated[dict[Name, Annotated[Identity, Field(strict=False)]], Field(default_factory=dict)]
    default_identity: Annotated[Identity, Field(strict=False)] | None = None
    allowed_groups: Annotated[tuple[Name, ...], Field(strict=False)] = ()
