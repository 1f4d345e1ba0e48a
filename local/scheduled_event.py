"""The event that EventBridge makes when the time of a rule has come."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from local.cloud import REGION
from local.event import ACCOUNT_ID


def event_at(now: datetime, rule: str) -> dict[str, Any]:
    """Builds the event for a rule of this name."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT_ID,
        "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{rule}"],
        "detail": {},
    }
