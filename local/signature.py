"""Requests signed by AWS Signature Version 4, for the routes that only IAM lets in: who signed, if it stands."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.cloud import ENVIRONMENT, REGION
from local.event import ACCOUNT_ID
from local.messages import Request

ROLE: Final = f"arn:aws:iam::{ACCOUNT_ID}:role/local-demo"
"""The role whose credentials are those of this machine's AWS."""

SERVICE: Final = "execute-api"
MAX_SKEW: Final = timedelta(minutes=5)

_ACCESS_KEY = ENVIRONMENT["AWS_ACCESS_KEY_ID"]
_CALLER_ID = "AROALOCALDEMO:session"
_SIGNER: Final = {
    "accessKey": _ACCESS_KEY,
    "accountId": ACCOUNT_ID,
    "callerId": _CALLER_ID,
    "cognitoIdentity": None,
    "principalOrgId": "o-localdemo0",
    "userArn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/local-demo/session",
    "userId": _CALLER_ID,
}

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<access_key>[^/]+)/(?P<scope>[^, ]+), ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_DATE = "%Y%m%dT%H%M%SZ"
_PAYLOAD_HASH = "x-amz-content-sha256"
_REQUIRED: Final = frozenset({"host", "x-amz-date"})


def signer_of(request: Request, now: datetime) -> dict[str, Any] | None:
    """Who signed the request, as `requestContext.authorizer.iam` has it, or None where no valid signature stands."""
    parts = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if parts is None:
        return None
    timestamp, names = request.headers.get("x-amz-date", ""), parts["headers"].split(";")
    stands = (
        _is_recent(timestamp, now)
        and _covers(request.headers, names)
        and parts["access_key"] == _ACCESS_KEY
        and parts["scope"] == f"{timestamp[:8]}/{REGION}/{SERVICE}/aws4_request"
        and hmac.compare_digest(_signature(request, names, timestamp), parts["signature"])
    )
    return dict(_SIGNER) if stands and _has_signed_payload(request) else None


def _is_recent(timestamp: str, now: datetime) -> bool:
    try:
        signed_at = datetime.strptime(timestamp, _DATE).replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(now - signed_at) <= MAX_SKEW


def _covers(headers: Mapping[str, str], names: list[str]) -> bool:
    wanted = _REQUIRED | {name for name in headers if name.startswith("x-amz-")}
    return wanted <= set(names) <= headers.keys()


def _has_signed_payload(request: Request) -> bool:
    digest = hashlib.sha256(request.body).hexdigest()
    return request.headers.get(_PAYLOAD_HASH, digest) == digest


def _signature(request: Request, names: list[str], timestamp: str) -> str:
    signer = SigV4Auth(Credentials(_ACCESS_KEY, ENVIRONMENT["AWS_SECRET_ACCESS_KEY"]), SERVICE, REGION)
    target = f"{request.path}?{request.query}" if request.query else request.path
    signed = AWSRequest(
        method=request.method,
        url=f"http://{request.headers['host']}{target}",
        headers={name: request.headers[name] for name in names},
        data=request.body,
    )
    signed.context["timestamp"] = timestamp
    text = signer.string_to_sign(signed, signer.canonical_request(signed))
    return str(signer.signature(text, signed))
