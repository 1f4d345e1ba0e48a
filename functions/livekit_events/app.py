"""`POST /hooks/livekit`: takes in LiveKit's webhooks, and hands on who came and who went."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import aws
from vocespace.api import Api
from vocespace.container import container
from vocespace.http_response import HttpResponse, answer
from vocespace.livekit_events import MAX_EVENT, MEDIA_TYPE, room_event
from vocespace.request_body import body_bytes, require_media_type

api = Api(lambda: container().auditor)


@api.route("POST", "/hooks/livekit")
def receive_event() -> HttpResponse:
    """Verifies one and puts it into the queue: LiveKit sends the next one of a room only after an answer."""
    parts, request = container(), api.request
    body = body_bytes(request.body, is_base64=request.is_base64, limit=MAX_EVENT)
    require_media_type(MEDIA_TYPE, request.headers)
    parts.livekit_webhook.verify(request.headers.get("authorization"), body)
    happened = room_event(body, now=parts.clock.time())
    if happened is not None:
        aws.send_in_order(
            parts.settings.livekit_events_queue_url,
            happened.to_wire(),
            group=happened.group,
            deduplication_id=happened.id,
        )
    return answer(HTTPStatus.OK, {"status": "ok"})


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway."""
    return api(event, context)
