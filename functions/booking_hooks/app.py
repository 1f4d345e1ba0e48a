"""`POST /hooks/bookings/{source}`: takes in the webhooks of booking systems, and hands on what happened to bookings."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import aws
from vocespace.api import Api
from vocespace.booking_intake import MAX_HOOK, MEDIA_TYPES, deduplication_of, group_of
from vocespace.container import container
from vocespace.http_response import HttpResponse, answer
from vocespace.request_body import body_bytes, require_media_type

api = Api(lambda: container().auditor)


@api.route("POST", "/hooks/bookings/{source}")
def receive_booking() -> HttpResponse:
    """Verifies one and puts what it says into the queue: what follows from it nobody has to wait for."""
    parts, request = container(), api.request
    body = body_bytes(request.body, is_base64=request.is_base64, limit=MAX_HOOK)
    media_type, *others = MEDIA_TYPES
    require_media_type(media_type, request.headers, *others)
    happened = parts.meetings.intake.take(request.path_parameters.get("source", ""), request.headers, body)
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
