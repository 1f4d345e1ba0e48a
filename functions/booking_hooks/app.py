"""`POST /hooks/bookings/{source}`: takes in the webhooks of booking systems, and hands on what happened to bookings."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import aws
from vocespace.api import Api, answer
from vocespace.booking_intake import MAX_HOOK, MEDIA_TYPES, deduplication_of, group_of
from vocespace.container import container
from vocespace.request_body import body_bytes, require_media_type

api = Api(lambda: container().auditor)


@api.post("/hooks/bookings/[^/]+")
def receive_booking() -> Response[str]:
    """Verifies one and puts what it says into the queue: what follows from it nobody has to wait for."""
    parts, event = container(), api.event
    body = body_bytes(event.get("body"), is_base64=bool(event.is_base64_encoded), limit=MAX_HOOK)
    media_type, *others = MEDIA_TYPES
    require_media_type(media_type, event.headers, *others)
    happened = parts.meetings.intake.take(event.path_parameters.get("source", ""), event.headers, body)
    if happened is not None:
        aws.send_in_order(
            parts.settings.bookings_queue_url,
            happened.to_wire(),
            group=group_of(happened),
            deduplication_id=deduplication_of(happened),
        )
    return answer(HTTPStatus.ACCEPTED, {"status": "ok"})


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)
