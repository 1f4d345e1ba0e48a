"""`POST /hooks/bookings/{source}`."""

from __future__ import annotations

from typing import Any

from tools.openapi.examples import sent
from tools.openapi.parts import CAL_COM, CALENDLY, STANDARD_WEBHOOK, example, in_path, json_answer, reference
from tools.openapi.refusals import refused_by
from vocespace import errors
from vocespace.cloud_events import MEDIA_TYPE
from vocespace.request_body import JSON

_PLAIN: dict[str, Any] = {
    "schema": {
        "anyOf": [reference(name) for name in ("BookingWebhook", "Booking", "CalComWebhook", "CalendlyWebhook")]
    },
    "examples": {
        "created": example("Something was booked", sent("booking_hooks/standard_created")),
        "rescheduled": example("It was moved", sent("booking_hooks/standard_rescheduled")),
        "cancelled": example("It was called off", sent("booking_hooks/standard_cancelled")),
        "data": example("The data of a CloudEvent whose attributes are headers", sent("booking_hooks/cloud_binary")),
        "calCom": example("Cal.com", sent("booking_hooks/cal_created")),
        "calendly": example("Calendly", sent("booking_hooks/calendly_created")),
    },
}
_CLOUD_EVENT: dict[str, Any] = {
    "schema": reference("BookingCloudEvent"),
    "examples": {"created": example("Something was booked", sent("booking_hooks/cloud_structured"))},
}

PATHS: dict[str, Any] = {
    "/hooks/bookings/{source}": {
        "post": {
            "operationId": "receiveBooking",
            "tags": ["Bookings"],
            "summary": "Take in a webhook of a booking system",
            "description": (
                "For booking systems that the operator has named (`vocespace sources`): Cal.com, Calendly, and "
                "whatever sends Standard Webhooks with a `BookingWebhook`, or as a CloudEvent of the type "
                "`com.vocespace.booking.<created|rescheduled|updated|cancelled>.v1`, whole or with its attributes in "
                "`ce-` headers. A booking becomes a meeting with a join link for everybody (`vocespace routes`).\n"
                "\n"
                "Answers once the event is queued; one that comes twice, late or out of order does no harm, and one "
                "of a type that says nothing of a booking is taken and passed over. Cal.com has to send its payload "
                "as it comes: leave the template empty.\n"
                "\n"
                "At most 256 KiB. Times that are signed along may be five minutes off. A source that there is not is "
                "answered like a signature that does not fit."
            ),
            "security": [STANDARD_WEBHOOK, CAL_COM, CALENDLY],
            "parameters": [
                in_path("source", "By which name the operator knows it.", {"type": "string", "maxLength": 63})
            ],
            "requestBody": {"required": True, "content": {JSON: _PLAIN, MEDIA_TYPE: _CLOUD_EVENT}},
            "responses": {
                "202": json_answer("It is taken.", reference("Health"), {"ok": example("It is", {"status": "ok"})})
            }
            | refused_by(
                errors.InvalidParametersError,
                errors.UnauthorizedError,
                errors.BodyTooLargeError,
                errors.UnsupportedMediaTypeError,
                errors.SecretsUnavailableError,
                errors.StoreUnavailableError,
            ),
        }
    }
}
