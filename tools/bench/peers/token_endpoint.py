"""LiveKit's token endpoint as a short, sound handler has it: one API key, and whatever the body asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated
from uuid import uuid4

from pydantic import BaseModel, Field, ValidationError

from .endpoint import Json, answer, is_authorized

Text = Annotated[str, Field(min_length=1, max_length=128)]

_LIVEKIT_URL = os.environ["LIVEKIT_URL"]


class TokenRequest(BaseModel):
    """The standard body, without `room_config`."""

    room_name: Text = Field(default_factory=lambda: f"room-{uuid4().hex}")
    participant_identity: Text = Field(default_factory=lambda: uuid4().hex)
    participant_name: Text | None = None
    participant_metadata: str | None = None
    participant_attributes: dict[str, str] | None = None


def token_with(event: Json, sign: Callable[[TokenRequest], str]) -> Json:
    """Checks the caller and the body, signs, and answers with the participant token."""
    if not is_authorized(event):
        return answer(401, {"error": "unauthorized"})
    try:
        request = TokenRequest.model_validate_json(event["body"])
    except ValidationError:
        return answer(400, {"error": "invalid"})
    return answer(201, {"server_url": _LIVEKIT_URL, "participant_token": sign(request)})
