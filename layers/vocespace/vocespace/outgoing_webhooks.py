"""Outgoing webhooks, by Standard Webhooks: news, signed, to an endpoint that the operator has set up."""

from __future__ import annotations

import base64
import email.utils
import hashlib
import hmac
import re
from http import HTTPStatus
from typing import Any

from pydantic_core import to_json

from vocespace.clock import Clock
from vocespace.document_cache import CachedDocument
from vocespace.endpoints import Endpoint, Endpoints, GoneEndpoint, gone_endpoint_key
from vocespace.local_times import iso
from vocespace.pinned_https import Answered, PostFailedError, post
from vocespace.public_addresses import AddressRefusedError, UnresolvedError, address_of, target_of
from vocespace.table import Table, record_of
from vocespace.told import Told
from vocespace.undelivered import TryLaterError, UndeliverableError
from vocespace.writes import Change

MAX_RETRY_AFTER = 24 * 3600
"""How long an endpoint may ask us to wait, in seconds."""

_SECONDS = re.compile(r"[0-9]{1,9}")


class OutgoingWebhooks:
    """Sends webhooks.

    Args:
        endpoints: Where to, by their names.
        table: Which of them are gone.
        clock: The time.
        allow_loopback: Whether one may be on this machine.
    """

    def __init__(
        self, endpoints: CachedDocument[Endpoints], table: Table, clock: Clock, *, allow_loopback: bool = False
    ) -> None:
        self._endpoints = endpoints
        self._table = table
        self._clock = clock
        self._allow_loopback = allow_loopback

    def send(self, name: str, told: Told, data: dict[str, Any]) -> None:
        """Sends news to an endpoint.

        Raises:
            TryLaterError: it has not taken it this time.
            UndeliverableError: nothing is sent there.
            SecretsUnavailableError, StoreUnavailableError: nobody knows where to.
        """
        endpoint = self._endpoint(name)
        body = to_json({"type": told.news, "timestamp": iso(told.happened_at), "data": data})
        headers = signed_headers(endpoint.keys(), told.id, int(self._clock.time()), body)
        answered = self._posted(endpoint, body, headers)
        if answered.status == HTTPStatus.GONE:
            gone = GoneEndpoint(digest=endpoint.digest, since=int(self._clock.time()))
            self._table.update(gone_endpoint_key(name), Change.of(gone.to_wire()))
            raise UndeliverableError("endpoint_gone")
        if not HTTPStatus(200) <= answered.status < HTTPStatus(300):
            raise TryLaterError(f"endpoint_status_{answered.status // 100}xx", self._wait(answered.retry_after))

    def _endpoint(self, name: str) -> Endpoint:
        # A route may name one that was set up a moment ago.
        endpoint = self._endpoints.value().endpoints.get(name) or self._endpoints.refreshed().endpoints.get(name)
        if endpoint is None:
            raise TryLaterError("endpoint_unknown")
        (item,) = self._table.read([gone_endpoint_key(name)])
        if item is not None and record_of(GoneEndpoint, item).digest == endpoint.digest:
            raise UndeliverableError("endpoint_gone")
        return endpoint

    def _posted(self, endpoint: Endpoint, body: bytes, headers: dict[str, str]) -> Answered:
        try:
            target = target_of(endpoint.url, allow_loopback=self._allow_loopback)
            return post(target, address_of(target), body, headers)
        except AddressRefusedError as error:
            raise UndeliverableError(error.reason) from None
        except UnresolvedError:
            raise TryLaterError("endpoint_unresolved") from None
        except PostFailedError as error:
            raise TryLaterError(error.reason) from None

    def _wait(self, retry_after: str | None) -> float:
        return min(max(seconds_until(retry_after, self._clock.time()), 0), MAX_RETRY_AFTER)


def signed_headers(keys: tuple[bytes, ...], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a webhook, signed by each of these keys.

    Args:
        keys: The endpoint's.
        message_id: The same at each attempt.
        timestamp: Of this attempt, Unix seconds.
        body: The very bytes that are sent.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    macs = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys]
    return {
        "Content-Type": "application/json",
        "User-Agent": "VoceSpace-Connect",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{mac}" for mac in macs),
    }


def seconds_until(retry_after: str | None, now: float) -> float:
    """What `Retry-After` asks for, in seconds (RFC 9110 section 10.2.3); nothing where it says nothing that we read."""
    text = (retry_after or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return 0
