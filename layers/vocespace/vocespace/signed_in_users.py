"""People whom an issuer has signed in, and who come with its token instead of a platform's API key.

The token says who they are; as what they may come, the platform has agreed with the issuer (`issuers`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from vocespace.asymmetric import claims_signed_by, parse_asymmetric
from vocespace.clock import Clock
from vocespace.errors import IdentityRefusedError, PolicyRefusedError, UnauthorizedError
from vocespace.identities import Identity
from vocespace.issuers import Audience, Issuer, IssuerUrl
from vocespace.jws import CompactJws, unverified_claims
from vocespace.key_sets import KeySets
from vocespace.names import avatar_url, person_name
from vocespace.platforms import Platform
from vocespace.registry import Registry
from vocespace.token_result import UnixSeconds
from vocespace.tokens import check_times
from vocespace.users import SignedInUser
from vocespace.wire import WireModel

MAX_AUDIENCES = 8
"""Each is looked up before the signature is checked."""

MAX_LIFETIME = 86_400
"""Seconds that an issuer's token may live: a stolen one cannot be called back."""


class SignedInUsers:
    """Authenticates signed-in users."""

    def __init__(self, registry: Registry, key_sets: KeySets, clock: Clock) -> None:
        self._registry = registry
        self._key_sets = key_sets
        self._clock = clock

    def user_of(self, token: str) -> tuple[Platform, SignedInUser]:
        """Finds whose user comes with a token, and who it is.

        Raises:
            UnauthorizedError: the token does not hold.
            IdentityRefusedError: it does, but there is nothing as what its user may come.
            PolicyRefusedError: its user is in none of the groups that may come.
            IssuerUnavailableError, StoreUnavailableError: nobody can tell.
        """
        compact, kid = parse_asymmetric(token)
        platform, issuer = self._addressed(compact)
        if compact.alg not in issuer.algorithms:
            raise UnauthorizedError("token_algorithm")
        key = self._key_sets.key(issuer.issuer, kid, compact.alg)
        if key is None:
            raise UnauthorizedError("token_key")
        claims = claims_signed_by(compact, key)
        self._check(claims, issuer)
        return platform, _user(claims, platform, issuer)

    def _addressed(self, compact: CompactJws) -> tuple[Platform, Issuer]:
        # Not verified yet, so this decides nothing but whose keys to verify it with.
        parties = _read(_Parties, unverified_claims(compact))
        for audience in parties.aud:
            platform = self._registry.platform_of_issuer(parties.iss, audience)
            issuer = None if platform is None else platform.issuer(parties.iss, audience)
            if platform is not None and issuer is not None:
                return platform, issuer
        raise UnauthorizedError("platform_unknown")

    def _check(self, members: dict[str, Any], issuer: Issuer) -> None:
        claims = _read(_Claims, members)
        if claims.iss != issuer.issuer:
            raise UnauthorizedError("token_issuer")
        if issuer.audience not in claims.aud:
            raise UnauthorizedError("token_audience")
        check_times(iat=claims.iat, exp=claims.exp, nbf=claims.nbf, now=int(self._clock.time()), cap=MAX_LIFETIME)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class _Parties(WireModel):
    """By whom and for whom a token is; what else it says is passed over."""

    model_config = ConfigDict(extra="ignore")

    iss: IssuerUrl
    aud: Annotated[
        tuple[Audience, ...], BeforeValidator(_listed), Field(min_length=1, max_length=MAX_AUDIENCES, strict=False)
    ]


class _Claims(_Parties):
    """What every token of an issuer has to say (OpenID Connect Core section 2, RFC 9068 section 2.2)."""

    sub: Annotated[str, Field(min_length=1, max_length=256)]
    iat: UnixSeconds
    exp: UnixSeconds
    nbf: UnixSeconds | None = None


_Model = TypeVar("_Model", bound=_Parties)


def _read(model: type[_Model], members: dict[str, Any]) -> _Model:
    try:
        return model.from_wire(members)
    except ValidationError:
        raise UnauthorizedError("token_claims") from None


def _user(claims: dict[str, Any], platform: Platform, issuer: Issuer) -> SignedInUser:
    mapping = issuer.claims
    subject = _claim(claims, mapping.id)
    if not isinstance(subject, str) or not subject:
        raise UnauthorizedError("user_id")
    user_id = _valid(person_name, f"{platform.platform}_{subject}")
    if user_id is None:
        raise UnauthorizedError("user_id")
    if issuer.allowed_groups and not set(issuer.allowed_groups) & set(_texts(_claim(claims, mapping.groups))):
        raise PolicyRefusedError("user_group", "The user is in none of the groups that may come.")
    return SignedInUser(
        id=user_id,
        username=_valid(person_name, _claim(claims, mapping.username)),
        avatar=_valid(avatar_url, _claim(claims, mapping.avatar)),
        identities=_identities(claims, issuer),
    )


def _identities(claims: dict[str, Any], issuer: Issuer) -> tuple[Identity, ...]:
    values = () if issuer.claims.identity is None else _texts(_claim(claims, issuer.claims.identity))
    mapped = {issuer.identities[value] for value in values if value in issuer.identities}
    if mapped:
        return tuple(identity for identity in Identity if identity in mapped)
    if issuer.default_identity is None:
        raise IdentityRefusedError("user_identity", "Nothing says as what this user may come.")
    return (issuer.default_identity,)


def _claim(claims: dict[str, Any], path: tuple[str, ...]) -> object:
    value: object = claims
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _valid(rule: Callable[[str], str], value: object) -> str | None:
    try:
        return rule(value) if isinstance(value, str) else None
    except ValueError:
        return None
