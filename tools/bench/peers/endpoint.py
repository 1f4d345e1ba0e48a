"""What the short handlers share: one API key to compare with, and answers in JSON."""

from __future__ import annotations

import hmac
import json
import os
from typing import Any

Json = dict[str, Any]

_AUTHORIZATION = f"Bearer {os.environ['API_KEY']}"


def is_authorized(event: Json) -> bool:
    """Whether the caller has the key."""
    return hmac.compare_digest(event["headers"].get("authorization", ""), _AUTHORIZATION)


def answer(status: int, body: Json) -> Json:
    """An answer as API Gateway takes it."""
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
