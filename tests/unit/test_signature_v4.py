"""Signature Version 4, held against botocore's."""

from __future__ import annotations

import datetime as dt

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOW
from vocespace.signature_v4 import Credentials, signed_headers

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)
KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)
NAMES = WORDS.filter(lambda name: name not in {"host", "authorization", "expect", "user-agent", "transfer-encoding"})

BODY = b'{"TableName":"t"}'
HEADERS = {
    "content-type": "application/x-amz-json-1.0",
    "host": "dynamodb.eu-central-1.amazonaws.com",
    "x-amz-target": "DynamoDB_20120810.Query",
}


@given(
    key_id=KEYS,
    secret=KEYS,
    session_token=st.none() | KEYS,
    region=WORDS,
    service=WORDS,
    headers=st.dictionaries(NAMES.map("x-".__add__), VALUES, max_size=4),
    body=st.binary(max_size=200),
    at=st.integers(0, 4_000_000_000),
)
def test_it_is_what_botocore_signs_with(  # noqa: PLR0917 - all that goes into a signature
    key_id: str,
    secret: str,
    session_token: str | None,
    region: str,
    service: str,
    headers: dict[str, str],
    body: bytes,
    at: int,
) -> None:
    """Whatever is asked, by whomever and when."""
    headers = {"host": f"{service}.{region}.amazonaws.com", **headers}

    ours = signed_headers(Credentials(key_id, secret, session_token), (region, service), headers, body, at=at)

    assert ours["authorization"] == _by_botocore(ours, (key_id, secret, session_token), (region, service), body)


def test_a_request_is_signed_for_its_second() -> None:
    """Fractions of it are cut off, and the time is told."""
    credentials = Credentials("AKIDEXAMPLE", "secret")

    signed = [signed_headers(credentials, ("r", "s"), HEADERS, BODY, at=NOW + rest) for rest in (0, 0.99, 1)]

    assert signed[0] == signed[1] != signed[2]
    assert signed[0]["x-amz-date"] == dt.datetime.fromtimestamp(NOW, dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    assert HEADERS.items() <= signed[0].items()


def test_secrets_stay_out_of_representations() -> None:
    """Only the id of a key is told."""
    assert repr(Credentials("AKIDEXAMPLE", "secret-1", "token-1")) == "Credentials(key_id='AKIDEXAMPLE')"


def _by_botocore(headers: dict[str, str], who: tuple[str, str, str | None], scope: tuple[str, str], body: bytes) -> str:
    signer = SigV4Auth(BotocoreCredentials(*who), scope[1], scope[0])
    request = AWSRequest("POST", f"https://{headers['host']}/", data=body)
    for name in headers.keys() - {"authorization", "x-amz-security-token"}:
        request.headers[name] = headers[name]
    request.context["timestamp"] = headers["x-amz-date"]
    if who[2] is not None:
        request.headers["x-amz-security-token"] = who[2]
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    names = signer.signed_headers(signer.headers_to_sign(request))
    return f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, Signature={signature}"
