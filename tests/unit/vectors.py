"""The vectors of others, as tests use them (where they are from: tests/vectors/SOURCES.md)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[1] / "vectors"


@dataclass(frozen=True, slots=True)
class JwsCase:
    """One Wycheproof JWS under a symmetric key; `valid` is the label after our overrides."""

    tc_id: int
    comment: str
    key: bytes
    jws: str
    valid: bool


@dataclass(frozen=True, slots=True)
class PublicKeyCase:
    """One Wycheproof JWS under a public key, with the `kid` and `alg` that its header names."""

    tc_id: int
    jwk: dict[str, Any]
    jws: str
    kid: str
    alg: str
    valid: bool


@dataclass(frozen=True, slots=True)
class MacCase:
    """One Wycheproof HMAC-SHA256; `valid` also says that the tag is whole."""

    tc_id: int
    key: bytes
    message: bytes
    tag: bytes
    valid: bool


def jws_cases() -> list[JwsCase]:
    """The HS256 cases."""
    use = {each["tcId"]: each["use"] for each in _load("wycheproof_hs256_overrides.json")["overrides"]}
    return [
        JwsCase(
            tc_id=test["tcId"],
            comment=test["comment"],
            key=unpadded(group["private"]["k"]),
            jws=test["jws"],
            valid=use.get(test["tcId"], test["result"]) == "valid",
        )
        for group in _load("wycheproof_hs256_test.json")["testGroups"]
        for test in group["tests"]
    ]


def public_key_cases() -> list[PublicKeyCase]:
    """The RS, PS and ES cases."""
    return [
        PublicKeyCase(
            tc_id=test["tcId"],
            jwk=group["public"],
            jws=test["jws"],
            kid=group["public"]["kid"],
            alg=_algorithm(test["jws"], group["public"].get("alg", "none")),
            valid=test["result"] == "valid",
        )
        for group in _load("wycheproof_asymmetric_test.json")["testGroups"]
        for test in group["tests"]
    ]


def mac_cases() -> list[MacCase]:
    """The HMAC cases. HS256 knows no truncated tags, so those with a valid half are invalid here."""
    return [
        MacCase(
            tc_id=test["tcId"],
            key=bytes.fromhex(test["key"]),
            message=bytes.fromhex(test["msg"]),
            tag=bytes.fromhex(test["tag"]),
            valid=test["result"] == "valid" and group["tagSize"] == 256,
        )
        for group in _load("wycheproof_hmac_sha256_test.json")["testGroups"]
        for test in group["tests"]
    ]


def jwk_groups() -> dict[str, dict[str, Any]]:
    """The JWK sets, by the comment of their first test and its number."""
    groups = _load("wycheproof_json_web_key_test.json")["testGroups"]
    return {f"{group['tests'][0]['comment']}-{group['tests'][0]['tcId']}": group for group in groups}


def json_cases() -> dict[str, bytes]:
    """JSONTestSuite: `y_` must be read, `n_` must be refused, `i_` is up to the reader."""
    cases = {name: base64.b64decode(data) for name, data in _load("jsontestsuite.json")["cases"].items()}
    # Too large to be worth keeping as files: this is all that is in them.
    cases["n_structure_100000_opening_arrays.json"] = b"[" * 100_000
    cases["n_structure_open_array_object.json"] = b'[{"":' * 50_000 + b"\n"
    return cases


def naughty_strings() -> list[str]:
    """The big list of naughty strings."""
    strings: list[str] = json.loads((_FOLDER / "blns.json").read_text(encoding="utf-8"))
    return strings


def unpadded(text: str) -> bytes:
    """Decodes base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _algorithm(jws: str, otherwise: str) -> str:
    try:
        header = json.loads(unpadded(jws.partition(".")[0]))
    except ValueError:
        return otherwise
    return str(header.get("alg", otherwise))


def _load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    return document
