"""A webhook by which nothing is told, sent from the operator's machine: whether an endpoint takes ours."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from pydantic_core import to_json

from vocespace.endpoints import Endpoint
from vocespace.local_times import iso
from vocespace.outgoing_webhooks import signed_headers
from vocespace.pinned_https import PostFailedError, post
from vocespace.public_addresses import AddressRefusedError, UnresolvedError, address_of, target_of
from vocespace_cli.faults import NotOkError, UnreachableError
from vocespace_cli.run import Run

TYPE = "Endpoint.Test"

_STEPS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Give it the secret: vocespace endpoints rotate ENDPOINT makes another one.",
    HTTPStatus.FORBIDDEN: "Give it the secret: vocespace endpoints rotate ENDPOINT makes another one.",
    HTTPStatus.NOT_FOUND: "Look at its URL: vocespace endpoints set ENDPOINT --url URL.",
    HTTPStatus.GONE: "It wants to hear nothing more: vocespace endpoints set ENDPOINT --url URL, or remove it.",
}


def send_test(run: Run, endpoint: Endpoint) -> int:
    """Sends one, signed as all others are.

    Returns:
        The status of the answer: one from 200 to 299.

    Raises:
        NotOkError: it is another one, or nothing may be sent there.
        UnreachableError: nobody answers.
    """
    now = run.now()
    body = to_json({"type": TYPE, "timestamp": iso(now), "data": {}})
    headers = signed_headers(endpoint.keys(), f"evt_{secrets.token_hex(16)}", now, body)
    try:
        target = target_of(endpoint.url, allow_loopback=run.deployment.is_local)
        status = post(target, address_of(target), body, headers).status
    except AddressRefusedError:
        raise NotOkError("Nothing is sent there: its address is not on the public internet.") from None
    except UnresolvedError:
        raise UnreachableError("Its host is unknown.", hint="Look at its URL and at DNS.") from None
    except PostFailedError as error:
        raise UnreachableError(f"It cannot be reached: {error.reason}.", hint="Look whether it is up.") from None
    if not HTTPStatus(200) <= status < HTTPStatus(300):
        raise NotOkError(f"It answered {status}.", hint=_STEPS.get(status))
    return status
