"""Tokens that an OpenID issuer has signed with a private key: their form, and the signature by PyJWT and cryptography.

Importing this does not import cryptography; the first token that needs it does.
"""

from __future__ import annotations

import importlib
import platform
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from jwt import PyJWS, PyJWTError, algorithms, utils

from vocespace.errors import UnauthorizedError
from vocespace.issuers import Algorithm
from vocespace.jws import CompactJws, Form, parse_compact, verified_claims

CRYPTOGRAPHY = Path("/opt/cryptography")
"""Where the layer keeps cryptography, in one folder for each kind of machine."""

MIN_RSA_BITS = 2048
"""RFC 7518 section 3.3."""

FORM = Form(
    re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII),
    algorithms=get_args(Algorithm),
    # RFC 9068 names access tokens; of others, an ID token among them, many issuers say nothing.
    types=("JWT", "at+jwt"),
    may_lack_type=True,
    # Some issuers name their certificate beside the key. It is never looked at.
    members=frozenset({"alg", "typ", "kid", "x5t", "x5t#S256"}),
)


def parse_asymmetric(token: str) -> tuple[CompactJws, str]:
    """Checks everything about a token that can be checked without a key.

    Returns:
        The token, and which key it says it was signed with.

    Raises:
        UnauthorizedError: it is not a compact JWT with an asymmetric algorithm and a `kid`, in its one spelling.
    """
    compact = parse_compact(token, FORM)
    if compact.kid is None:
        raise UnauthorizedError("token_header")
    return compact, compact.kid


def claims_signed_by(token: CompactJws, jwk: Mapping[str, Any]) -> dict[str, Any]:
    """Checks the signature and only then reads the claims.

    Args:
        token: The token.
        jwk: The public key, as the issuer publishes it (RFC 7517).

    Raises:
        UnauthorizedError: the key does not fit the token's algorithm or is too weak, another key made the signature, or
            the payload is not one JSON object.
    """
    verifier = _verifier()
    key = _public_key(verifier, token.alg, jwk)
    claims = None if key is None else verified_claims(token, key, verifier)
    if claims is None:
        raise UnauthorizedError("token_signature")
    return claims


def _public_key(verifier: PyJWS, alg: str, jwk: Mapping[str, Any]) -> object | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    # With `d` it is the private key, and who publishes that has none any more.
    if "d" in jwk:
        return None
    algorithm = verifier.get_algorithm_by_name(alg)
    try:
        key: object = algorithm.prepare_key(algorithm.from_jwk(dict(jwk)))
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        return None
    return key


@cache
def _verifier() -> PyJWS:
    # PyJWT imports cryptography as soon as it finds it, which no function that verifies our own tokens should pay for:
    # so the layer keeps it off the path, and what of PyJWT uses it is loaded anew once it is on it. The import of our
    # own is there to fail loudly: PyJWT would be silent, and every token refused.
    if not algorithms.has_crypto:
        sys.path.append(str(CRYPTOGRAPHY / platform.machine()))
        importlib.import_module("cryptography")
        for module in (utils, algorithms):
            importlib.reload(module)
    return PyJWS(algorithms=list(get_args(Algorithm)))
