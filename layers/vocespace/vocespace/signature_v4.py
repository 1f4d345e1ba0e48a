"""Signature Version 4, by which AWS knows who asks: for the calls of its JSON protocols, which all are a POST.

The rule: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. botocore has it,
too, but importing that brings in much of botocore and urllib3 (docs/performance.md); tests compare the two.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks. Only the id of the key is told by its representation.

    Attributes:
        key_id: The access key's id.
        secret: The access key's secret.
        session_token: What comes with a key that is not for ever.
    """

    key_id: str
    secret: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def signed_headers(
    credentials: Credentials, scope: tuple[str, str], headers: Mapping[str, str], body: bytes, *, at: float
) -> dict[str, str]:
    """The headers of a `POST /`, with those that sign it.

    Args:
        credentials: Who asks.
        scope: The region and the service that are asked.
        headers: All other headers, by their names in lower case; `host` is among them.
        body: The body.
        at: When it is asked, in Unix seconds; AWS takes no more than five minutes off.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    headers = {**headers, "x-amz-date": moment}
    if credentials.session_token is not None:
        headers["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(headers))
    told = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{told}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    within = (moment[:8], *scope, "aws4_request")
    to_sign = f"{_ALGORITHM}\n{moment}\n{'/'.join(within)}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret}".encode()
    for part in within:
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    scoped = f"{credentials.key_id}/{'/'.join(within)}"
    return {
        **headers,
        "authorization": f"{_ALGORITHM} Credential={scoped}, SignedHeaders={names}, Signature={signature}",
    }
