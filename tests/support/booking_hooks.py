"""Webhooks of booking systems, signed as each of them signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import suppress

from tests.support.clock import NOW
from tests.support.events import Event, with_headers
from vocespace.booking_sources import BookingSources
from vocespace.errors import UnauthorizedError
from vocespace.hook_signatures import check_signature

CAL_SECRET = "secret-of-cal-com-in-the-tests"
CALENDLY_SECRET = "secret-of-calendly-in-the-tests"
CRM_SECRET = "whsec_" + base64.b64encode(b"secret-of-a-crm-in-the-tests").decode()
SECRETS = {"cal": CAL_SECRET, "calendly": CALENDLY_SECRET, "crm": CRM_SECRET}
KINDS = {"cal": "cal.com", "calendly": "calendly", "crm": "standard"}
SOURCES = {"sources": {name: {"kind": KINDS[name], "secrets": [secret]} for name, secret in SECRETS.items()}}


def body_of(event: Event) -> bytes:
    """The bytes of an event's body."""
    text: str = event["body"]
    return base64.b64decode(text) if event["isBase64Encoded"] else text.encode()


def source_of(event: Event) -> str:
    """Which source an event's address names."""
    name: str = event["pathParameters"]["source"]
    return name


def signature_headers(kind: str, secret: str, body: bytes, *, now: int, message: str = "msg_1") -> dict[str, str]:
    """What a source of a kind puts into the headers."""
    if kind == "cal.com":
        return {"x-cal-signature-256": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    if kind == "calendly":
        mac = hmac.new(secret.encode(), b"%d.%s" % (now, body), hashlib.sha256).hexdigest()
        return {"calendly-webhook-signature": f"t={now},v1={mac}"}
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.digest(key, b"%s.%d.%s" % (message.encode(), now, body), "sha256")).decode()
    return {"webhook-id": message, "webhook-timestamp": str(now), "webhook-signature": f"v1,{mac}"}


def signed(event: Event, *, now: int = NOW, secret: str | None = None) -> Event:
    """The same event as its source signs it, or as somebody does who has this secret."""
    name = source_of(event)
    message = event["headers"].get("webhook-id", "msg_1")
    headers = signature_headers(KINDS[name], secret or SECRETS[name], body_of(event), now=now, message=message)
    return with_headers(event, **{each.replace("-", "_"): value for each, value in headers.items()})


def fresh_hook(event: Event, *, now: int) -> Event:
    """The same event, signed at another time where it was signed rightly."""
    source = BookingSources.from_wire(SOURCES).sources.get(source_of(event))
    with suppress(UnauthorizedError):
        if source is not None:
            check_signature(source.kind, source.mac_keys(), event["headers"], body_of(event), now=NOW)
            return signed(event, now=now)
    return event


def saying(event: Event, body: object) -> Event:
    """The same event with another body, signed anew."""
    text = body if isinstance(body, str) else json.dumps(body)
    return signed(event | {"body": text, "isBase64Encoded": False})
