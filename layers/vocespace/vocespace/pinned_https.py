"""One POST to somebody else's server, at the very address that was checked: bounded in time, and answered by a status.

The name is not looked up again, no redirect is followed, no proxy of the environment asked, and what is answered beside
the status is never read: nobody could be shown it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from vocespace.http_deadline import end_answers
from vocespace.public_addresses import Target

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 10.0
"""With `CONNECT_TIMEOUT`, also how long the whole may last."""

_DEFAULT_PORTS = (80, 443)


class PostFailedError(Exception):
    """There is no answer; `reason` is a word of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server answered.

    Attributes:
        status: The HTTP status.
        retry_after: `Retry-After`, as it came.
    """

    status: int
    retry_after: str | None = None


def post(target: Target, address: str, body: bytes, headers: Mapping[str, str]) -> Answered:
    """Sends one request.

    Args:
        target: Where to; the certificate has to be for its host.
        address: The address to connect to.
        body: The body.
        headers: The headers beside `Host`.

    Raises:
        PostFailedError: there is no answer, or none in time.
    """
    deadline = time.monotonic() + CONNECT_TIMEOUT + READ_TIMEOUT
    host = target.host if target.port in _DEFAULT_PORTS else f"{target.host}:{target.port}"
    with _pool(target, address) as pool:
        end_answers(pool, deadline)
        try:
            response = pool.urlopen(
                "POST",
                target.path,
                body=body,
                headers={"Host": host, **headers},
                redirect=False,
                assert_same_host=False,
                preload_content=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise PostFailedError(_reason(error)) from None
        # Not given back to the pool: the body is still on its way.
        response.close()
    return Answered(response.status, response.headers.get("Retry-After"))


def _pool(target: Target, address: str) -> urllib3.HTTPConnectionPool:
    common: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT),
        "retries": False,
    }
    if target.is_local:
        return urllib3.HTTPConnectionPool(address, target.port, **common)
    return urllib3.HTTPSConnectionPool(
        address,
        target.port,
        cert_reqs="CERT_REQUIRED",
        server_hostname=target.host,
        assert_hostname=target.host,
        **common,
    )


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    # urllib3 counts a refused connection among the timeouts.
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "endpoint_unreachable"
    if isinstance(error, urllib3.exceptions.SSLError):
        return "endpoint_tls"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "endpoint_timeout"
    return "endpoint_unreachable"
