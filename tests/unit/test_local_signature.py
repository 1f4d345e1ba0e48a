"""Signatures as botocore makes them, and everything that can be wrong with one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.messages import Request
from local.signature import signer_of
from vocespace.roles import role_of_session

KEY = "testing"
BODY = b'{"id":"user_12345"}'
HOST = "127.0.0.1:3000"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def signed(
    *,
    key: str = KEY,
    secret: str = KEY,
    service: str = "execute-api",
    region: str = "eu-central-1",
    query: str = "",
    **headers: str,
) -> Request:
    """A request as a caller signs it at NOW; underscores in names of headers stand for hyphens."""
    url = f"http://{HOST}/iam/api/blocks" + (f"?{query}" if query else "")
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method="POST", url=url, data=BODY, headers={"Host": HOST} | given)
    auth.SigV4Auth(Credentials(key, secret), service, region).add_auth(request)
    sent = {name.lower(): str(value) for name, value in request.headers.items()}
    return Request("POST", "/iam/api/blocks", query, sent, BODY)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "get_current_datetime", lambda: NOW)


def test_signer_is_told_as_an_http_api_tells_it() -> None:
    """The caller is a session of the role that the demo platform names."""
    signer = signer_of(signed(), NOW)

    assert signer is not None
    assert set(signer) == {
        "accessKey",
        "accountId",
        "callerId",
        "cognitoIdentity",
        "principalOrgId",
        "userArn",
        "userId",
    }
    assert signer["userArn"] == "arn:aws:sts::123456789012:assumed-role/local-demo/session"
    assert role_of_session(signer["userArn"]) == "arn:aws:iam::123456789012:role/local-demo"
    assert signer["cognitoIdentity"] is None


@pytest.mark.parametrize(
    "given",
    [
        {"query": "space=my%20workspace&id=a%2Fb"},
        {"query": "b=2&a=1&a=0&empty="},
        {"content_type": "application/json", "x_api_key": "k"},
        {"x_amz_security_token": "a-session"},
    ],
)
def test_whatever_is_signed_stands(given: dict[str, Any]) -> None:
    """Queries in any order, further headers, and the token of a session."""
    assert signer_of(signed(**given), NOW) is not None


@pytest.mark.parametrize(
    "given",
    [
        {"key": "another"},
        {"secret": "another"},
        {"service": "s3"},
        {"service": "lambda"},
        {"region": "us-east-1"},
    ],
)
def test_signature_by_or_for_somebody_else_does_not_stand(given: dict[str, Any]) -> None:
    """Another key, another secret, another service and another region."""
    assert signer_of(signed(**given), NOW) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "DELETE"},
        {"path": "/iam/api/redirect-url"},
        {"query": "space=another"},
        {"body": b"{}"},
        {"body": b""},
    ],
)
def test_changed_request_does_not_stand(changes: dict[str, Any]) -> None:
    """The signature covers method, path, query and body."""
    assert signer_of(replace(signed(), **changes), NOW) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"authorization": ""},
        {"authorization": "Bearer vsk_abc"},
        {"authorization": "AWS4-HMAC-SHA256 Credential=testing"},
        {"host": "another.example"},
        {"x-amz-date": "20260101T000000Z"},
        {"x-amz-date": "yesterday"},
        {"x-amz-security-token": "added afterwards"},
        {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"},
    ],
)
def test_changed_headers_do_not_stand(changes: dict[str, str]) -> None:
    """No signature, one of another kind, and signed or AWS headers that are not what was signed."""
    request = signed()

    assert signer_of(replace(request, headers=request.headers | changes), NOW) is None


def test_missing_headers_do_not_stand() -> None:
    """A header that was signed has to be there."""
    request = signed(content_type="application/json")

    for name in ("authorization", "x-amz-date", "content-type", "host"):
        rest = {each: value for each, value in request.headers.items() if each != name}
        assert signer_of(replace(request, headers=rest), NOW) is None


def test_claimed_hash_must_be_that_of_the_body() -> None:
    """A signature over a hash is none over a body that has another."""
    honest = signed()
    lying = signed(X_Amz_Content_SHA256="0" * 64)

    assert signer_of(honest, NOW) is not None
    assert signer_of(lying, NOW) is None


@pytest.mark.parametrize(("minutes", "stands"), [(-4.9, True), (4.9, True), (-5.1, False), (5.1, False)])
def test_signature_is_good_for_five_minutes(minutes: float, stands: bool) -> None:
    """Whoever recorded a request cannot send it for long."""
    assert (signer_of(signed(), NOW + timedelta(minutes=minutes)) is not None) is stands
