"""Schemas of what booking systems send: ours around a `Booking`, and of theirs what is read."""

from __future__ import annotations

from typing import Any

from tools.openapi.parts import reference
from vocespace.standard_hooks import CLOUD_TYPES, PLAIN_TYPES

_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
_ANYTHING: dict[str, Any] = {"type": "object", "additionalProperties": True}


def _theirs(description: str, kind: str, kinds: str, time: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": {
            kind: {"type": "string", "description": f"What happened: {kinds}; any other is taken and passed over."},
            time: _TIME | {"description": "When."},
            "payload": _ANYTHING,
        },
        "required": [kind],
        "additionalProperties": True,
    }


HOOK_SCHEMAS: dict[str, Any] = {
    "BookingWebhook": {
        "type": "object",
        "description": "What happened to a booking, in the form of Standard Webhooks.",
        "properties": {
            "type": {"type": "string", "enum": list(PLAIN_TYPES)},
            "timestamp": _TIME | {"description": "When it happened: a later word holds against an earlier one."},
            "data": reference("Booking"),
        },
        "required": ["type", "timestamp", "data"],
        "additionalProperties": False,
    },
    "BookingCloudEvent": {
        "type": "object",
        "description": "The same as a CloudEvent; whatever other attributes it has are passed over.",
        "properties": {
            "specversion": {"type": "string", "const": "1.0"},
            "id": {"type": "string", "description": "With `source`, the same each time it is sent.", "minLength": 1},
            "source": {"type": "string", "format": "uri-reference", "minLength": 1},
            "type": {"type": "string", "enum": list(CLOUD_TYPES)},
            "time": _TIME | {"description": "When it happened; may be left out where `data` has `occurred_at`."},
            "data": reference("Booking"),
        },
        "required": ["specversion", "id", "source", "type", "data"],
        "additionalProperties": True,
    },
    "CalComWebhook": _theirs(
        "What Cal.com sends (webhook version 2021-10-20).",
        "triggerEvent",
        "`BOOKING_CREATED`, `BOOKING_RESCHEDULED`, `BOOKING_CANCELLED`, `BOOKING_REJECTED`, or `BOOKING_REQUESTED` in "
        "place of a reschedule",
        "createdAt",
    ),
    "CalendlyWebhook": _theirs(
        "What Calendly sends (webhook subscriptions, version 2).",
        "event",
        "`invitee.created` or `invitee.canceled`",
        "created_at",
    ),
}
